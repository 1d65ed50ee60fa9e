/** A restore and the list of runs as a person reads them. Pure. */
import { realPath } from '../model/paths.ts';
import type { Plan, StepKind } from '../model/plan.ts';
import type { ListedRun, Report } from '../model/report.ts';
import { shellWord } from '../model/shell.ts';
import { putKept } from './kept.ts';
import { Page } from './page.ts';
import { putPaths } from './path-list.ts';
import { putContinued, putRefusals, putWarnings } from './put-notes.ts';
import { printable } from './safe.ts';
import { count, size } from './text.ts';
import type { View } from './view.ts';

/** Steps that only make the backup of the restore itself. */
const BACKUP: readonly StepKind[] = ['database-dump', 'roles-dump', 'files-archive', 'backup-seal'];

function putSteps(page: Page, plan: Plan): void {
  const { view } = page;
  for (const step of plan.steps) {
    if (BACKUP.includes(step.kind)) continue;
    const loses = step.kind === 'database-drop' || step.kind === 'database-clear' || step.kind === 'files-remove';
    page.text(step.title, loses ? { paint: view.colors.red } : {});
    if (!view.verbose || (step.kind !== 'files-put' && step.kind !== 'files-remove')) continue;
    const paths = step.files.map(({ path }) => (step.outside ? path : realPath(plan.root, path)));
    putPaths(page, view, paths, step.target);
  }
}

/** Everything a restore will do, for the screen and the log. */
export function renderRestorePlan(plan: Plan, view: View): string {
  const page = new Page(view);
  page.heading(
    `Restore ${plan.root === '/' ? `on ${view.hostname}` : `below ${plan.root}`} of what run ${plan.restores?.run} removed`,
  );
  putContinued(page, plan.continues);
  if (plan.changed.length > 0) {
    page.heading(
      plan.refusals.length > 0 ? 'Changed since that run' : 'Changed since that run, and replaced all the same',
    );
    for (const conflict of plan.changed) page.command(conflict, { indent: 2 });
  }
  if (plan.steps.length > 0) page.heading('Steps, in their order');
  putSteps(page, plan);
  if (plan.backupDir !== null) {
    page.heading('Backup of what is replaced');
    page.text('Made before anything is put back; a restore of this restore brings it back:');
    page.command(plan.backupDir);
  }
  putKept(page, view, plan.kept);
  putWarnings(page, plan.warnings);
  putRefusals(page, plan.refusals);
  return page.toString();
}

/** The last words of a restore. */
export function putRestoreEnd(page: Page, report: Report): void {
  const { outcome, restores, run } = report;
  page.gap();
  if (outcome === 'ok') {
    page.text(`Run ${restores} is put back.`, { indent: 0 });
    if (run !== null) page.text(`To undo that: engine-cleanup restore ${run.id}`, { indent: 0 });
  } else if (outcome === 'nothing-to-do') {
    page.text(restores === undefined ? 'Nothing to do.' : `Nothing to do: run ${restores} is put back.`, { indent: 0 });
  } else if (outcome === 'incomplete' || outcome === 'interrupted' || outcome === 'internal') {
    if (outcome === 'interrupted') page.text('Stopped, as asked.', { indent: 0 });
    if (!report.changed) page.text('Nothing was changed.', { indent: 0 });
    else if (report.intact)
      page.text('Nothing was replaced yet, and the services that had been stopped run again.', { indent: 0 });
    page.text('Run engine-cleanup restore again to continue.', { indent: 0 });
  } else {
    page.text(outcome === 'declined' ? 'Not started. Nothing was changed.' : 'Nothing was changed.', { indent: 0 });
  }
}

function stateText({ state, sizeBytes, backup, why }: ListedRun): string {
  if (state === 'none') return why ?? 'no backup was made';
  if (state === 'gone') return `its backup is gone: ${backup}`;
  if (state === 'whole') return `${size(sizeBytes)} in ${backup}`;
  return `${state === 'partial' ? 'NOT WHOLE' : 'DAMAGED'}: ${why ?? ''}`;
}

/** `runs`: one paragraph for each run, the newest last. */
export function renderRuns(report: Report, view: View): string {
  const page = new Page(view);
  const runs = report.runs ?? [];
  page.heading(`Runs of engine-cleanup ${report.root === '/' ? `on ${view.hostname}` : `below ${report.root}`}`);
  for (const run of runs) {
    page.gap();
    const back = run.restoredBy === null ? '' : `, put back by ${run.restoredBy}`;
    page.text(`${run.id}  ${run.command}, ${run.outcome}${back}`, { paint: view.colors.bold });
    page.text(`started ${run.started.replace('T', ' ').replace('.000Z', ' UTC')}`, {
      indent: 4,
      paint: view.colors.dim,
    });
    page.text(
      stateText(run),
      run.state === 'damaged' || run.state === 'partial' ? { indent: 4, paint: view.colors.yellow } : { indent: 4 },
    );
    if (run.state === 'partial' && run.backup !== null)
      page.command(`to remove: rm -r ${shellWord(run.backup)}`, { paint: view.colors.dim });
  }
  if (runs.length === 0) page.text('None yet.');
  putWarnings(page, report.warnings);
  putRefusals(page, report.refusals);
  return page.toString();
}

/** What `runs --prune` is about to remove. */
export function pruneText(runs: readonly ListedRun[]): string {
  const bytes = runs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = runs.map(({ id, command, backup }) => `  ${id}  ${command}  ${printable(backup ?? '')}`);
  return [
    `Removes ${count(runs.length, 'run')} with what they backed up, ${size(bytes)}. It cannot be put back then:`,
    ...lines,
    '',
  ].join('\n');
}
