/** The local superuser's connection, for the steps that the plan gave to it. */
import type { AdminConnection } from '../host/port.ts';
import { HostError } from '../model/errors.ts';
import type { StepContext } from './context.ts';

/** Connection of the `postgres` account to a database of the local server. */
export function adminOf(context: StepContext, port: number, database = 'postgres'): AdminConnection {
  const admin = context.host.databases.admin(port, database, context.timeoutMs);
  if (admin) return admin;
  throw new HostError('The postgres account of this machine can no longer be used.', {
    hint: 'Run engine-cleanup again: it looks at the host anew.',
  });
}
