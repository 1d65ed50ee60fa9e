/** Below `--root`: is the database the one the running machine itself uses? Only reads. */

import type { Files } from '../host/port.ts';
import { databasesOf } from '../layouts/index.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout, Layout } from '../model/layout.ts';
import { isLocalHost } from './contact.ts';
import type { DetectContext } from './context.ts';
import { databaseCredentials, readDropIns } from './read/drop-in.ts';
import type { RawCredentials } from './read/jdbc.ts';
import { readPasswordFile } from './read/password-file.ts';
import { propertyCredentials, readProperties } from './read/properties.ts';

function sameHost(one: string, other: string): boolean {
  return one === other || (isLocalHost(one) && isLocalHost(other));
}

/** What the machine's own installation connects with, as far as its files can be read. */
async function ownLogins(live: Files, database: DatabaseLayout): Promise<(RawCredentials | null)[]> {
  const textOf = (path: string): Promise<string | null> => live.readText(path).catch(() => null);
  const found: (RawCredentials | null)[] = [];
  for (const path of database.credentials) {
    const text = await textOf(path);
    if (text !== null) found.push(databaseCredentials(readDropIns([{ path, text }]).values, database.prefix));
  }
  for (const file of (database.properties ?? []).filter(({ own }) => own === true)) {
    const text = await textOf(file.path);
    if (text !== null) found.push(propertyCredentials(readProperties(text), file));
  }
  for (const rule of database.passwordFiles ?? []) {
    const text = await textOf(rule.path);
    if (text !== null) found.push(...(readPasswordFile(text, rule, database)?.user ?? []));
  }
  return found;
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
    const named = fact?.credentials;
    if (!named) continue;
    const own = await ownLogins(live, database);
    const isSame = (one: RawCredentials | null): boolean =>
      one !== null && sameHost(one.host, named.host) && one.port === named.port && one.database === named.database;
    if (own.some(isSame)) shared.push(fact);
  }
  return shared;
}

/** Each of them is a reason not to start. */
export async function judgeShared(
  context: DetectContext,
  live: Files,
  databases: readonly DatabaseFact[],
): Promise<void> {
  for (const { title, credentials } of await sharedDatabases(live, context.layout, databases)) {
    context.fault({
      check: 'shared-database',
      message: `The ${title} "${credentials?.database}" on ${credentials?.host}:${credentials?.port} is also the one of the installation this machine runs: the root may be a snapshot that shares its live database. Nothing was changed.`,
      hint: 'Work on the machine itself, without --root. With --force shared-database the run goes on.',
      forcible: true,
    });
  }
}
