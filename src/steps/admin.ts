/** Connections with rights over whole databases, for the steps that the plan gave such a way in. */

import type { AdminConnection } from '../host/port.ts';
import { loginAdmin } from '../host/postgres/admin-login.ts';
import type { AdminServer } from '../model/credentials.ts';
import { HostError } from '../model/errors.ts';
import type { StepContext } from './context.ts';

/** True if this is the way in by which the plan dropped or closed something on that server. */
export function sameServer(one: AdminServer, other: AdminServer): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Connection to a database of the server, by default to the one where nothing is to be dropped. @throws HostError if there is no way in any more */
export function adminOf(
  context: Pick<StepContext, 'host' | 'vault' | 'timeoutMs' | 'extraCa'>,
  server: AdminServer,
  database?: string,
): AdminConnection {
  const { host, vault, timeoutMs, extraCa } = context;
  if ('credentials' in server) {
    const credentials = database === undefined ? server.credentials : { ...server.credentials, database };
    const password = vault.get(credentials.secret);
    return loginAdmin(host.databases.connect, credentials, { password, timeoutMs, extraCa });
  }
  const admin = host.databases.admin(server.socket, database ?? 'postgres', timeoutMs);
  if (admin) return admin;
  throw new HostError('The postgres account of this machine can no longer be used.', {
    hint: 'Run engine-cleanup again: it looks at the host anew.',
  });
}
