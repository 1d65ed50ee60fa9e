/** Closes a database to new connections, as superuser, and opens it again. A closed one cannot be written to between its dump and its drop. */
import { sealDatabase, unsealDatabase } from '../host/postgres/drop.ts';
import { adminOf } from './admin.ts';
import type { StepRunner } from './context.ts';

export const databaseSeal: StepRunner<'database-seal'> = {
  touches: ({ database }) => [database],

  // Always done anew: a closed database may still have sessions.
  async probe() {
    return false;
  },

  async apply({ database, port }, context) {
    const { sessions } = await sealDatabase(adminOf(context, port), database, (limit) => {
      // A limit of 0 is what an earlier, killed run of ours left: the way back must not leave it.
      context.undo.databases.push({ database, port, limit: limit === 0 ? -1 : limit });
    });
    if (sessions.length > 0) {
      const who = sessions.map(({ role, application, client }) =>
        [role, application, client].filter(Boolean).join(' '),
      );
      context.warn({
        code: 'sessions-ended',
        message: `Sessions on database "${database}" were ended: ${[...new Set(who)].join('; ')}.`,
      });
    }
  },
};

export const databaseUnseal: StepRunner<'database-unseal'> = {
  touches: ({ database }) => [database],

  async probe() {
    return false;
  },

  async apply({ database, port }, context) {
    await unsealDatabase(adminOf(context, port), database, -1);
  },
};
