/** What the sessions of our own programs do on the server: a pg_dump that reads the catalogue over a slow line writes nothing for long, and works all the same. */
import type { AdminConnection, Connection } from '../port.ts';
import { APPLICATION } from './connection.ts';

/** Since 9.2 a session tells of itself in these columns. */
export const ACTIVITY_SINCE = 90_200;

const ACTIVITY = `SELECT coalesce(string_agg(format('%s %s %s', pid, query_start, state_change), ', ' ORDER BY pid), '') AS activity
  FROM pg_catalog.pg_stat_activity
  WHERE datname = current_database() AND application_name = '${APPLICATION}' AND pid <> pg_backend_pid()`;

/** A text that differs when one of these sessions has begun or ended something since. A role sees its own, a superuser all. */
export async function readActivity(asked: Pick<Connection, 'query'> | Pick<AdminConnection, 'query'>): Promise<string> {
  const [row] = await asked.query<{ activity: string }>(ACTIVITY);
  return row!.activity;
}
