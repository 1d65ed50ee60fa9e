/** Which databases belong to this host, and what their servers say. Only reads. */
import { hostname, networkInterfaces } from 'node:os';
import type { AdminConnection } from '../host/port.ts';
import { inspectContent } from '../host/postgres/inspect.ts';
import { inspectAdmin } from '../host/postgres/inspect-admin.ts';
import { reachOf } from '../host/postgres/reach.ts';
import { otherServer } from '../host/postgres/server-id.ts';
import { databasesOf } from '../layouts/index.ts';
import type { Credentials } from '../model/credentials.ts';
import { messageOf } from '../model/errors.ts';
import type { AdminView, DatabaseContent, DatabaseFact, Reach } from '../model/facts.ts';
import type { ComponentId, DatabaseLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import type { FoundCredentials } from './credentials.ts';
import { pathsOf } from './look.ts';

/** What asking a server takes. */
type LookContext = Pick<DetectContext, 'host' | 'vault' | 'timeoutMs' | 'root'>;

interface Contact {
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

async function contact(
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
      return { credentials, reach: { state: 'connected' }, content: await inspectContent(connection, database) };
    } finally {
      await connection.close();
    }
  } catch (error) {
    const reach = reachOf(error);
    return {
      credentials,
      reach: 'message' in reach ? { ...reach, message: vault.redact(reach.message) } : reach,
      content: null,
    };
  }
}

/** The database that credentials name, whoever logs in to it. */
function databaseOf({ host, port, database }: Credentials): string {
  return JSON.stringify([isLocalHost(host) ? 'localhost' : host, port, database]);
}

/**
 * Tries the places credentials were found in, the best first, until one logs in. Only those that name the same database as the best one: an older copy may name
 * a database that this host used once, and that is somebody else's by now. A server that does not answer is not asked again with other passwords; an answer about
 * one password says nothing about the next.
 */
async function contactFirst(
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
    const result = await contact(context, database, candidate, extraCa);
    if (result.reach.state === 'connected') {
      const dropInRejected = first?.credentials?.origin === 'drop-in' && first.reach.state === 'rejected';
      return { ...result, dropInRejected };
    }
    if (result.reach.state === 'unreachable') silent.add(server);
    first ??= result;
  }
  return (
    first ?? {
      credentials: null,
      reach: { state: 'no-credentials', message: `no credentials of the ${database.title} were found on this host` },
      content: null,
    }
  );
}

const NO_ADMIN: AdminView = {
  available: false,
  why: '',
  database: null,
  role: null,
  readOnlyRoles: [],
  siblings: [],
  serverVersion: null,
};

/** What the local superuser sees, where it reaches the very server that the credentials name. */
async function adminView(
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
  const { databaseCredentials, readDropIns } = await import('./read/drop-in.ts');
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

/** Newest dump that setup itself made of this database. */
async function newestDump(context: DetectContext, layout: DatabaseLayout): Promise<string | null> {
  let newest: { path: string; mtimeMs: number } | null = null;
  for (const path of await pathsOf(context, layout.dumps)) {
    const stat = await context.host.files.stat(path);
    if (stat && (newest === null || stat.identity.mtimeMs > newest.mtimeMs))
      newest = { path, mtimeMs: stat.identity.mtimeMs };
  }
  return newest?.path ?? null;
}

/** Other databases that older or lesser places name, as a phrase each. They are never touched. */
function othersOf(context: DetectContext, candidates: readonly Credentials[]): string[] {
  const [best, ...rest] = candidates;
  const others = rest.filter((other) => best !== undefined && databaseOf(other) !== databaseOf(best));
  return [
    ...new Set(
      others.map(
        ({ source, database, host, port }) => `"${database}" on ${host}:${port} (in ${realPath(context.root, source)})`,
      ),
    ),
  ];
}

interface SetUp {
  /** Set up here by any sign. */
  components: readonly ComponentId[];
  /** By the marker's or the answers' own word. */
  said: readonly ComponentId[];
}

function foreignReason(
  context: DetectContext,
  component: ComponentId,
  { components, said }: SetUp,
  layout: DatabaseLayout,
  candidates: readonly Credentials[],
): string | null {
  const [best] = candidates;
  if (best === undefined) return null;
  // Named only by another component's file: that is how another host's database is known.
  const isBorrowed = candidates.every(({ origin }) => origin === 'borrowed') && !said.includes(component);
  if (components.includes(component) && !isBorrowed) return null;
  const source = realPath(context.root, best.source);
  return `the ${layout.title} belongs to another host: its component is not set up here, ${source} only names it`;
}

/** Looks at every database whose component is set up here, or whose credentials lie here. */
export async function findDatabases(
  context: DetectContext,
  setUp: SetUp,
  found: FoundCredentials,
  extraCa: string[],
  except: readonly ComponentId[],
): Promise<DatabaseFact[]> {
  const wanted = databasesOf(context.layout).filter(({ component }) => !except.includes(component));
  const facts = wanted.map(async ({ component, database }): Promise<DatabaseFact | null> => {
    const candidates = found.byComponent.get(component) ?? [];
    const here = setUp.components.includes(component);
    if (found.switchedOff.has(component)) return null;
    // Without any sign of it only the engine's own names are looked for, where a superuser can tell: setup stumbles over them, whoever made them.
    const speculative = !here && candidates.length === 0;
    if (speculative && (component !== 'engine' || context.root !== '/')) return null;
    const reached = await contactFirst(context, database, candidates, extraCa);
    const local = isLocalHost(reached.credentials?.host ?? 'localhost');
    const foreign = foreignReason(context, component, setUp, database, candidates);
    const others = othersOf(context, candidates);
    for (const other of others)
      context.note('other-database', `Another ${database.title} is named too, and is not touched: ${other}.`);
    const admin = foreign === null ? await adminView(context, database, reached, local) : NO_ADMIN;
    if (speculative && !(admin.database?.exists || admin.role?.exists)) return null;
    return {
      component,
      title: database.title,
      enabled: here,
      speculative: speculative && !admin.database?.recognised,
      foreign,
      credentials: reached.credentials,
      candidates,
      others,
      local,
      providedByOthers: found.providedByOthers.has(component),
      reach: reached.reach,
      dropInRejected: reached.dropInRejected ?? false,
      content: reached.content,
      admin,
      newestDump: await newestDump(context, database),
    };
  });
  return (await Promise.all(facts)).filter((fact): fact is DatabaseFact => fact !== null);
}

/** Asks the servers of databases again, with the credentials that are in memory: their files may be gone by now. */
export async function lookAgain(
  context: LookContext & { layout: Layout; extraCa: string[] },
  databases: readonly DatabaseFact[],
): Promise<DatabaseFact[]> {
  return Promise.all(
    databases.map(async (fact) => {
      const database = databasesOf(context.layout).find(({ component }) => component === fact.component)?.database;
      if (!database) return fact;
      const reached = await contactFirst(
        context,
        database,
        fact.credentials === null ? [] : [fact.credentials],
        context.extraCa,
      );
      const admin = await adminView(context, database, reached, fact.local);
      const { reach, content, credentials } = reached;
      // What a copy proved was written to setup's own file by the run that asks here.
      return { ...fact, reach, content, credentials, dropInRejected: false, admin };
    }),
  );
}
