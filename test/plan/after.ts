/** The host after a plan was executed without a failure, as detection would find it. */
import { g5 } from '../../src/layouts/g5.ts';
import type { AdminView, DatabaseFact, Facts, FileFact } from '../../src/model/facts.ts';
import { isOutside } from '../../src/model/outside.ts';
import type { Plan, Step, StepOf } from '../../src/model/plan.ts';
import { PASSWORD_FILE } from './any-database.ts';
import { UUID_CONF } from './any-facts.ts';
import { database, EMPTY_CONTENT, file } from './facts.ts';

function stepsOf<K extends Step['kind']>(plan: Plan, ...kinds: K[]): StepOf<K>[] {
  return plan.steps.filter((step): step is StepOf<K> => (kinds as string[]).includes(step.kind));
}

function filesAfter(facts: Facts, plan: Plan): FileFact[] {
  const inside = plan.steps.filter((one) => !isOutside(one));
  const gone = new Set(
    stepsOf({ ...plan, steps: inside }, 'files-remove', 'files-reset').flatMap(({ files }) =>
      files.map(({ path }) => path),
    ),
  );
  for (const { path } of stepsOf(plan, 'section-remove')) gone.add(path);
  const files = facts.files.filter(({ path }) => !gone.has(path));
  const add = (one: FileFact): void => {
    if (!files.some(({ path }) => path === one.path)) files.push(one);
  };
  for (const { path, component } of stepsOf(plan, 'file-promote'))
    add(file(path, 'credentials', { keep: 'database', component, credentialsOf: [component] }));
  for (const step of stepsOf(plan, 'pki-restore'))
    for (const { to, known } of step.files) if (known) add(file(to, 'keystores', { keep: 'pki' }));
  const [rewrite] = stepsOf(plan, 'records-rewrite');
  if (!rewrite) return files;
  if (rewrite.keep.length > 0) add(file(rewrite.path, 'records', { keep: 'database' }));
  return files.filter(
    ({ path }) => !rewrite.paths.includes(path) || (rewrite.keep.length > 0 && path === rewrite.path),
  );
}

function recordsAfter(facts: Facts, plan: Plan, files: readonly FileFact[]): Facts['records'] {
  const [rewrite] = stepsOf(plan, 'records-rewrite');
  const paths = facts.records.paths.filter((path) => files.some((one) => one.path === path));
  if (!rewrite) {
    return paths.length > 0
      ? { ...facts.records, paths }
      : { paths: [], empty: [], entries: [], lines: 0, databasesGone: false };
  }
  return {
    paths: rewrite.keep.length > 0 ? [rewrite.path] : [],
    empty: [],
    entries: rewrite.keep.map((path) => ({ path, current: !rewrite.edited.includes(path) })),
    lines: 0,
    databasesGone: rewrite.keep.length > 0 && rewrite.databasesGone,
  };
}

function adminAfter(admin: AdminView, plan: Plan, dropped: boolean, reopened: boolean): AdminView {
  const names = stepsOf(plan, 'database-drop').map(({ database }) => database);
  const opened = stepsOf(plan, 'database-unseal').map(({ database }) => database);
  const gone = (name: string): boolean => stepsOf(plan, 'role-drop').some(({ role }) => role === name);
  return {
    ...admin,
    database: admin.database && {
      ...admin.database,
      exists: admin.database.exists && !dropped,
      connectionLimit: reopened ? -1 : admin.database.connectionLimit,
    },
    leftovers: admin.leftovers
      .filter(({ name }) => !names.includes(name))
      .map((one) => ({ ...one, connectionLimit: opened.includes(one.name) ? -1 : one.connectionLimit })),
    role: admin.role && {
      ...admin.role,
      exists: admin.role.exists && !gone(admin.role.name),
      elsewhere: admin.role.elsewhere.filter((name) => !names.includes(name)),
    },
    readOnlyRoles: admin.readOnlyRoles.map((role) => ({ ...role, exists: role.exists && !gone(role.name) })),
  };
}

/** The password file is gone, and with it the login of an administrator. */
function withoutLogins({ admin }: DatabaseFact): Pick<DatabaseFact, 'admin' | 'adminLogins'> {
  const isLogin = admin.via !== null && 'credentials' in admin.via;
  return { adminLogins: [], admin: isLogin ? database().admin : admin };
}

