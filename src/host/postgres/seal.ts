/**
 * Closing a database as superuser. A connection limit of 0 does not bind superusers, so the dump and the drop still get in, and it survives a kill of ours: the
 * way back and the next run reset it (docs/decisions/0004-snapshot-and-locks.md).
 */
import type { Session } from '../../model/facts.ts';
import type { AdminConnection } from '../port.ts';
import { NO_DATABASE, rawError } from './errors.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

interface Ended extends Session {
  [column: string]: unknown;
}

/** Ends every session on a database and says whose they were; background workers of the server are ended too but not named. */
export async function endSessions(admin: AdminConnection, database: string): Promise<Session[]> {
  const rows = await admin.query<Ended>(
    `SELECT pid, coalesce(usename::text, '') AS role, coalesce(application_name, '') AS application,
            coalesce(host(client_addr), '') AS client, coalesce(state, '') AS state, pg_terminate_backend(pid) AS ended
       FROM pg_stat_activity WHERE datname = ${quoteLiteral(database)} AND pid <> pg_backend_pid()`,
  );
  return rows
    .filter(({ role }) => role !== '')
    .map(({ pid, role, application, client, state }) => ({ pid, role, application, client, state }));
}

/**
 * Lets nobody but superusers in any more, and ends the sessions that are there. `limit`: the connection limit before.
 * @param before told that limit before it is changed: whatever fails from then on, it can be put back
 */
export async function sealDatabase(
  admin: AdminConnection,
  database: string,
  before: (limit: number) => void = () => undefined,
): Promise<{ limit: number; sessions: Session[] }> {
  const [row] = await admin.query<{ limit: number }>(
    `SELECT datconnlimit AS limit FROM pg_database WHERE datname = ${quoteLiteral(database)}`,
  );
  const limit = row?.limit ?? -1;
  before(limit);
  await admin.execute(`ALTER DATABASE ${quoteIdentifier(database)} CONNECTION LIMIT 0`);
  return { limit, sessions: await endSessions(admin, database) };
}

/** Sets the connection limit (-1: none). A database that is gone needs none. */
export async function unsealDatabase(admin: AdminConnection, database: string, limit: number): Promise<void> {
  try {
    await admin.execute(`ALTER DATABASE ${quoteIdentifier(database)} CONNECTION LIMIT ${Math.trunc(limit)}`);
  } catch (error) {
    if (rawError(error).code !== NO_DATABASE) throw error;
  }
}
