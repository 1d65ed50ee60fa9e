/** The parts of a plan as text: what was found, databases, services, files, backup. */
import { layoutOf } from '../layouts/index.ts';
import type { Facts } from '../model/facts.ts';
import { isOutside } from '../model/outside.ts';
import { realPath } from '../model/paths.ts';
import {
  type DatabaseAction,
  databaseKey,
  type Plan,
  type PlannedDatabase,
  type Step,
  type StepKind,
  type StepOf,
} from '../model/plan.ts';
import type { Page } from './page.ts';
import { putPaths } from './path-list.ts';
import { printable } from './safe.ts';
import { cut, size } from './text.ts';

const SETUP: Record<Facts['setup'], string> = {
  complete: 'finished',
  failed: 'did not finish',
  none: 'never ran, or was cleaned up',
};

const PACKAGE: Record<Facts['package'], string> = {
  installed: 'installed',
  removed: 'removed',
  reinstalled: 'removed and installed again',
  unknown: 'not known: rpm cannot tell here',
};

export function stepsOf<K extends StepKind>(plan: Plan, kind: K): StepOf<K>[] {
  return plan.steps.filter((step): step is StepOf<K> => step.kind === kind);
}

export function putFound(page: Page, facts: Facts): void {
  const titles = layoutOf(facts.release)?.components ?? [];
  const components = facts.components.map((id) => titles.find((one) => one.id === id)?.title ?? id);
  const row = (label: string, text: string): void =>
    void page.row(label, text, { width: 10, paint: page.view.colors.dim });
  page.gap();
  row(
    'Found',
    facts.release === null ? 'no installation of oVirt Engine' : `oVirt Engine ${facts.release} (${facts.releaseWhy})`,
  );
  row('Setup', SETUP[facts.setup]);
  row('Packages', PACKAGE[facts.package] + (facts.packageVersion === null ? '' : ` (${facts.packageVersion})`));
  if (components.length > 0) row('Components', components.join(', '));
}

/** What an action is called, and whether it destroys. */
export const ACTIONS: Record<DatabaseAction, { label: string; destroys: boolean }> = {
  drop: { label: 'DROP', destroys: true },
  clear: { label: 'CLEAR', destroys: true },
  keep: { label: 'KEEP', destroys: false },
  absent: { label: 'ABSENT', destroys: false },
  foreign: { label: 'LEAVE', destroys: false },
  refuse: { label: 'REFUSE', destroys: false },
  restore: { label: 'RESTORE', destroys: false },
};

function place({ host, port, local }: PlannedDatabase): string {
  return `on ${host}:${port}${local ? '' : ' (remote)'}`;
}

const DROPPED: (page: Page) => (text: string) => string =
  ({ view: { colors } }) =>
  (text) =>
    colors.bold(colors.red(text));

function putRoles(page: Page, roles: readonly string[]): void {
  for (const role of roles) page.row('DROP', `role "${role}"`, { width: 6, paint: DROPPED(page) });
}

/** Every database, whether something happens to it or not, and the roles that go with it. */
export function putDatabases(page: Page, plan: Plan, facts: Facts): void {
  if (plan.databases.length === 0) return;
  const { colors } = page.view;
  page.heading('Databases');
  const roles = new Set(stepsOf(plan, 'role-drop').map(({ role }) => role));
  const closed = stepsOf(plan, 'database-seal').map(({ key }) => key);
  for (const database of plan.databases) {
    const { component, action, name, why, sizeBytes, role } = database;
    const { label, destroys } = ACTIONS[action];
    const title = facts.databases.find((fact) => fact.component === component)?.title ?? component;
    const bytes = sizeBytes === null || action === 'absent' ? '' : `, ${size(sizeBytes)}`;
    const alert = action === 'refuse' ? (text: string) => colors.bold(colors.yellow(text)) : colors.bold;
    const paint = destroys ? DROPPED(page) : alert;
    page.row(label, `${title} "${name}" ${place(database)}${bytes}`, { width: 6, paint });
    const first = closed.includes(databaseKey(database)) ? '; closed to new connections first' : '';
    page.row('', why + first, { width: 6, textPaint: colors.dim });
    if (roles.delete(role)) putRoles(page, [role]);
  }
  putRoles(page, [...roles]);
  for (const { title } of stepsOf(plan, 'database-unseal')) page.row('OPEN', title, { width: 6, paint: colors.bold });
  for (const { title } of [...stepsOf(plan, 'dwh-rows'), ...stepsOf(plan, 'ovn-rows')])
    page.row('EDIT', title, { width: 6, paint: colors.bold });
}

