/** What a login of setup's password file with rights over whole databases sees (3.0–3.2). Only reads. */
import { loginAdmin } from '../host/postgres/admin-login.ts';
import { NO_DATABASE, NO_PRIVILEGE, NOT_AUTHORIZED } from '../host/postgres/errors.ts';
import { type AdminFindings, type AdminSubject, inspectAdmin } from '../host/postgres/inspect-admin.ts';
import type { Credentials } from '../model/credentials.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { AdminView, DatabaseContent } from '../model/facts.ts';
import { realPath } from '../model/paths.ts';
import { type LookContext, needsTls } from './contact.ts';

export interface AdminLogin {
  credentials: Credentials;
  /** It counts only if it turns out to be a superuser. */
  onlySuperuser: boolean;
}

/** Databases that every server has, to log in to while another one is dropped. Whoever is in the template keeps others from making databases: it comes last. */
const ALWAYS_THERE = ['postgres', 'template1'];

/** What it sees; or why nothing, as a phrase. `content`: what the database's own role saw, if it got in. */
export async function lookByLogin(
  context: LookContext,
  subject: AdminSubject,
  { credentials: login, onlySuperuser }: AdminLogin,
  { content, extraCa }: { content: DatabaseContent | null; extraCa: string[] },
): Promise<Omit<AdminView, 'available' | 'why'> | string> {
  const name = `the login "${login.role}" in ${realPath(context.root, login.source)}`;
  try {
    const { credentials, found } = await enter(context, subject, login, extraCa);
    const { view, superuser, server } = found;
    if (onlySuperuser && !superuser) return `${name} is no superuser`;
    if (content !== null && server.serverId !== content.serverId) return `${name} reaches another server`;
    return { via: { credentials, superuser }, ...view };
  } catch (error) {
    return `${name} does not get in: ${context.vault.redact(messageOf(error))}`;
  }
}

/** Logs in where it may. The file does not say whether TLS is used: libpq, for which it was written, tries both. */
async function enter(
  { host, vault, timeoutMs }: LookContext,
  subject: AdminSubject,
  login: Credentials,
  extraCa: string[],
): Promise<{ credentials: Credentials; found: AdminFindings }> {
  const options = { password: vault.get(login.secret), timeoutMs, extraCa };
  const plain = ALWAYS_THERE.map((database): Credentials => ({ ...login, database }));
  let first: unknown;
  for (const credentials of [...plain, ...plain.map((one) => ({ ...one, secured: true }))]) {
    if (credentials.secured && !login.secured && !needsTls(first)) break;
    const adminOf = (database: string) => loginAdmin(host.databases.connect, { ...credentials, database }, options);
    try {
      return { credentials, found: await inspectAdmin(adminOf(credentials.database), adminOf, subject) };
    } catch (error) {
      first ??= error;
      if (!mayGetInOtherwise(error)) throw error;
    }
  }
  throw first;
}

/** The login is not rejected as such: it may be let into another database, or in another way. */
function mayGetInOtherwise(error: unknown): boolean {
  return error instanceof HostError && [NO_DATABASE, NO_PRIVILEGE, NOT_AUTHORIZED].includes(error.code ?? '');
}
