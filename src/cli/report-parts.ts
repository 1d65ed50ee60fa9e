/** The parts of a closing report as text: what was done, what failed, where the backup is, what engine-setup will meet. */
import type { Check, Report, ReportedStep, Verdict } from '../model/report.ts';
import { shellWord } from '../model/shell.ts';
import type { Page } from './page.ts';
import { ACTIONS } from './plan-parts.ts';
import { count, duration, size } from './text.ts';

/** How the doing of a kind of step is told; kinds that are missing tell of themselves elsewhere (the backup) or need no telling. */
const DEEDS: Record<string, string> = {
  'service-stop': 'Stopped',
  'service-disable': 'Disabled',
  'database-drop': 'Dropped',
  'role-drop': 'Dropped',
  'database-clear': 'Cleared',
  'files-remove': 'Removed',
  'dirs-remove': 'Removed',
  'files-reset': 'Reset',
  'lines-revert': 'Reverted',
  'section-remove': 'Reverted',
  'file-put-back': 'Put back',
  'pki-restore': 'Put back',
  'file-promote': 'Put back',
  'dwh-rows': 'Rewritten',
  'ovn-rows': 'Rewritten',
  'marker-rewrite': 'Rewritten',
  'records-rewrite': 'Rewritten',
  'database-unseal': 'Reopened',
  'web-server-reload': 'Reloaded',
  'files-put': 'Put back',
  'dirs-make': 'Made',
  'roles-make': 'Made',
  'database-fill': 'Filled',
  'rows-put': 'Rewritten',
  'ovn-rows-put': 'Rewritten',
  'service-enable': 'Enabled',
  'service-start': 'Started',
};

function things(steps: readonly ReportedStep[], kind: string): number {
  return steps.filter((step) => step.kind === kind).reduce((sum, { paths }) => sum + (paths?.length ?? 1), 0);
}

const FILE_KINDS = ['files-remove', 'files-reset', 'files-put'];
const DIRECTORY_KINDS = ['dirs-remove', 'dirs-make'];

function deedText(deed: string, steps: readonly ReportedStep[]): string {
  const files = FILE_KINDS.reduce((sum, kind) => sum + things(steps, kind), 0);
  const dirs = DIRECTORY_KINDS.reduce((sum, kind) => sum + things(steps, kind), 0);
  const parts = [
    ...(files > 0 ? [count(files, 'file')] : []),
    ...(dirs > 0 ? [count(dirs, 'directory', 'directories')] : []),
  ];
  for (const { kind, target } of steps) {
    if (kind === 'role-drop') parts.push(`role "${target}"`);
    else if (kind.startsWith('database-') || kind === 'dwh-rows' || kind === 'rows-put')
      parts.push(`database "${target}"`);
    else if (!FILE_KINDS.includes(kind) && !DIRECTORY_KINDS.includes(kind)) parts.push(target);
  }
  return deed === 'Reverted' ? `lines in ${parts.join(', ')}` : parts.join(', ');
}

/** What this run did, in a few lines; with everything listed, each path. What was stopped and runs again was not done. */
export function putDone(page: Page, report: Report): void {
  const restarted = report.restarted ?? [];
  const isUndone = ({ kind, target }: ReportedStep): boolean => kind === 'service-stop' && restarted.includes(target);
  const done = report.steps.filter((step) => step.status === 'done' && !isUndone(step));
  const already = report.steps.filter(({ status }) => status === 'already').length;
  const deeds = new Map<string, ReportedStep[]>();
  for (const step of done) {
    const deed = DEEDS[step.kind];
    if (deed !== undefined) deeds.set(deed, [...(deeds.get(deed) ?? []), step]);
  }
  if (deeds.size === 0 && already === 0 && restarted.length === 0) return;
  const whole = report.steps.every(({ status }) => status === 'done' || status === 'already');
  // The time of the steps: an operator who thinks about the plan is not the program's slowness.
  const time = duration(report.steps.reduce((sum, { ms }) => sum + ms, 0));
  page.heading(whole ? `Done, in ${time}` : `Done so far, in ${time}`);
  const width = Math.max(...[...deeds.keys()].map((deed) => deed.length), restarted.length > 0 ? 9 : 7);
  for (const [deed, steps] of deeds) {
    page.row(deed, deedText(deed, steps), { width });
    if (page.view.verbose)
      for (const path of steps.flatMap(({ paths }) => paths ?? []))
        page.command(path, { indent: width + 6, paint: page.view.colors.dim });
  }
  if (restarted.length > 0) page.row('Restarted', restarted.join(', '), { width });
  if (already > 0) page.row('Already', `${count(already, 'step')} had been done before`, { width });
}

