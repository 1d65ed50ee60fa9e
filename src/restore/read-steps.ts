/**
 * From the plan of a run, its journal and the manifest of its backup to what it did. Pure. What was only planned is no effect: every step of which anything can have happened is in the journal
 * as begun.
 */
import { createHash } from 'node:crypto';
import type { JournalEntry } from '../apply/journal.ts';
import { othersName } from '../backup/others.ts';
import type { FileState, Manifest } from '../model/backup.ts';
import type { AdminServer, Credentials } from '../model/credentials.ts';
import type { ComponentId } from '../model/layout.ts';
import { hostPath } from '../model/paths.ts';
import type { Plan, Step, StepKind, StepOf } from '../model/plan.ts';
import { NO_ROWS } from '../steps/ovn-rows.ts';
import type { DatabaseBefore, DatabaseEffect, Effects, ServiceEffect } from './effects.ts';
import { starterOf } from './service-steps.ts';

/** Everything the reading of a step needs. */
interface Source {
  plan: Plan;
  manifest: Manifest;
  /** By step: what it has left. */
  left: ReadonlyMap<string, Record<string, FileState>>;
  ended: ReadonlySet<string>;
  effects: Effects;
  /** Root of the host that is put back. */
  root: string;
}

/** The state of a file with this text. */
function stateOf(text: string): FileState {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

type Reader<K extends StepKind> = (step: StepOf<K>, source: Source) => void;

function without(title: string, verb: RegExp): string {
  return title.replace(verb, '').replace(/ \(\d+ files?\)$/, '');
}

function addFiles(
  step: Step,
  { manifest, left, ended, effects }: Source,
  group: {
    what: string;
    paths: readonly string[];
    outside?: boolean;
    leaves?: (path: string) => FileState | undefined;
  },
): void {
  const outside = group.outside === true;
  const archived = new Map(
    manifest.files.filter((file) => (file.outside === true) === outside).map((file) => [file.path, file]),
  );
  const states = left.get(step.id) ?? {};
  const files = group.paths.map((path) => ({
    path,
    before: archived.get(path) ?? null,
    left: path in states ? states[path] : group.leaves ? group.leaves(path) : ended.has(step.id) ? null : undefined,
  }));
  effects.files.push({ id: step.id, what: group.what, outside, files });
}

function dumpOf({ manifest }: Source, component: ComponentId, database: string): DatabaseBefore {
  const isOf = (one: Manifest['members'][number]): boolean => one.component === component && one.database === database;
  const member = manifest.members.find((one) => one.kind === 'database' && isOf(one));
  if (member === undefined) return { state: 'empty' };
  const others = othersName(member.name);
  const has = manifest.members.some(({ name }) => name === others);
  return { state: 'full', dump: member.name, others: has ? others : null };
}

/** The first thing that a run did to a database says what was in it before. */
function addDatabase({ effects }: Source, effect: DatabaseEffect): void {
  const known = effects.databases.find(({ key }) => key === effect.key);
  if (known) known.left = effect.left;
  else effects.databases.push(effect);
}

function credentialsOf({ plan }: Source, key: string, server: AdminServer, database: string): Credentials {
  const dump = plan.steps.find((step) => step.kind === 'database-dump' && step.key === key);
  if (dump?.kind === 'database-dump') return dump.credentials;
  if ('credentials' in server) return { ...server.credentials, database };
  const planned = plan.databases.find(({ name }) => name === database);
  const { host = 'localhost', port = server.socket, role = 'postgres' } = planned ?? {};
  const none = { secured: false, validation: false, source: '', origin: 'drop-in', mtimeMs: 0, secret: null } as const;
  return { host, port, database, role, ...none };
}

function addService(
  { effects, manifest, root }: Source,
  unit: string,
  change: Pick<ServiceEffect, 'active' | 'enabled'>,
): void {
  const known = effects.services.find((one) => one.unit === unit);
  const before = manifest.services.find((one) => one.unit === unit);
  const effect = known ?? { unit, ...starterOf(before, manifest.root, root) };
  if (!known) effects.services.push(effect);
  Object.assign(effect, { ...change, ...effect });
}

const nothing = (): void => undefined;

/** Every kind of step; the compiler asks for a new one. */
const READERS: { [K in StepKind]: Reader<K> } = {
  'service-stop': ({ unit }, source) => addService(source, unit, { active: true }),
  'service-start': ({ unit }, source) => addService(source, unit, { active: false }),
  'service-enable': ({ unit }, source) => addService(source, unit, { enabled: false }),
  'service-disable': (step, source) => {
    if (step.links.length === 0) return addService(source, step.unit, { enabled: true });
    addFiles(step, source, { what: `what starts ${step.unit} at boot`, paths: step.links, leaves: () => null });
  },
  'files-remove': (step, source) =>
    addFiles(step, source, {
      what: without(step.title, /^\S+ /),
      paths: step.files.map(({ path }) => path),
      outside: step.outside === true,
      leaves: () => null,
    }),
  'files-put': (step, source) =>
    addFiles(step, source, {
      what: without(step.title, /^Put back /),
      paths: step.files.map(({ path }) => path),
      outside: step.outside === true,
      leaves: (path) => step.files.find((file) => file.path === path)?.state ?? null,
    }),
  'files-reset': (step, source) =>
    addFiles(step, source, {
      what: without(step.title, /^Reset /),
      paths: step.files.map(({ path }) => path),
      leaves: (path) => stateOf(step.files.find((file) => file.path === path)?.pristine ?? ''),
    }),
  'lines-revert': (step, source) => addFiles(step, source, { what: step.path, paths: [step.path] }),
  'section-remove': (step, source) => addFiles(step, source, { what: step.path, paths: [step.path] }),
  'file-put-back': (step, source) => addFiles(step, source, { what: step.path, paths: [step.path] }),
  'file-promote': (step, source) => addFiles(step, source, { what: step.path, paths: [step.path] }),
  'marker-rewrite': (step, source) => addFiles(step, source, { what: step.path, paths: [step.path] }),
  'pki-restore': (step, source) => addFiles(step, source, { what: step.path, paths: step.files.map(({ to }) => to) }),
  'records-rewrite': (step, source) =>
    addFiles(step, source, {
      what: 'uninstall records',
      paths: [...new Set([...step.paths, step.path])],
    }),
  'dirs-remove': nothing, // see removedDirs
  'dirs-make': ({ dirs }, { effects }) => void effects.madeDirs.push(...dirs.map(({ path }) => path)),
  'database-seal': ({ database, server }, { effects }) => void effects.closed.push({ database, server }),
  'database-unseal': nothing,
  'ovn-rows': ({ tool, target, was }, { effects }) =>
    void effects.ovn.push({ tool, target, before: was, left: NO_ROWS }),
  'ovn-rows-put': ({ tool, target, rows, was }, { effects }) =>
    void effects.ovn.push({ tool, target, before: was, left: rows }),
  'database-dump': nothing,
  'roles-dump': nothing,
  'files-archive': nothing,
  'backup-seal': nothing,
  'database-clear': ({ key, component, credentials }, source) => {
    const { plan } = source;
    const dump = plan.steps.find((step) => step.kind === 'database-dump' && step.key === key);
    addDatabase(source, {
      key,
      component,
      credentials,
      way: { as: 'role' },
      exclude: dump?.kind === 'database-dump' ? dump.exclude : [],
      before: dumpOf(source, component, credentials.database),
      left: null,
    });
  },
  'database-drop': ({ key, component, database, server }, source) => {
    addDatabase(source, {
      key,
      component,
      credentials: credentialsOf(source, key, server, database),
      way: { as: 'admin', server },
      exclude: [],
      before: dumpOf(source, component, database),
      left: null,
    });
    addRoles(source, server);
  },
  'role-drop': ({ server }, source) => addRoles(source, server),
  'roles-make': ({ server, madeDatabases, madeRoles }, { effects }) => {
    if (madeDatabases.length + madeRoles.length > 0)
      effects.roles.push({ server, file: null, roles: madeRoles, databases: madeDatabases });
  },
  'database-fill': ({ key, component, credentials, way, exclude, file }, source) => {
    const { plan, effects } = source;
    const isMade = effects.roles.some(
      ({ file: script, databases }) => script === null && databases.includes(credentials.database),
    );
    addDatabase(source, {
      key,
      component,
      credentials,
      way,
      exclude,
      before: { state: isMade && way.as === 'admin' ? 'absent' : 'empty' },
      left: `${plan.restores?.backup ?? ''}/${file}`,
    });
  },
  'dwh-rows': ({ credentials, blank, was }, { effects }) => {
    const left = blank ? { hostname: '', uuid: '', running: false } : { ...was, running: false };
    effects.rows.push({ credentials, before: was, left });
  },
  'rows-put': ({ credentials, rows, was }, { effects }) =>
    void effects.rows.push({ credentials, before: was, left: rows }),
  'web-server-reload': nothing,
};

/** The script that was written for a server before anything of it was dropped. */
function addRoles({ plan, manifest, effects }: Source, server: AdminServer): void {
  for (const step of plan.steps) {
    if (step.kind !== 'roles-dump' || JSON.stringify(step.server) !== JSON.stringify(server)) continue;
    const { file, roles, databases } = step;
    const isThere = manifest.members.some(({ name }) => name === file);
    if (isThere && !effects.roles.some((one) => one.file === file))
      effects.roles.push({ server, file, roles, databases });
  }
}

/** Reads a run. The manifest is that of its backup, which is whole; `root` is that of the host that is put back. */
export function effectsOf(plan: Plan, journal: readonly JournalEntry[], manifest: Manifest, root: string): Effects {
  const effects: Effects = {
    files: [],
    // Those of a run that died before they went are there, or went with a later one.
    removedDirs: manifest.directories.map(({ path, ...meta }) => ({ path: hostPath(plan.root, path), ...meta })),
    madeDirs: [],
    databases: [],
    roles: [],
    closed: [],
    rows: [],
    ovn: [],
    services: [],
    // Also where it did not come to tell it: what it reads changes again.
    webServer: plan.steps.find((step) => step.kind === 'web-server-reload')?.unit ?? null,
  };
  const begun = new Set(journal.flatMap(({ event, step }) => (event === 'begin' && step !== undefined ? [step] : [])));
  const done = journal.filter(({ event, status }) => event === 'end' && status === 'done');
  const left = new Map(
    done.flatMap(({ step, left: states }) => (step !== undefined && states ? [[step, states] as const] : [])),
  );
  const ended = new Set(done.flatMap(({ step }) => step ?? []));
  const source: Source = { plan, manifest, left, ended, effects, root };
  for (const step of plan.steps) {
    if (begun.has(step.id)) (READERS[step.kind] as unknown as Reader<StepKind> | undefined)?.(step, source);
  }
  return effects;
}
