/** Makes dropped roles, with their passwords, and their databases, empty: by the script that the earlier run wrote before it dropped them. */
import { readFileSync } from 'node:fs';
import { rolesScript } from '../host/postgres/roles.ts';
import { runScript } from '../host/postgres/script.ts';
import { HostError } from '../model/errors.ts';
import { adminOf } from './admin.ts';
import type { StepRunner } from './context.ts';
import { sourceMember } from './source.ts';

export const rolesMake: StepRunner<'roles-make'> = {
  touches: ({ roles, databases }) => [...roles, ...databases],

  /** True if the same script would be written now. */
  async probe({ server, file, roles, databases }, context) {
    const made = databases.map((name) => ({ name, limit: null }));
    try {
      const now = await rolesScript(adminOf(context, server), roles, made);
      return now === readFileSync(sourceMember(context.plan, file), 'utf8');
    } catch (error) {
      // A role that is not there yet.
      if (error instanceof HostError && error.code === null) return false;
      throw error;
    }
  },

  async apply({ server, file }, context) {
    const { tools, plan, timeoutMs, signal, runDir } = context;
    if (tools.psql === null) {
      throw new HostError('There is no program "psql", so no database can be made again.', {
        hint: "Install PostgreSQL's client programs, then run engine-cleanup restore again.",
      });
    }
    const login = await adminOf(context, server).login(runDir);
    try {
      const script = readFileSync(sourceMember(plan, file), 'utf8');
      await runScript({ psql: tools.psql.path, login, script, timeoutMs, signal });
    } finally {
      login.close();
    }
  },
};
