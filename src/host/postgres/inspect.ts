/** What is in a database, as the role of the session sees it: three questions, one more where other owners have something in it, and two where a verdict follows. Only reads. */
import { HostError } from '../../model/errors.ts';
import type { DatabaseContent } from '../../model/facts.ts';
import type { DatabaseLayout } from '../../model/layout.ts';
import { OLDEST_SERVER, releaseOf } from '../../model/server-version.ts';
import type { Connection } from '../port.ts';
import { NOT_SUPPORTED } from './errors.ts';
import { findFalls } from './falls.ts';
import { type Catalog, type ForeignObject, readCatalog } from './inspect-catalog.ts';
import { readStumbles } from './inspect-stumbles.ts';
import { neededColumns, readTables, type TableFindings } from './inspect-tables.ts';
import { serverIdSql } from './server-id.ts';

interface Start {
  /** As `server_version_num`. */
  version: number;
  serverId: string;
  [column: string]: unknown;
}

/**
 * Compiling these queries to machine code, as servers from 11 on may decide to, would take longer than all of them run: that is switched off for the session.
 * @throws HostError where the server is too old to be asked
 */
async function startSession(connection: Connection): Promise<Start> {
  const [row] = await connection.query<Start>(
    `SELECT current_setting('server_version_num')::int AS version,
            (SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit') AS jit,
            (SELECT ${serverIdSql('oid')} FROM pg_database WHERE datname = current_database()) AS "serverId"`,
  );
  const { version } = row!;
  if (version >= OLDEST_SERVER) return row!;
  throw new HostError(
    `its server is PostgreSQL ${releaseOf(version)}, and what is in a database can be seen only from ${releaseOf(OLDEST_SERVER)} on`,
    { hint: 'Dump and drop it by hand, on that server: pg_dump, DROP DATABASE.', code: NOT_SUPPORTED },
  );
}

/** Makes a session fit for looking. Returns the server's version as `server_version_num`. */
export async function prepareSession(connection: Connection): Promise<number> {
  return (await startSession(connection)).version;
}

/** What a finished setup has and this database lacks. */
function missingOf(layout: DatabaseLayout, catalog: Catalog, tables: TableFindings): string[] {
  const { complete } = layout;
  const unwritable = catalog.unwritable ? ['the right of its owner to write to its tables'] : [];
  if (complete === null) return unwritable;
  return [
    ...unwritable,
    ...complete.relations.filter((name) => !catalog.relations.includes(name)),
    ...complete.schemas.filter((name) => !catalog.schemas.includes(name)).map((name) => `schema ${name}`),
    ...tables.lacks,
  ];
}

/**
 * Looks into a database.
 * @param judged a verdict on it follows: what setup would stumble over is looked for
 * @throws HostError if the session is lost or the server takes too long; never for what a half-built database lacks
 */
export async function inspectContent(
  connection: Connection,
  layout: DatabaseLayout,
  judged = true,
): Promise<DatabaseContent> {
  const { version, serverId } = await startSession(connection);
  const catalog = await readCatalog(connection, version, layout, neededColumns(layout));
  const tables = await readTables(connection, layout, catalog.columns);
  const {
    foreign,
    bystanders,
    unwritable: _unwritable,
    schemas: _schemas,
    relations,
    columns: _columns,
    ...rest
  } = catalog;
  const falls = foreign.length > 0 || bystanders ? (await findFalls(connection, version)).foreign : [];
  // What holds somebody's data, or could not be made again, is never taken along: it stays a reason not to begin.
  const going = falls.flatMap(({ definition, ...fall }) => (definition === null ? [] : [{ ...fall, definition }]));
  const isIn = (list: readonly ForeignObject[], { classid, objid }: ForeignObject): boolean =>
    list.some((one) => one.classid === classid && one.objid === objid);
  const staying = foreign.filter((object) => !isIn(going, object));
  const stuck = falls.filter((fall) => !fall.data && fall.definition === null && !isIn(foreign, fall));
  const { lacks: _lacks, ...asked } = tables;
  const stumbles =
    judged && catalog.tables > 0
      ? await readStumbles(connection, layout, catalog.columns)
      : ({ state: 'unasked' } as const);
  return {
    serverVersion: version,
    serverId,
    ...rest,
    ...asked,
    stumbles,
    obstacles: catalog.tables > 0 ? [] : catalog.obstacles,
    foreignObjects: [...staying, ...stuck].map(({ name }) => name),
    cascades: going.map(({ name, definition }) => ({ name, definition })),
    missing: missingOf(layout, catalog, tables),
    recognised: layout.signature.every((name) => relations.includes(name)),
  };
}
