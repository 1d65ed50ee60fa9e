/** Every place that may hold the credentials of a database, the best first. Only reads. */
import { databasesOf } from '../layouts/index.ts';
import type { Credentials } from '../model/credentials.ts';
import { messageOf } from '../model/errors.ts';
import type { FileFact } from '../model/facts.ts';
import type { ComponentId, DatabaseLayout } from '../model/layout.ts';
import { nameOf, parentOf, realPath } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import { mustRead, namesIn } from './look.ts';
import { readAnswers, readEnabled } from './read/answers.ts';
import { type DropIns, databaseCredentials, isEnabled, type RawCredentials, readDropIns } from './read/drop-in.ts';
import { isSetupPgpass } from './read/pgpass.ts';
import { jdbcCredentials, readProperties } from './read/properties.ts';

export interface FoundCredentials {
  byComponent: Map<ComponentId, Credentials[]>;
  /** An answer file says that somebody else provides the database. */
  providedByOthers: Set<ComponentId>;
  /** Switched off inside its own drop-in. */
  switchedOff: Set<ComponentId>;
  /** What the newest answer file that tells says: set up on this host, or not. */
  answered: Map<ComponentId, boolean>;
  /** Setup's temporary password files in /tmp. */
  pgpass: FileFact[];
  /** Values of all drop-ins of one directory, for other readers (`DWH_UUID`). */
  dwhUuid: string | null;
}

/** The best first. A copy is by its nature older than what it is a copy of. */
const ORIGINS: Credentials['origin'][] = ['drop-in', 'properties', 'copy', 'borrowed', 'answer-file', 'pgpass'];

function better(a: Credentials, b: Credentials): number {
  return ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) || b.mtimeMs - a.mtimeMs;
}

class Collector {
  readonly #context: DetectContext;
  readonly byComponent = new Map<ComponentId, Credentials[]>();

  constructor(context: DetectContext) {
    this.#context = context;
  }

  add(
    component: ComponentId,
    raw: RawCredentials | null,
    source: string,
    origin: Credentials['origin'],
    mtimeMs: number,
  ): void {
    if (raw === null) return;
    const { password, ...rest } = raw;
    const secret = password === undefined ? null : this.#context.vault.put(password);
    const list = this.byComponent.get(component) ?? [];
    list.push({ ...rest, source, origin, mtimeMs, secret });
    this.byComponent.set(component, list);
  }
}

/** Text of a file for reading; what cannot be read is noted and passed over. */
async function textOf(context: DetectContext, path: string): Promise<string | null> {
  try {
    return await context.host.files.readText(path);
  } catch (error) {
    context.note('unreadable', messageOf(error));
    return null;
  }
}

/** Other components' drop-ins also name databases: the DWH's those of the engine. Each file is asked for every prefix. */
async function fromDropIns(
  context: DetectContext,
  collector: Collector,
  found: FoundCredentials,
  copies: readonly FileFact[],
): Promise<void> {
  const databases = databasesOf(context.layout);
  const paths = new Set(databases.flatMap(({ database }) => [...database.credentials, ...(database.elsewhere ?? [])]));
  for (const { path, copyOf } of copies) if (copyOf !== undefined && paths.has(copyOf)) paths.add(path);
  const switches: SwitchSeen[] = [];
  for (const path of paths) {
    const isCopy = copies.some((copy) => copy.path === path);
    // An old copy must not be taken for a drop-in that cannot be read: somebody else's database would be emptied.
    const text = await (isCopy ? textOf(context, path) : mustRead(context, path));
    if (text === null) continue;
    const mtimeMs = (await context.host.files.stat(path))?.identity.mtimeMs ?? 0;
    const alone = readDropIns([{ path, text }]);
    for (const problem of alone.problems) context.note('drop-in', problem.message);
    for (const { component, database } of databases) {
      const isOwn = database.credentials.some((own) => own === path || path.startsWith(`${own}.`));
      const values = isOwn && !isCopy ? await asRead(context, path, database.prefix) : alone.values;
      const on = isOwn ? isEnabled(values, database.enableKey) : null;
      if (on !== null) switches.push({ component, on, isCopy, mtimeMs });
      const origin = !isOwn ? 'borrowed' : isCopy ? 'copy' : 'drop-in';
      collector.add(component, databaseCredentials(values, database.prefix), path, origin, mtimeMs);
    }
  }
  for (const component of switchedOff(switches)) {
    found.switchedOff.add(component);
    collector.byComponent.delete(component);
  }
}

/**
 * The values of setup's drop-in as its reader has them: files of the same directory that come later win, an administrator's among them. What somebody else
 * overrides is noted: the database of the installation is then another one than setup's own file says.
 */
async function asRead(context: DetectContext, path: string, prefix: string): Promise<DropIns['values']> {
  const dir = parentOf(path);
  const base = dir.replace(/\.d$/, '');
  const names = (await namesIn(context, dir)).filter((name) => name.endsWith('.conf'));
  const files: { path: string; text: string }[] = [];
  for (const one of [base, ...names.map((name) => `${dir}/${name}`)]) {
    const text = one === base && !base.endsWith('.conf') ? null : await textOf(context, one);
    if (text !== null) files.push({ path: one, text });
  }
  const { values } = readDropIns(files);
  const overriding = new Set<string>();
  for (const [key, value] of values) if (key.startsWith(prefix) && value.path > path) overriding.add(value.path);
  for (const other of overriding) {
    context.note(
      'override',
      `${realPath(context.root, other)} overrides values of ${realPath(context.root, path)}: the database is the one that both together name. That file is not setup's, and stays.`,
    );
  }
  return values;
}

