/** Drops a database, and asks the server whether it is gone. */
import { dropDatabase } from '../host/postgres/drop.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import { sealAsOwner } from '../host/postgres/seal.ts';
import type { AdminServer } from '../model/credentials.ts';
import { HostError, intactError } from '../model/errors.ts';
import type { StepOf } from '../model/plan.ts';
import { adminOf, sameServer } from './admin.ts';
import type { StepContext, StepRunner } from './context.ts';
import { limitKeeper, warnOfEnded } from './database-seal.ts';

type DatabaseDrop = StepOf<'database-drop'>;

async function exists(context: StepContext, server: AdminServer, database: string): Promise<boolean> {
  const rows = await adminOf(context, server).query(
    `SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(database)}`,
  );
  return rows.length > 0;
}

/** An owner who is no superuser closes it only now: its dump needed to get in. The locks of the dump are held until nobody can get in any more. */
async function closeAsOwner({ key, database, server }: DatabaseDrop, context: StepContext): Promise<void> {
  const session = context.sessions.get(key);
  context.sessions.delete(key);
  try {
    const keep = limitKeeper(context, database, server);
    const ended = await sealAsOwner(adminOf(context, server), database, session?.pid ?? 0, keep);
    warnOfEnded(context, database, ended);
    await session?.assertNothingNew();
  } catch (error) {
    throw intactError(error);
  } finally {
    await session?.abort();
  }
}

export const databaseDrop: StepRunner<'database-drop'> = {
  touches: ({ database }) => [database],

  async probe({ database, server }, context) {
    return !(await exists(context, server, database));
  },

  async apply(step, context) {
    const { database, server } = step;
    if ('credentials' in server && !server.superuser) await closeAsOwner(step, context);
    try {
      await dropDatabase(adminOf(context, server), database);
    } catch (error) {
      // Only the answer may be lost, and the database gone all the same.
      const declined = error instanceof HostError && error.intact;
      if (declined || (await exists(context, server, database).catch(() => true))) throw error;
    }
    if (await exists(context, server, database)) {
      throw new HostError(`The server still lists database "${database}" after dropping it.`, {
        hint: 'Run engine-cleanup again.',
      });
    }
    context.undo.databases = context.undo.databases.filter(
      (one) => one.database !== database || !sameServer(one.server, server),
    );
  },
};
