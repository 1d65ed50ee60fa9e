/** The server of the main database as engine-setup judges it by its programs. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { releaseOf } from '../model/server-version.ts';
import { mainDatabase, obstacle } from './check.ts';

/** Where setup finds psql. One in another place is ours alone. */
const SYSTEM = /^\/(?:usr\/)?bin\/psql$/;

/** The two parts that setup compares: `[13, 7]` of 130007, `[9, 2]` of 90224. */
function parts(version: number): [number, number] {
  const major = Math.floor(version / 10000);
  return major >= 10 ? [major, version % 10000] : [major, Math.floor(version / 100) % 100];
}

/**
 * Setup takes a server that is older than psql on this host, be it by the smallest number, for one whose data must be moved to a new server, and stops at the directory that is in the way of that.
 * A full database on a server of a newer major release it does not accept either. Read in its `database.py` (4.4.0 to 4.5.8).
 */
export function checkServer(facts: Facts, layout: Layout): Check[] {
  const { psql } = facts.tools;
  const content = mainDatabase(facts, layout)?.content;
  // Below another root the psql of this machine is not the one that setup will use.
  if (!content || psql === null || facts.root !== '/' || !SYSTEM.test(psql.path)) return [];
  const [server, client] = [content.serverVersion, psql.version].map(parts) as [[number, number], [number, number]];
  const [serverName, clientName] = [server, client].map((version) => version.join('.'));
  if (server[0] < client[0] || (server[0] === client[0] && server[1] < client[1])) {
    return [
      obstacle(
        'database-version',
        `The database server is version ${serverName}, psql on this host ${clientName}: engine-setup wants to move the data to a server of that version, and stops.`,
        'Update the server, or restart it if it was updated; else bring psql to its version.',
      ),
    ];
  }
  if (content.tables === 0 || parts(content.serverVersion)[0] <= client[0]) return [];
  return [
    obstacle(
      'database-version',
      `The database server is of release ${releaseOf(content.serverVersion)}, psql on this host of ${releaseOf(psql.version)}: engine-setup upgrades no database on a server that is newer than its programs.`,
      `Install the programs of PostgreSQL ${releaseOf(content.serverVersion)} on this host.`,
    ),
  ];
}
