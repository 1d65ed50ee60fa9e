/** Which databases belong to this host, and what their servers say. Only reads. */
import { databasesOf } from '../layouts/index.ts';
import type { Credentials } from '../model/credentials.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { ComponentId, DatabaseLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import { HALF_DROPPED } from '../model/reach.ts';
import { adminView, NO_ADMIN } from './admin-view.ts';
import { contactFirst, databaseOf, isLocalHost, type LookContext } from './contact.ts';
import type { DetectContext } from './context.ts';
import type { FoundCredentials } from './credentials.ts';
import { pathsOf } from './look.ts';

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
    // Without any sign of it only the main component's own names are looked for, where a superuser can tell: setup stumbles over them, whoever made them.
    const speculative = !here && candidates.length === 0;
    if (speculative && (component !== context.layout.main || context.root !== '/')) return null;
    const reached = await contactFirst(context, database, candidates, extraCa);
    const local = isLocalHost(reached.credentials?.host ?? 'localhost');
    const foreign = foreignReason(context, component, setUp, database, candidates);
    const others = othersOf(context, candidates);
    for (const other of others)
      context.note('other-database', `Another ${database.title} is named too, and is not touched: ${other}.`);
    const logins = found.adminLogins.get(component) ?? [];
    const admin =
      foreign === null ? await adminView(context, database, { contact: reached, local, logins, extraCa }) : NO_ADMIN;
    if (speculative && !(admin.database?.exists || admin.role?.exists)) return null;
    return {
      component,
      title: database.title,
      enabled: here,
      speculative: speculative && !admin.database?.recognised && admin.database?.connectionLimit !== HALF_DROPPED,
      foreign,
      credentials: reached.credentials,
      candidates,
      adminLogins: logins,
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
      const { local, adminLogins: logins } = fact;
      const { extraCa } = context;
      const admin = await adminView(context, database, { contact: reached, local, logins, extraCa });
      const { reach, content, credentials } = reached;
      // What a copy proved was written to setup's own file by the run that asks here.
      return { ...fact, reach, content, credentials, dropInRejected: false, admin };
    }),
  );
}
