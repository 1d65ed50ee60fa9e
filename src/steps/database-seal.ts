/** Closes a database to new connections, as superuser, and opens it again. A closed one cannot be written to between its dump and its drop. */
import { sealDatabase, unsealDatabase, whose } from '../host/postgres/seal.ts';
import type { Session } from '../model/facts.ts';
import { adminOf } from './admin.ts';
import type { StepContext, StepRunner } from './context.ts';

/** Says whose sessions were ended, once each. */
export function warnOfEnded(context: StepContext, database: string, sessions: readonly Session[]): void {
  if (sessions.length === 0) return;
  context.warn({
    code: 'sessions-ended',
    message: `Sessions on database "${database}" were ended: ${[...new Set(sessions.map(whose))].join('; ')}.`,
  });
}

/** Told the connection limit before it is set to 0: the way back puts it back. A limit of 0 is what an earlier, killed run of ours left. */
export function limitKeeper(
  context: StepContext,
  database: string,
  server: StepContext['undo']['databases'][number]['server'],
): (limit: number) => void {
  return (limit) => {
    context.undo.databases.push({ database, server, limit: limit === 0 ? -1 : limit });
  };
}

export const databaseSeal: StepRunner<'database-seal'> = {
  touches: ({ database }) => [database],

  // Always done anew: a closed database may still have sessions.
  async probe() {
    return false;
  },

  async apply({ database, server }, context) {
    const keep = limitKeeper(context, database, server);
    const { sessions } = await sealDatabase(adminOf(context, server), database, keep);
    warnOfEnded(context, database, sessions);
  },
};

export const databaseUnseal: StepRunner<'database-unseal'> = {
  touches: ({ database }) => [database],

  async probe() {
    return false;
  },

  async apply({ database, server }, context) {
    await unsealDatabase(adminOf(context, server), database, -1);
  },
};