/** Null where nothing speaks of the database any more. */
function databaseAfter(fact: DatabaseFact, plan: Plan, files: readonly FileFact[]): DatabaseFact | null {
  const of = (kind: 'database-clear' | 'file-promote'): boolean =>
    stepsOf(plan, kind).some(({ component }) => component === fact.component);
  const dropped = stepsOf(plan, 'database-drop').some(({ key }) => key === fact.component);
  const reopened = plan.steps.some(({ id }) => id === `unseal:${fact.component}`);
  const [rows] = stepsOf(plan, 'dwh-rows');
  const after: DatabaseFact = { ...fact, admin: adminAfter(fact.admin, plan, dropped, reopened) };
  if (!files.some(({ path }) => path === PASSWORD_FILE)) Object.assign(after, withoutLogins(after));
  if (dropped) Object.assign(after, { content: null, reach: { state: 'absent', message: '' } });
  if (of('database-clear')) {
    after.content = EMPTY_CONTENT;
    const seen = after.admin.database;
    after.admin.database = seen && { ...seen, recognised: false, partial: true, tables: 0 };
  }
  if (rows && fact.component === 'engine' && after.content?.dwh) {
    const { hostname, uuid } = after.content.dwh;
    const names = rows.blank ? { hostname: '', uuid: '' } : { hostname, uuid };
    after.content = { ...after.content, dwh: { ...names, running: false } };
  }
  if (of('file-promote') && after.credentials) {
    const path = g5.components.find(({ id }) => id === fact.component)!.database!.credentials[0]!;
    after.credentials = { ...after.credentials, origin: 'drop-in', source: path };
    after.candidates = [after.credentials];
    return after;
  }
  const own = after.credentials;
  // Answer files stay; every other place is a file of the host.
  if (own !== null && (own.origin === 'answer-file' || files.some(({ path }) => path === own.source))) return after;
  // Of a speculative one nothing spoke before.
  if (after.speculative) return after;
  const shown = g5.components.find(({ id }) => id === fact.component)!.shownBy;
  const isShown = files.some(({ path, copyOf = path }) => shown.includes(copyOf));
  if (!isShown && !files.some(({ path }) => path === g5.marker)) return null;
  return {
    ...after,
    credentials: null,
    candidates: [],
    reach: { state: 'no-credentials', message: '' },
    content: null,
  };
}

function directoriesAfter(facts: Facts, plan: Plan, files: readonly FileFact[]): Facts['directories'] {
  const gone = new Set(stepsOf(plan, 'dirs-remove').flatMap(({ paths }) => paths));
  const edited = stepsOf(plan, 'section-remove').map(({ path }) => path);
  const wasThere = new Set(facts.files.map(({ path }) => path).filter((path) => !edited.includes(path)));
  const isThere = (path: string): boolean => {
    if (gone.has(path)) return false;
    if (files.some((one) => one.path === path || one.path.startsWith(`${path}/`))) return true;
    return !wasThere.has(path);
  };
  return facts.directories
    .filter(({ path }) => !gone.has(path))
    .map((dir) => ({ ...dir, entries: dir.entries.filter((name) => isThere(`${dir.path}/${name}`)) }));
}

export function after(facts: Facts, plan: Plan): Facts {
  const files = filesAfter(facts, plan);
  const has = (path: string): boolean => files.some((fact) => fact.path === path);
  const stopped = new Set(stepsOf(plan, 'service-stop').map(({ unit }) => unit));
  const disabled = new Set(stepsOf(plan, 'service-disable').map(({ unit }) => unit));
  const reverted = new Set(stepsOf(plan, 'lines-revert').map(({ id }) => id));
  const dropKeys = stepsOf(plan, 'marker-rewrite').flatMap((step) => step.dropKeys);
  const values = Object.entries(facts.marker?.values ?? {}).filter(([key]) => !dropKeys.includes(key));
  const restored = stepsOf(plan, 'pki-restore').length > 0;
  const left = stepsOf(plan, 'files-remove').filter((one) => one.outside);
  const outside = new Set(left.flatMap((one) => one.files.map(({ path }) => path)));
  return {
    ...facts,
    files,
    outside: facts.outside.filter(({ path }) => !outside.has(path)),
    lines: facts.lines.filter(({ path, phase }) => !reverted.has(phase ? `revert:${phase}:${path}` : `revert:${path}`)),
    services: facts.services.map((service) => ({
      ...service,
      active: service.active && !stopped.has(service.unit),
      enabled: service.enabled && !disabled.has(service.unit),
    })),
    marker: has(g5.marker) && facts.marker ? { ...facts.marker, values: Object.fromEntries(values) } : null,
    records: recordsAfter(facts, plan, files),
    databases: facts.databases.flatMap((fact) => databaseAfter(fact, plan, files) ?? []),
    directories: directoriesAfter(facts, plan, files),
    pki: { ...facts.pki, usable: facts.pki.usable || restored },
    dwhUuid: has(UUID_CONF) ? facts.dwhUuid : null,
  };
}
