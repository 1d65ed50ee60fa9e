/** Logging in to a database with what was found on the host. Only reads. */
import { hostname, networkInterfaces } from 'node:os';
import { isHbaError, rawError } from '../host/postgres/errors.ts';
import { inspectContent } from '../host/postgres/inspect.ts';
import { reachOf } from '../host/postgres/reach.ts';
import type { Credentials } from '../model/credentials.ts';
import { HostError } from '../model/errors.ts';
import type { DatabaseContent, Reach } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { DetectContext } from './context.ts';

/** What asking a server takes. */
export type LookContext = Pick<DetectContext, 'host' | 'vault' | 'timeoutMs' | 'root' | 'noVerdict' | 'early'>;

export interface Contact {
  credentials: Credentials | null;
  reach: Reach;
  content: DatabaseContent | null;
  /** The server rejects what setup's own file says, though a copy logs in. */
  dropInRejected?: boolean;
}

/** True if the server runs on this machine, judged by the name alone: nothing is looked up on a network. */
export function isLocalHost(host: string): boolean {
  if (host === '' || host === 'localhost' || host === '::1' || /^127\./.test(host) || host.startsWith('/')) return true;
  if (host === hostname()) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}

/** True if the server has no line in its rules for a login without TLS, but may have one for a login with it. */
export function needsTls(error: unknown): boolean {
  return error instanceof HostError && isHbaError({ ...rawError(error.cause), code: error.code });
}

/** Logs in and looks. Never fails for what is wrong with a server. */
export async function contact(
  context: LookContext,
  database: DatabaseLayout,
  credentials: Credentials,
  extraCa: string[],
): Promise<Contact> {
  const { host, vault, timeoutMs } = context;
  try {
    const connection = await host.databases.connect(credentials, {
      password: vault.get(credentials.secret),
      timeoutMs,
      extraCa,
    });
    try {
      const content = await inspectContent(connection, database, context.noVerdict !== true);
      return { credentials, reach: { state: 'connected' }, content };
    } finally {
      await connection.close();
    }
  } catch (error) {
    // What does not ask for TLS does not forbid it: setup connects as libpq's "allow" does, and a password file was written for libpq.
    if (!credentials.secured && needsTls(error)) {
      const again = await contact(context, database, { ...credentials, secured: true, validation: false }, extraCa);
      if (again.reach.state !== 'unreachable') return again;
    }
    const reach = reachOf(error);
    return {
      credentials,
      reach: 'message' in reach ? { ...reach, message: vault.redact(reach.message) } : reach,
      content: null,
    };
  }
}

/** How the login used TLS. */
function tlsOf({ secured, validation }: Credentials): Pick<Credentials, 'secured' | 'validation'> {
  return { secured, validation };
}

/** The database that credentials name, whoever logs in to it. */
export function databaseOf({ host, port, database }: Credentials): string {
  return JSON.stringify([isLocalHost(host) ? 'localhost' : host, port, database]);
}

/**
 * Tries the places credentials were found in, the best first, until one logs in. Only those that name the same database as the best one: an older copy may name
 * a database that this host used once, and that is somebody else's by now. A server that does not answer is not asked again with other passwords; an answer about
 * one password says nothing about the next.
 */
export async function contactFirst(
  context: LookContext,
  database: DatabaseLayout,
  candidates: readonly Credentials[],
  extraCa: string[],
): Promise<Contact> {
  let first: Contact | null = null;
  const silent = new Set<string>();
  const tried = new Set<string>();
  const [best] = candidates;
  for (const candidate of candidates) {
    if (best && databaseOf(candidate) !== databaseOf(best)) continue;
    const server = `${candidate.host}:${candidate.port}`;
    const login = JSON.stringify([server, candidate.database, candidate.role, candidate.secret]);
    if (silent.has(server) || tried.has(login)) continue;
    tried.add(login);
    const answer = await context.early?.answerTo(database, candidate);
    const result = answer
      ? { ...answer, credentials: { ...candidate, ...tlsOf(answer.credentials ?? candidate) } }
      : await contact(context, database, candidate, extraCa);
    if (result.reach.state === 'connected') {
      const dropInRejected = first?.credentials?.origin === 'drop-in' && first.reach.state === 'rejected';
      return { ...result, dropInRejected };
    }
    if (result.reach.state === 'unreachable') silent.add(server);
    first ??= result;
  }
  if (first !== null) return first;
  const file = database.credentials[0] ?? database.passwordFiles?.[0]?.path;
  const place = file === undefined ? '' : ` (setup writes them to ${realPath(context.root, file)})`;
  const message = `no credentials of the ${database.title} were found on this host${place}`;
  return { credentials: null, reach: { state: 'no-credentials', message }, content: null };
}
