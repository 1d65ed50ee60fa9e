/** What the `postgres` account of this machine sees. Only reads. */
import type { AdminConnection } from '../host/port.ts';
import { inspectAdmin } from '../host/postgres/inspect-admin.ts';
import { otherServer } from '../host/postgres/server-id.ts';
import { messageOf } from '../model/errors.ts';
import type { AdminView } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { Contact, LookContext } from './contact.ts';
import { databaseCredentials, readDropIns } from './read/drop-in.ts';

/** Where the local superuser cannot be asked, or is not asked. */
export const NO_ADMIN: AdminView = {
  available: false,
  why: '',
  database: null,
  role: null,
  readOnlyRoles: [],
  siblings: [],
  serverVersion: null,
};

/** What the local superuser sees, where it reaches the very server that the credentials name. */
export async function adminView(
  context: LookContext,
  layout: DatabaseLayout,
  { credentials, reach, content }: Contact,
  local: boolean,
): Promise<AdminView> {
  if (context.root !== '/') return { ...NO_ADMIN, why: 'below --root no account of the running machine is used' };
  if (!local) return { ...NO_ADMIN, why: 'the server is not on this machine' };
  const { host = 'localhost', port = 5432 } = credentials ?? {};
  const admin: AdminConnection | null = context.host.databases.admin(port, 'postgres', context.timeoutMs);
  if (admin === null) return { ...NO_ADMIN, why: 'this machine has no postgres account, or no psql' };
  try {
    const adminOf = (database: string) => context.host.databases.admin(port, database, context.timeoutMs);
    const { view, server } = await inspectAdmin(admin, adminOf, {
      database: credentials?.database ?? layout.defaultName,
      role: credentials?.role ?? layout.defaultRole,
      defaultName: layout.defaultName,
      signature: layout.signature,
      readOnlyRoles: await readOnlyRoles(context, layout),
    });
    const why = otherServer(server, { host, port, reach, serverId: content?.serverId ?? null });
    return why === null ? { available: true, why: '', ...view } : { ...NO_ADMIN, why };
  } catch (error) {
    return { ...NO_ADMIN, why: context.vault.redact(messageOf(error)) };
  }
}

/** Roles without a database of their own that our own files name. */
async function readOnlyRoles(context: LookContext, layout: DatabaseLayout): Promise<string[]> {
  const roles: string[] = [];
  for (const { prefix, credentials } of layout.readOnlyRoles ?? []) {
    for (const path of credentials) {
      const text = await context.host.files.readText(path);
      const raw = text === null ? null : databaseCredentials(readDropIns([{ path, text }]).values, prefix);
      if (raw && !roles.includes(raw.role)) roles.push(raw.role);
    }
  }
  return roles;
}
