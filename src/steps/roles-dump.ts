/**
 * Writes down the roles of one local server that will be dropped, with their password hashes, and how the databases that will be dropped were made: only a superuser can read
 * this, and only now. A role that stays (a superuser) is not in it: a database of its can be made again without it.
 */
import { rolesScript } from '../host/postgres/roles.ts';
import { adminOf } from './admin.ts';
import type { StepRunner } from './context.ts';

export const rolesDump: StepRunner<'roles-dump'> = {
  touches: ({ roles }) => roles,

  // Each run has a backup of its own, so there is none yet.
  async probe() {
    return false;
  },

  async apply({ roles, port, file }, context) {
    if (!context.backup) throw new Error('a plan without a backup has a step that writes down roles');
    const dropped = context.plan.databases.filter((database) => database.action === 'drop' && database.port === port);
    const databases = dropped.map(({ name }) => ({
      name,
      // It is closed by now; what it was before is known to the way back.
      limit: context.undo.databases.find((one) => one.database === name && one.port === port)?.limit ?? -1,
    }));
    context.backup.write(file, 'roles', await rolesScript(adminOf(context, port), roles, databases));
  },
};
