/** What is in a database that is to be filled or emptied, asked by whoever will do it. */
import type { OpenLogin } from '../host/port.ts';
import { readActivity } from '../host/postgres/activity.ts';
import { isAsDumped } from '../host/postgres/compare.ts';
import { placeOf } from '../host/postgres/connection.ts';
import { excludeArguments } from '../host/postgres/exclude.ts';
import { prepareSession } from '../host/postgres/inspect.ts';
import { roleLogin } from '../host/postgres/login.ts';
import { findOwned } from '../host/postgres/owned.ts';
import type { StepOf } from '../model/plan.ts';
import { adminOf } from './admin.ts';
import type { StepContext } from './context.ts';
import { within } from './dwh-rows.ts';

/** A database and who acts on it. */
export type Subject = Pick<StepOf<'database-fill'>, 'credentials' | 'way' | 'exclude'>;
export type LookContext = Pick<StepContext, 'host' | 'vault' | 'timeoutMs' | 'extraCa' | 'tools' | 'signal'>;

/** How PostgreSQL's programs log in to it. @param dir a directory of ours alone */
export function loginTo({ credentials, way }: Subject, context: LookContext, dir: string): Promise<OpenLogin> {
  if (way.as === 'admin') return adminOf(context, way.server, credentials.database).login(dir);
  const { vault, timeoutMs, extraCa } = context;
  return roleLogin(credentials, { password: vault.get(credentials.secret), timeoutMs, extraCa }, dir);
}

/** Anything but what every new database has, and what belongs to extensions. */
const ANYTHING = `SELECT 1 AS one
  FROM (SELECT 'pg_class'::regclass AS classid, oid, relnamespace AS schema FROM pg_class
        UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
        UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type) o
  JOIN pg_namespace n ON n.oid = o.schema
 WHERE o.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.oid AND d.deptype = 'e') LIMIT 1`;

/** Nothing is in it that a dump could meet. @throws HostError if it cannot be asked */
export async function isEmpty(subject: Subject, context: LookContext): Promise<boolean> {
  const { way, credentials } = subject;
  if (way.as === 'admin')
    return (await adminOf(context, way.server, credentials.database).query(ANYTHING)).length === 0;
  return within(subject, context, async (connection) => {
    return (await findOwned(connection, await prepareSession(connection))).length === 0;
  });
}

/** The role has large objects: without them its dump would lack data, so those of others are not left out of it either. */
async function ownsLargeObjects(subject: Subject, context: LookContext): Promise<boolean> {
  if (!subject.exclude.some((object) => object.startsWith('large object '))) return true;
  const sql =
    'SELECT 1 AS one FROM pg_largeobject_metadata l JOIN pg_roles r ON r.oid = l.lomowner AND r.rolname = current_user LIMIT 1';
  return within(subject, context, async (connection) => (await connection.query(sql)).length > 0);
}

/**
 * It is what the dump says. @param dir a directory of ours alone
 * @throws HostError if it cannot be told
 */
export async function isAsBefore(subject: Subject, dump: string, context: LookContext, dir: string): Promise<boolean> {
  const { pgDump, pgRestore } = context.tools;
  if (pgDump === null || pgRestore === null) return false;
  const { way, credentials } = subject;
  const admin = way.as === 'admin' ? adminOf(context, way.server, credentials.database) : null;
  const exclude = admin ? [] : excludeArguments(subject.exclude, await ownsLargeObjects(subject, context));
  const login = await loginTo(subject, context, dir);
  try {
    return await isAsDumped({
      activity: () => (admin ? readActivity(admin) : within(subject, context, readActivity)),
      pgDump: pgDump.path,
      pgRestore: pgRestore.path,
      dump,
      login,
      place: placeOf(subject.credentials),
      exclude,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
    });
  } finally {
    login.close();
  }
}
