/** Writes down the roles that will be dropped, with their password hashes, and how their databases were made: only a superuser can read this, and only now. */
import { rolesScript } from '../host/postgres/roles.ts';
import { adminOf } from './admin.ts';
import type { StepRunner } from './context.ts';

const NAME = 'roles.sql';

export const rolesDump: StepRunner<'roles-dump'> = {
  touches: ({ roles }) => roles,

  // Each run has a backup of its own, so there is none yet.
  async probe() {
    return false;
  },

  async apply({ roles, port }, context) {
    if (!context.backup) throw new Error('a plan without a backup has a step that writes down roles');
    const dropped = context.plan.databases.filter((database) => database.action === 'drop' && database.port === port);
    const databases = dropped.map(({ name }) => ({
      name,
      // It is closed by now; what it was before is known to the way back.
      limit: context.undo.databases.find((one) => one.database === name && one.port === port)?.limit ?? -1,
    }));
    context.backup.write(NAME, 'roles', await rolesScript(adminOf(context, port), roles, databases));
  },
};