/** What one file says about a component that has a switch of its own. */
interface SwitchSeen {
  component: ComponentId;
  on: boolean;
  isCopy: boolean;
  mtimeMs: number;
}

/** Components that are switched off: by the word of the drop-in itself, else by that of its newest copy (a killed setup leaves nothing else). */
function switchedOff(switches: readonly SwitchSeen[]): ComponentId[] {
  const byWeight = [...switches].sort((a, b) => Number(a.isCopy) - Number(b.isCopy) || b.mtimeMs - a.mtimeMs);
  return [...new Set(switches.map(({ component }) => component))].filter(
    (component) => byWeight.find((one) => one.component === component)?.on === false,
  );
}

async function fromProperties(
  context: DetectContext,
  collector: Collector,
  copies: readonly FileFact[],
): Promise<void> {
  for (const { component, database } of databasesOf(context.layout)) {
    const paths = (database.properties ?? []).flatMap((path) => [
      path,
      ...copies.filter(({ copyOf }) => copyOf === path).map((copy) => copy.path),
    ]);
    for (const path of paths) {
      const text = await textOf(context, path);
      if (text === null) continue;
      const stat = await context.host.files.stat(path);
      const origin = (database.properties ?? []).includes(path) ? 'properties' : 'copy';
      collector.add(component, jdbcCredentials(readProperties(text)), path, origin, stat?.identity.mtimeMs ?? 0);
    }
  }
}

async function fromAnswers(context: DetectContext, collector: Collector, found: FoundCredentials): Promise<void> {
  const dir = context.layout.answers;
  const names = (await namesIn(context, dir)).filter((name) => name.endsWith('.conf'));
  // Names begin with a timestamp: the newest answer about a database is the one that counts.
  for (const name of names.sort()) {
    const path = `${dir}/${name}`;
    const text = await textOf(context, path);
    if (text === null) continue;
    const stat = await context.host.files.stat(path);
    for (const { id, enabledBy, enableQuestion } of context.layout.components) {
      const enabled = readEnabled(text, enabledBy, enableQuestion);
      if (enabled !== null) found.answered.set(id, enabled);
    }
    for (const { component, database } of databasesOf(context.layout)) {
      const { credentials, providedByOthers } = readAnswers(text, database);
      if (providedByOthers === true) found.providedByOthers.add(component);
      if (providedByOthers === false) found.providedByOthers.delete(component);
      if (credentials?.password !== undefined)
        collector.add(component, credentials, path, 'answer-file', stat?.identity.mtimeMs ?? 0);
    }
  }
}

/** The database a pgpass line names, among those of the layout. */
function componentFor(
  raw: RawCredentials,
  collector: Collector,
  databases: readonly { component: ComponentId; database: DatabaseLayout }[],
): ComponentId | null {
  for (const [component, list] of collector.byComponent) {
    if (list.some((one) => one.host === raw.host && one.port === raw.port && one.role === raw.role)) return component;
  }
  const byName = databases.find(({ database }) => raw.role === database.defaultRole);
  return byName?.component ?? null;
}

/**
 * Files in /tmp that a killed setup or cleanup left with a password. They are recognised by name, owner, mode and content together,
 * never by name alone: anybody may write there.
 */
async function fromTmp(context: DetectContext, collector: Collector, found: FoundCredentials): Promise<void> {
  const { files } = context.host;
  for (const name of await namesIn(context, '/tmp')) {
    if (!/^tmp[a-z0-9_]{8}$/.test(name)) continue;
    const path = `/tmp/${name}`;
    const stat = await files.stat(path);
    const isPrivate =
      stat?.identity.type === 'file' && (stat.uid === 0 || stat.uid === context.uid) && stat.identity.size < 4096;
    if (!stat || !isPrivate) continue;
    const text = await textOf(context, path);
    const raw = text === null ? null : isSetupPgpass(nameOf(path), stat.mode, text);
    if (!raw) continue;
    const component = componentFor(raw, collector, databasesOf(context.layout));
    if (component === null) continue;
    collector.add(component, raw, path, 'pgpass', stat.identity.mtimeMs);
    found.pgpass.push({
      path,
      identity: stat.identity,
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      phase: 'credential-copies',
      why: 'password file of a killed setup or cleanup, recognised by its content',
      component,
      recorded: false,
      changed: false,
      reset: false,
      copyOf: '/tmp',
    });
  }
}

/** Finds all credentials. Passwords go into the vault. */
export async function findCredentials(context: DetectContext, copies: readonly FileFact[]): Promise<FoundCredentials> {
  const collector = new Collector(context);
  const found: FoundCredentials = {
    byComponent: collector.byComponent,
    providedByOthers: new Set(),
    switchedOff: new Set(),
    answered: new Map(),
    pgpass: [],
    dwhUuid: null,
  };
  await fromDropIns(context, collector, found, copies);
  await fromProperties(context, collector, copies);
  await fromAnswers(context, collector, found);
  await fromTmp(context, collector, found);
  for (const list of collector.byComponent.values()) list.sort(better);
  for (const { timekeeping } of context.layout.components) {
    const text = timekeeping ? await textOf(context, timekeeping.identity) : null;
    if (timekeeping && text !== null)
      found.dwhUuid = readDropIns([{ path: timekeeping.identity, text }]).values.get('DWH_UUID')?.value ?? null;
  }
  return found;
}
