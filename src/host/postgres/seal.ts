/**
 * Closing a database. A connection limit of 0 does not bind superusers, so their dump and their drop still get in, and it survives a kill of ours: the way back and the
 * next run reset it (docs/decisions/0004-snapshot-and-locks.md). It binds an owner who is none: for him the dump comes first, under locks.
 */
import { HostError } from '../../model/errors.ts';
import type { Session } from '../../model/facts.ts';
import type { AdminConnection } from '../port.ts';
import { IN_USE, NO_DATABASE, rawError } from './errors.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

interface Found extends Session {
  /** False: the login may not end it. */
  ended: boolean;
  [column: string]: unknown;
}

/**
 * Ends what sessions on a database may be ended, and says whose they were; background workers of the server are ended too but not named. A superuser may end all, anybody
 * else those of the same role (before 9.2 not even these).
 * @param except process id of a session that goes on
 */
export async function endSessions(admin: AdminConnection, database: string, except = 0): Promise<Session[]> {
  const { ended } = await sessionsOn(admin, database, except);
  return ended;
}

async function sessionsOn(
  admin: AdminConnection,
  database: string,
  except: number,
): Promise<{ ended: Session[]; left: Session[] }> {
  const rows = await admin.query<Found>(
    `SELECT s.pid, coalesce(s.usename::text, '') AS role, coalesce(s.application_name, '') AS application,
            coalesce(host(s.client_addr), '') AS client, coalesce(s.state, '') AS state,
            CASE WHEN me.rolsuper OR s.usesysid = me.oid THEN pg_terminate_backend(s.pid) ELSE false END AS ended
       FROM pg_stat_activity s, pg_roles me
      WHERE me.rolname = current_user AND s.datname = ${quoteLiteral(database)} AND s.pid NOT IN (pg_backend_pid(), ${Math.trunc(except)})`,
  );
  const named = rows.filter(({ role }) => role !== '');
  const plain = ({ pid, role, application, client, state }: Found): Session => ({
    pid,
    role,
    application,
    client,
    state,
  });
  return {
    ended: named.filter(({ ended }) => ended).map(plain),
    left: named.filter(({ ended }) => !ended).map(plain),
  };
}

/** Who a session belongs to, for messages. */
export function whose({ role, application, client }: Session): string {
  return [role, application, client].filter((one) => one !== '').join(' ');
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
  const limit = await forbidEntry(admin, database, before);
  return { limit, sessions: await endSessions(admin, database) };
}

async function forbidEntry(admin: AdminConnection, database: string, before: (limit: number) => void): Promise<number> {
  const [row] = await admin.query<{ limit: number }>(
    `SELECT datconnlimit AS limit FROM pg_database WHERE datname = ${quoteLiteral(database)}`,
  );
  const limit = row?.limit ?? -1;
  before(limit);
  await admin.execute(`ALTER DATABASE ${quoteIdentifier(database)} CONNECTION LIMIT 0`);
  return limit;
}

/**
 * Closes a database as its owner who is no superuser. Nobody gets in any more, the owner neither; who is in already and is of another role cannot be ended, and could write
 * between the dump and the drop: then it stays as it is.
 * @param except process id of the session that holds the tables still
 * @returns sessions that were ended
 * @throws HostError that names who is connected
 */
export async function sealAsOwner(
  admin: AdminConnection,
  database: string,
  except: number,
  before: (limit: number) => void,
): Promise<Session[]> {
  await forbidEntry(admin, database, before);
  const { ended, left } = await sessionsOn(admin, database, except);
  if (left.length === 0) return ended;
  throw new HostError(
    `Database "${database}" cannot be dropped: others are connected to it, and this login may not end their sessions: ${left.slice(0, 5).map(whose).join('; ')}. It was not touched.`,
    { hint: 'Stop what uses it, or let a superuser end these sessions, then run this again.', code: IN_USE },
  );
}

/** Sets the connection limit (-1: none). A database that is gone needs none. */
export async function unsealDatabase(admin: AdminConnection, database: string, limit: number): Promise<void> {
  try {
    await admin.execute(`ALTER DATABASE ${quoteIdentifier(database)} CONNECTION LIMIT ${Math.trunc(limit)}`);
  } catch (error) {
    if (rawError(error).code !== NO_DATABASE) throw error;
  }
}
