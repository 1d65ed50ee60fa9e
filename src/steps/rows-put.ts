/** Sets the rows of the Data Warehouse in an engine database that stayed. */
import { quoteLiteral } from '../host/postgres/quote.ts';
import { HostError } from '../model/errors.ts';
import type { TimekeepingRows } from '../model/plan.ts';
import type { StepRunner } from './context.ts';
import { HOSTNAME, RUNNING, readRows, TABLE, UUID, within } from './dwh-rows.ts';

function same(one: TimekeepingRows, other: TimekeepingRows): boolean {
  return one.hostname === other.hostname && one.uuid === other.uuid && one.running === other.running;
}

export const rowsPut: StepRunner<'rows-put'> = {
  touches: ({ credentials }) => [credentials.database],

  probe: (step, context) =>
    within(step, context, async (connection) => same(await readRows(connection, ''), step.rows)),

  apply: (step, context) =>
    within(step, context, async (connection) => {
      await connection.query('BEGIN');
      if (!same(await readRows(connection, 'FOR UPDATE'), step.was)) {
        const { database, host } = step.credentials;
        throw new HostError(`The rows of the Data Warehouse in "${database}" on ${host} were changed. They stay.`, {
          hint: 'Run engine-cleanup restore again.',
        });
      }
      const { hostname, uuid, running } = step.rows;
      for (const [name, value] of [
        [HOSTNAME, hostname],
        [UUID, uuid],
        [RUNNING, running ? '1' : '0'],
      ] as const)
        await connection.query(
          `UPDATE ${TABLE} SET var_value = ${quoteLiteral(value)} WHERE var_name = '${name}' AND coalesce(var_value, '') <> ${quoteLiteral(value)}`,
        );
      await connection.query('COMMIT');
    }),
};
