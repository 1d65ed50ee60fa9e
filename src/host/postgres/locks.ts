/** Holding a database still without being superuser, and saying who keeps us from it. */
import { HostError } from '../../model/errors.ts';
import type { Session } from '../../model/facts.ts';
import type { Connection, QueryRow } from '../port.ts';
import { CANCELED, LOCK_NOT_AVAILABLE, rawError } from './errors.ts';

/** The server ends a statement this long after a lock was waited for in vain, and our side still later: the first error is the one that tells most. ms. */
const STATEMENT_MS = 1000;

/**
 * Settings of one transaction, those that the server knows: a longest wait for any lock, and no end for being idle, since it waits for the dump.
 */
export async function setLimits(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query(
    `SELECT set_config(s.name, v.value, true) FROM pg_settings s JOIN (VALUES
       ('lock_timeout', '${timeoutMs}'), ('statement_timeout', '${timeoutMs + STATEMENT_MS}'),
       ('idle_in_transaction_session_timeout', '0'), ('transaction_timeout', '0'), ('client_min_messages', 'warning')
     ) v (name, value) ON v.name = s.name`,
  );
}

/** Ends the other sessions of our own role on this database: those alone a plain role may end. */
export async function endOwnSessions(connection: Connection): Promise<Session[]> {
  const rows = await connection.query<Session & QueryRow>(
    `SELECT pid, usename::text AS role, coalesce(application_name, '') AS application, coalesce(host(client_addr), '') AS client,
            coalesce(state, '') AS state, pg_terminate_backend(pid) AS ended
       FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`,
  );
  return rows.map(({ pid, role, application, client, state }) => ({ pid, role, application, client, state }));
}

/** Locks tables against every write and every change of their shape; reading, and so the dump, goes on. */
export async function lockTables(connection: Connection, identities: readonly string[]): Promise<void> {
  if (identities.length === 0) return;
  // ONLY: children that somebody else owns are not ours to lock.
  await connection.query(`LOCK TABLE ${identities.map((name) => `ONLY ${name}`).join(', ')} IN EXCLUSIVE MODE`);
}

interface Holder {
  pid: number | null;
  role: string | null;
  application: string | null;
  relation: string;
  mode: string;
  [column: string]: unknown;
}

/** Who holds locks on our relations, as far as a plain role may see it. To be asked outside of the failed transaction. */
async function holders(connection: Connection): Promise<string[]> {
  const rows = await connection.query<Holder>(
    `SELECT l.pid, a.usename::text AS role, a.application_name AS application, min(l.relation::regclass::text) AS relation, min(l.mode) AS mode
       FROM pg_locks l JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid IS DISTINCT FROM pg_backend_pid() AND pg_get_userbyid(c.relowner) = current_user
      GROUP BY 1, 2, 3 ORDER BY 1`,
  );
  return rows.map(({ pid, role, application, relation, mode }) => {
    if (pid === null) return `a prepared transaction (${mode} on ${relation})`;
    const name = application ? ` (${application})` : '';
    return `session ${pid} of role "${role ?? 'unknown'}"${name}, ${mode} on ${relation}`;
  });
}

/**
 * The error for locks that could not be had in time; the transaction is rolled back. A statement that was slow without a lock to wait for keeps its own error.
 * @param how `outcome`: the sentence that says what became of the database
 */
export async function lockedError(
  connection: Connection,
  how: { place: string; timeoutMs: number; outcome: string },
  cause: unknown,
): Promise<unknown> {
  await connection.query('ROLLBACK');
  const who = await holders(connection);
  if (who.length === 0 && rawError(cause).code === CANCELED) return cause;
  const names = who.length > 0 ? who.slice(0, 5).join('; ') : 'a session that is gone by now';
  return new HostError(
    `${how.place}: its tables could not be locked within ${how.timeoutMs / 1000} s. They are held by ${names}. ${how.outcome}`,
    {
      hint: 'End that session, or wait until it is done, and run this again. --timeout allows more time.',
      code: LOCK_NOT_AVAILABLE,
      cause,
    },
  );
}