export function putServices(page: Page, plan: Plan): void {
  const stopped = stepsOf(plan, 'service-stop').map(({ unit }) => unit);
  const disabled = stepsOf(plan, 'service-disable').map(({ unit }) => unit);
  const reloaded = stepsOf(plan, 'web-server-reload').map(({ unit }) => unit);
  const rows: [string, string[]][] = [
    ['stop and disable', stopped.filter((unit) => disabled.includes(unit))],
    ['stop', stopped.filter((unit) => !disabled.includes(unit))],
    ['disable', disabled.filter((unit) => !stopped.includes(unit))],
    ['reload', reloaded],
  ];
  const present = rows.filter(([, units]) => units.length > 0);
  if (present.length === 0) return;
  page.heading('Services');
  const width = Math.max(...present.map(([label]) => label.length));
  for (const [label, units] of present) page.row(label, units.join(', '), { width });
}

/** Edits shown of one shared file, unless everything is listed. */
const EDITS = 4;

function putEdits(page: Page, step: StepOf<'lines-revert'>): void {
  const { view } = page;
  const shown = view.verbose ? step.edits : step.edits.slice(0, EDITS);
  const line = (mark: string, text: string): void => {
    const whole = `${mark} ${printable(text)}`;
    page.text(view.verbose ? whole : cut(whole, view.width - 4), { indent: 4, paint: view.colors.dim });
  };
  for (const { added, removed, secret } of shown) {
    if (added !== null) line('-', `${added.trim()}${secret ? ' …' : ''}`);
    if (removed !== null) line('+', removed.trim());
  }
  if (shown.length < step.edits.length)
    page.text(`and ${step.edits.length - shown.length} more`, { indent: 4, paint: view.colors.dim });
}

/** Examples; or, where everything is listed, every path under the evidence that it is setup's. */
function putRemoved(page: Page, files: readonly { path: string; why: string }[], shared: string): void {
  const { view } = page;
  if (!view.verbose) {
    const paths = files.map(({ path }) => path);
    putPaths(page, view, paths, shared);
    return;
  }
  for (const why of new Set(files.map((file) => file.why))) {
    page.text(`${why}:`, { indent: 4, paint: view.colors.dim });
    for (const { path } of files.filter((file) => file.why === why)) page.command(path, { indent: 6 });
  }
}

function putFileStep(page: Page, plan: Plan, step: Step): void {
  const real = (path: string): string => (isOutside(step) ? path : realPath(plan.root, path));
  page.text(step.title);
  if (step.kind === 'files-remove' || step.kind === 'files-reset') {
    const files = step.files.map(({ path, why }) => ({ path: real(path), why }));
    putRemoved(page, files, real(step.target));
  } else if (step.kind === 'dirs-remove') {
    putPaths(page, page.view, step.paths.map(real), real(step.target));
  } else if (step.kind === 'lines-revert') {
    putEdits(page, step);
  }
}

/** Steps that other parts of the plan tell of. Everything else is listed among the files: a new kind of step cannot be forgotten. */
const ELSEWHERE: readonly StepKind[] = [
  'service-stop',
  'service-disable',
  'web-server-reload',
  'database-seal',
  'database-unseal',
  'database-dump',
  'dwh-rows',
  'ovn-rows',
  'roles-dump',
  'files-archive',
  'backup-seal',
  'database-clear',
  'database-drop',
  'role-drop',
];

export function putFiles(page: Page, plan: Plan): void {
  const steps = plan.steps.filter(({ kind }) => !ELSEWHERE.includes(kind));
  if (steps.length === 0) return;
  page.heading('Files and records');
  for (const step of steps) putFileStep(page, plan, step);
}

/** Files that go although somebody edited them. */
export function changedAndRemoved(plan: Plan): string[] {
  const files = [...stepsOf(plan, 'files-remove'), ...stepsOf(plan, 'files-reset')].flatMap(({ files }) => files);
  return files.filter(({ changed }) => changed === true).map(({ path }) => realPath(plan.root, path));
}

const BACKUP: readonly StepKind[] = ['files-archive', 'database-dump', 'roles-dump'];

export function putBackup(page: Page, plan: Plan, facts: Facts): void {
  if (!plan.steps.some(({ destructive }) => destructive)) return;
  page.heading('Backup');
  if (plan.backupDir === null) {
    page.text('None, as asked: what this run removes cannot be put back.', { paint: page.view.colors.yellow });
    return;
  }
  for (const { kind, title } of plan.steps) if (BACKUP.includes(kind)) page.text(title);
  const bytes = stepsOf(plan, 'database-dump').reduce((sum, step) => sum + step.sizeBytes, 0) + facts.space.filesBytes;
  page.text(`Made and read back before anything is dropped or removed, at most ${size(bytes)}:`);
  page.command(plan.backupDir);
}

/** Every step in its order, in the words in which a run reports it. */
export function putSteps(page: Page, plan: Plan): void {
  if (plan.steps.length === 0) return;
  page.heading('Steps, in their order');
  const width = String(plan.steps.length).length;
  for (const [index, { title }] of plan.steps.entries()) page.row(String(index + 1).padStart(width), title, { width });
}
