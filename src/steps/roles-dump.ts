/**
 * Writes down the roles of one server that will be dropped, with their password hashes, and how the databases that will be dropped were made: this can be read only now, the hashes
 * only by a superuser. A role that stays is not in it: a database of its can be made again without it.
 */
import { rolesScript } from '../host/postgres/roles.ts';
import { adminOf, sameServer } from './admin.ts';
import type { StepRunner } from './context.ts';

export const rolesDump: StepRunner<'roles-dump'> = {
  touches: ({ roles }) => roles,

  // Each run has a backup of its own, so there is none yet.
  async probe() {
    return false;
  },

  async apply({ roles, databases, server, file }, context) {
    if (!context.backup) throw new Error('a plan without a backup has a step that writes down roles');
    const { databases: closed } = context.undo;
    const dropped = databases.map((name) => ({
      name,
      // Where it is closed by now, what it was before is known to the way back.
      limit: closed.find((one) => one.database === name && sameServer(one.server, server))?.limit ?? null,
    }));
    context.backup.write(file, 'roles', await rolesScript(adminOf(context, server), roles, dropped));
  },
};
