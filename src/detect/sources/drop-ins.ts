/** Credentials in configuration drop-ins, setup's own and those by which another component reaches the database. Only reads. */
import { databasesOf } from '../../layouts/index.ts';
import type { Credentials } from '../../model/credentials.ts';
import type { FileFact } from '../../model/facts.ts';
import type { ComponentId, DatabaseLayout } from '../../model/layout.ts';
import type { DetectContext } from '../context.ts';
import { changedAt, mustRead, textOf } from '../look.ts';
import { type DropIns, databaseCredentials, isEnabled, readDropIns } from '../read/drop-in.ts';
import type { Collected, CredentialSource } from './collected.ts';
import { asRead } from './overrides.ts';

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

/** The drop-ins that a layout names, and copies of them. */
function pathsOf(context: DetectContext, copies: readonly FileFact[]): Set<string> {
  const known = databasesOf(context.layout).map(({ database }) => database);
  const paths = new Set(known.flatMap(({ credentials, elsewhere = [] }) => [...credentials, ...elsewhere]));
  for (const { path, copyOf } of copies) if (copyOf !== undefined && paths.has(copyOf)) paths.add(path);
  return paths;
}

function isOwnFile({ credentials }: DatabaseLayout, path: string): boolean {
  return credentials.some((own) => own === path || path.startsWith(`${own}.`));
}

function originOf(isOwn: boolean, isCopy: boolean): Credentials['origin'] {
  if (!isOwn) return 'borrowed';
  return isCopy ? 'copy' : 'drop-in';
}

/** Where a drop-in leaves out the server, that of another database: the stand-alone setups of 3.3 write no more than database, role and password. */
async function withServer(
  context: DetectContext,
  values: DropIns['values'],
  { prefix, serverOf }: DatabaseLayout,
): Promise<DropIns['values']> {
  const isNamed = values.has(`${prefix}HOST`) || values.has(`${prefix}URL`);
  if (serverOf === undefined || isNamed || !values.has(`${prefix}DATABASE`)) return values;
  const other = await asRead(context, serverOf.path, serverOf.prefix);
  const completed = new Map(values);
  for (const suffix of ['HOST', 'PORT']) {
    const value = other.get(serverOf.prefix + suffix);
    if (value !== undefined) completed.set(prefix + suffix, value);
  }
  return completed;
}

/** One file is asked for every prefix: drop-ins of a component also name other databases, the Data Warehouse's those of the engine. */
async function readOne(
  context: DetectContext,
  collected: Collected,
  path: string,
  isCopy: boolean,
): Promise<SwitchSeen[]> {
  // An old copy must not be taken for a drop-in that cannot be read: somebody else's database would be emptied.
  const text = await (isCopy ? textOf(context, path) : mustRead(context, path));
  if (text === null) return [];
  const mtimeMs = await changedAt(context, path);
  const alone = readDropIns([{ path, text }]);
  for (const problem of alone.problems) context.note('drop-in', problem.message);
  const switches: SwitchSeen[] = [];
  for (const { component, database } of databasesOf(context.layout)) {
    const isOwn = isOwnFile(database, path);
    const read = isOwn && !isCopy ? await asRead(context, path, database.prefix, database.credentials) : alone.values;
    const values = isOwn ? await withServer(context, read, database) : read;
    const on = isOwn ? isEnabled(values, database.enableKey) : null;
    if (on !== null) switches.push({ component, on, isCopy, mtimeMs });
    const place = { source: path, origin: originOf(isOwn, isCopy), mtimeMs };
    collected.add(component, databaseCredentials(values, database.prefix), place);
  }
  return switches;
}

export const fromDropIns: CredentialSource = async (context, collected, copies) => {
  const switches: SwitchSeen[] = [];
  for (const path of pathsOf(context, copies)) {
    const isCopy = copies.some((copy) => copy.path === path);
    switches.push(...(await readOne(context, collected, path, isCopy)));
  }
  for (const component of switchedOff(switches)) collected.switchOff(component);
};
