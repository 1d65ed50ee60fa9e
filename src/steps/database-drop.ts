/** Drops a database as superuser, and asks the server whether it is gone. */
import { dropDatabase } from '../host/postgres/drop.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import { HostError } from '../model/errors.ts';
import { adminOf } from './admin.ts';
import type { StepContext, StepRunner } from './context.ts';

async function exists(context: StepContext, port: number, database: string): Promise<boolean> {
  const rows = await adminOf(context, port).query(
    `SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(database)}`,
  );
  return rows.length > 0;
}

export const databaseDrop: StepRunner<'database-drop'> = {
  touches: ({ database }) => [database],

  async probe({ database, port }, context) {
    return !(await exists(context, port, database));
  },

  async apply({ database, port }, context) {
    try {
      await dropDatabase(adminOf(context, port), database);
    } catch (error) {
      // Only the answer may be lost, and the database gone all the same.
      const declined = error instanceof HostError && error.intact;
      if (declined || (await exists(context, port, database).catch(() => true))) throw error;
    }
    if (await exists(context, port, database)) {
      throw new HostError(`The server still lists database "${database}" after dropping it.`, {
        hint: 'Run engine-cleanup again.',
      });
    }
    context.undo.databases = context.undo.databases.filter((one) => one.database !== database);
  },
};
