/**
 * The rows by which an engine database that stays knows its Data Warehouse. A stale identity makes setup ask whether to disconnect the other one, a stale "running"
 * makes it stop. What they were is in the plan, and in the backup before this step runs.
 */
import type { Connection } from '../host/port.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import type { Credentials } from '../model/credentials.ts';
import { HostError } from '../model/errors.ts';
import type { StepOf, TimekeepingRows } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';

type DwhRows = StepOf<'dwh-rows'>;

export const TABLE = 'public.dwh_history_timekeeping';
export const [HOSTNAME, UUID, RUNNING] = ['dwhHostname', 'dwhUuid', 'DwhCurrentlyRunning'] as const;

/** SQL that sets the rows the step changes to what they were, for the backup. */
export function rowsScript({ credentials, blank, was }: DwhRows): string {
  const set = (name: string, value: string): string =>
    `UPDATE ${TABLE} SET var_value = ${quoteLiteral(value)} WHERE var_name = '${name}';`;
  const place = `${credentials.database} on ${credentials.host}:${credentials.port}`.replace(/[\r\n]/g, ' ');
  return [
    `-- database ${place}`,
    ...(blank ? [set(HOSTNAME, was.hostname), set(UUID, was.uuid)] : []),
    set(RUNNING, was.running ? '1' : '0'),
    '',
  ].join('\n');
}

/** The rows as they are; a missing one is empty. */
export async function readRows(connection: Connection, lock: '' | 'FOR UPDATE'): Promise<TimekeepingRows> {
  const rows = await connection.query<{ name: string; value: string | null }>(
    `SELECT var_name::text AS name, var_value::text AS value FROM ${TABLE}
      WHERE var_name IN ('${HOSTNAME}', '${UUID}', '${RUNNING}') ${lock}`,
  );
  const value = (name: string): string => rows.find((row) => row.name === name)?.value ?? '';
  return { hostname: value(HOSTNAME), uuid: value(UUID), running: value(RUNNING) === '1' };
}

function done(rows: TimekeepingRows, { blank }: DwhRows): boolean {
  return !rows.running && (!blank || (rows.uuid === '' && rows.hostname === ''));
}

/** One session on the database of a step. */
export async function within<T>(
  step: { credentials: Credentials },
  context: Pick<StepContext, 'host' | 'vault' | 'timeoutMs' | 'extraCa'>,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { host, vault, timeoutMs, extraCa } = context;
  const password = vault.get(step.credentials.secret);
  const connection = await host.databases.connect(step.credentials, { password, timeoutMs, extraCa });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

export const dwhRows: StepRunner<'dwh-rows'> = {
  touches: ({ credentials }) => [credentials.database],

  probe: (step, context) => within(step, context, async (connection) => done(await readRows(connection, ''), step)),

  apply: (step, context) =>
    within(step, context, async (connection) => {
      // Whatever ends the session before the commit leaves the rows as they were.
      await connection.query('BEGIN');
      const rows = await readRows(connection, 'FOR UPDATE');
      // Another Data Warehouse may have been connected since: its identity is not ours to blank.
      if (rows.uuid !== step.was.uuid || rows.hostname !== step.was.hostname) {
        throw new HostError(
          `Database "${step.credentials.database}" on ${step.credentials.host} has got another Data Warehouse since it was looked at (${rows.uuid} on ${rows.hostname}). Its rows were not changed.`,
          { hint: 'Run engine-cleanup again.' },
        );
      }
      if (step.blank)
        await connection.query(
          `UPDATE ${TABLE} SET var_value = '' WHERE var_name IN ('${HOSTNAME}', '${UUID}') AND var_value <> ''`,
        );
      await connection.query(`UPDATE ${TABLE} SET var_value = '0' WHERE var_name = '${RUNNING}' AND var_value = '1'`);
      await connection.query('COMMIT');
    }),
};