/** Databases that are still there, and why; cleared and dropped ones are among what was done. */
export function putStanding(page: Page, report: Report): void {
  const standing = report.databases.filter(({ action }) => action === 'keep' || action === 'foreign');
  if (standing.length === 0) return;
  page.heading('Databases that stay');
  for (const { action, name, host, port, why, sizeBytes } of standing) {
    const bytes = sizeBytes === null ? '' : `, ${size(sizeBytes)}`;
    page.row(ACTIONS[action ?? 'keep'].label, `"${name}" on ${host}:${port}${bytes}: ${why}`, { width: 6 });
  }
}

/** What is left to do, and what failed: the reason last, because that is what is read. */
export function putFailures(page: Page, report: Report): void {
  const { bold, red } = page.view.colors;
  const failed = report.steps.filter(({ status }) => status === 'failed');
  const blocked = report.steps.filter(({ status }) => status === 'blocked');
  const skipped = report.steps.filter(({ status }) => status === 'skipped');
  if (blocked.length > 0) page.heading('Left undone, because it depends on what failed');
  for (const { title } of blocked) page.row('-', title, { width: 0 });
  if (skipped.length > 0) page.heading('Left undone, because the run was stopped');
  for (const { title } of skipped) page.row('-', title, { width: 0 });
  // A dump that a stop signal ended did not fail.
  const stopped = report.outcome === 'interrupted';
  if (failed.length > 0) page.heading(stopped ? 'Ended unfinished' : 'Failed', (text) => bold(red(text)));
  for (const { title, error, hint } of failed) {
    page.row('*', title, { width: 0, paint: red });
    if (error !== null) page.row('', error, { width: 0 });
    if (hint !== undefined) page.row('', hint, { width: 0 });
  }
}

/** True if the backup was closed with its manifest: only then is it whole. */
function isWhole(report: Report): boolean {
  return report.steps.some(({ kind, status }) => kind === 'backup-seal' && (status === 'done' || status === 'already'));
}

export function putBackupPlace(page: Page, report: Report): void {
  const backup = report.run?.backup ?? null;
  if (backup === null) return;
  page.heading('Backup');
  page.command(backup, { indent: 2 });
  if (!isWhole(report)) {
    page.text('It is not whole: the run ended while it was made, before anything was dropped or removed.');
    page.command(`to remove: rm -r ${shellWord(backup)}`, { indent: 2, paint: page.view.colors.dim });
    return;
  }
  const inside = (path: string): string => (path.startsWith(`${backup}/`) ? path.slice(backup.length + 1) : path);
  for (const { name, backup: dump } of report.databases)
    if (dump !== null) page.text(`${inside(dump)} is the dump of database "${name}".`);
  page.text('The commands that put everything back are in its README:');
  page.command(`less ${shellWord(`${backup}/README`)}`);
  const answers = report.databases.flatMap((database) => database.answers ?? []);
  if (answers.length > 0) {
    page.text('With it engine-setup uses the emptied databases again:');
    page.command(`engine-setup ${answers.map((path) => `--config-append=${shellWord(path)}`).join(' ')}`);
  }
  page.text('It holds passwords and private keys. To remove it when it is no longer needed:');
  page.command(`rm -r ${shellWord(backup)}`);
  const before = report.continues?.backup ?? null;
  if (before !== null) {
    page.text('What the unfinished run had removed, with which this one went on, is in a backup of its own:');
    page.command(before);
  }
}

function isObstacle({ ok }: Check): boolean {
  return !ok;
}

function putCheck(page: Page, mark: string, check: Check, width: number, paint?: (text: string) => string): void {
  page.row(mark, check.detail, paint ? { width, paint } : { width });
  if (check.hint !== undefined && !check.ok) page.row('', check.hint, { width });
}

/** Obstacles and warnings after a cleanup. */
export function putVerdict(page: Page, verdict: Verdict | null): void {
  if (verdict === null) return;
  const { bold, yellow } = page.view.colors;
  const obstacles = verdict.checks.filter(isObstacle);
  const notes = verdict.checks.filter((check) => !isObstacle(check) && check.severity === 'warning');
  if (obstacles.length > 0) page.heading('What still stands in the way of engine-setup', (text) => bold(yellow(text)));
  for (const check of obstacles) putCheck(page, '*', check, 0, yellow);
  if (notes.length > 0) page.heading('To know before engine-setup is run');
  for (const check of notes) putCheck(page, '!', check, 0, yellow);
}

/** Every check, for the verb `verify`. */
export function putChecks(page: Page, verdict: Verdict): void {
  const { bold, green, yellow } = page.view.colors;
  page.gap();
  for (const check of verdict.checks) {
    if (isObstacle(check)) putCheck(page, 'NO', check, 4, (text) => bold(yellow(text)));
    else if (check.severity === 'warning') putCheck(page, 'note', check, 4, yellow);
    else putCheck(page, 'ok', check, 4, green);
  }
}
