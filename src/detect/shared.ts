/** Below `--root`: is the database the one the running machine itself uses? Only reads. */

import type { Files } from '../host/port.ts';
import { databasesOf } from '../layouts/index.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { isLocalHost } from './contact.ts';
import { databaseCredentials, readDropIns } from './read/drop-in.ts';

function sameHost(one: string, other: string): boolean {
  return one === other || (isLocalHost(one) && isLocalHost(other));
}

/** Databases that the machine's own installation names too: a root that is a snapshot of this machine may share its live database. */
export async function sharedDatabases(
  live: Files,
  layout: Layout,
  databases: readonly DatabaseFact[],
): Promise<DatabaseFact[]> {
  const shared: DatabaseFact[] = [];
  for (const { component, database } of databasesOf(layout)) {
    const fact = databases.find((one) => one.component === component);
    if (!fact?.credentials) continue;
    for (const path of database.credentials) {
      const text = await live.readText(path).catch(() => null);
      const own = text === null ? null : databaseCredentials(readDropIns([{ path, text }]).values, database.prefix);
      const same =
        own &&
        sameHost(own.host, fact.credentials.host) &&
        own.port === fact.credentials.port &&
        own.database === fact.credentials.database;
      if (same && !shared.includes(fact)) shared.push(fact);
    }
  }
  return shared;
}
