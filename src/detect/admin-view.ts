/** What somebody with rights over whole databases sees: the `postgres` account of this machine, else a login of setup's password file. Only reads. */
import type { AdminConnection } from '../host/port.ts';
import { type AdminSubject, inspectAdmin } from '../host/postgres/inspect-admin.ts';
import { otherServer } from '../host/postgres/server-id.ts';
import type { Credentials } from '../model/credentials.ts';
import { messageOf } from '../model/errors.ts';
import type { AdminView } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import { parentOf } from '../model/paths.ts';
import { isSilent } from '../model/reach.ts';
import { type AdminLogin, lookByLogin } from './admin-by-login.ts';
import type { Contact, LookContext } from './contact.ts';
import { copiesOf } from './read/copies.ts';
import { databaseCredentials, readDropIns } from './read/drop-in.ts';

/** Where nobody with such rights can be asked, or is not asked. */
export const NO_ADMIN: AdminView = {
  available: false,
  why: '',
  via: null,
  database: null,
  role: null,
  readOnlyRoles: [],
  leftovers: [],
  siblings: [],
  serverVersion: null,
};

/** How the database was reached, and how else its server may be. */
export interface AdminWays {
  contact: Contact;
  local: boolean;
  /** Logins of setup's password file, the best first. */
  logins: readonly Credentials[];
  extraCa: string[];
}

/** What is seen by the first who gets into the very server that the credentials name. */
export async function adminView(context: LookContext, layout: DatabaseLayout, ways: AdminWays): Promise<AdminView> {
  const { reach } = ways.contact;
  let subject: AdminSubject;
  try {
    subject = await subjectOf(context, layout, ways);
  } catch (error) {
    return { ...NO_ADMIN, why: context.vault.redact(messageOf(error)) };
  }
  const bySocket = await viaSocket(context, subject, ways);
  if (bySocket.available) return bySocket;
  // A server that does not answer is not asked again.
  if (reach.state === 'unreachable' && isSilent(reach.code)) return bySocket;
  let why: string | null = null;
  for (const login of loginsToTry(ways)) {
    const seen = await lookByLogin(context, subject, login, { ...ways, content: ways.contact.content });
    if (typeof seen !== 'string') return { available: true, why: '', ...seen };
    why ??= seen;
  }
  return why === null ? bySocket : { ...bySocket, why };
}

async function subjectOf(
  context: LookContext,
  layout: DatabaseLayout,
  { contact: { credentials }, logins }: AdminWays,
): Promise<AdminSubject> {
  const role = credentials?.role ?? layout.defaultRole;
  return {
    database: credentials?.database ?? layout.defaultName,
    role,
    defaultName: layout.defaultName,
    signature: layout.signature,
    traces: layout.traces ?? [],
    leftovers: layout.leftovers ?? null,
    owners: [role, layout.defaultRole, ...logins.map((login) => login.role)],
    readOnlyRoles: await readOnlyRoles(context, layout),
  };
}

async function viaSocket(
  context: LookContext,
  subject: AdminSubject,
  { contact: { credentials, reach, content }, local }: AdminWays,
): Promise<AdminView> {
  if (context.root !== '/') return { ...NO_ADMIN, why: 'below --root no account of the running machine is used' };
  if (!local) return { ...NO_ADMIN, why: 'the server is not on this machine' };
  const { host = 'localhost', port = 5432 } = credentials ?? {};
  const admin: AdminConnection | null = context.host.databases.admin(port, 'postgres', context.timeoutMs);
  if (admin === null) return { ...NO_ADMIN, why: 'this machine has no postgres account, or no psql' };
  try {
    const adminOf = (database: string) => context.host.databases.admin(port, database, context.timeoutMs);
    const { view, server } = await inspectAdmin(admin, adminOf, subject);
    const why = otherServer(server, { host, port, reach, serverId: content?.serverId ?? null });
    return why === null ? { available: true, why: '', via: { socket: port }, ...view } : { ...NO_ADMIN, why };
  } catch (error) {
    return { ...NO_ADMIN, why: context.vault.redact(messageOf(error)) };
  }
}

/**
 * Those for the server of the credentials. In 3.0 the engine's own role was a superuser: where no other login gets in, it is one too. A plain owner is none: what setup gave it to do
 * is to use the database.
 */
function loginsToTry({ contact: { credentials, reach }, logins }: AdminWays): AdminLogin[] {
  const there = logins.filter(
    ({ host, port }) => credentials === null || (host === credentials.host && port === credentials.port),
  );
  const isOwn = reach.state === 'connected' && credentials?.origin === 'password-file';
  const admins = there.map((credentials): AdminLogin => ({ credentials, onlySuperuser: false }));
  return isOwn ? [...admins, { credentials, onlySuperuser: true }] : admins;
}

/** A file; where it is not there, what a killed setup or the removal of its package left of it. */
async function textsOf({ host: { files } }: LookContext, path: string): Promise<{ path: string; text: string }[]> {
  const own = await files.readText(path);
  if (own !== null) return [{ path, text: own }];
  const names = (await files.list(parentOf(path)).catch(() => null)) ?? [];
  const copies = copiesOf(path, names).map(async (copy) => ({
    path: copy.path,
    text: await files.readText(copy.path),
  }));
  return (await Promise.all(copies)).flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}

/** Roles without a database of their own that our own files name. */
async function readOnlyRoles(context: LookContext, layout: DatabaseLayout): Promise<string[]> {
  const roles: string[] = [];
  for (const { prefix, credentials, users } of layout.readOnlyRoles ?? []) {
    for (const { path, text } of (await Promise.all(credentials.map((path) => textsOf(context, path)))).flat()) {
      roles.push(databaseCredentials(readDropIns([{ path, text }]).values, prefix)?.role ?? '');
    }
    for (const { path, name } of users) {
      for (const { text } of await textsOf(context, path)) roles.push(name.exec(text)?.groups?.role ?? '');
    }
  }
  return [...new Set(roles)].filter((role) => role !== '');
}
