/** The closing report of every command and outcome. Pure: everything in it comes from the report and the plan. */
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { putKept } from './kept.ts';
import { Page } from './page.ts';
import { putRefusals, putWarnings } from './render-plan.ts';
import { putBackupPlace, putChecks, putDone, putFailures, putStanding, putVerdict } from './report-parts.ts';
import { printable } from './safe.ts';
import { count } from './text.ts';
import type { View } from './view.ts';
import { CONTINUE, FINISHED, HOSTS_NOTE } from './words.ts';

/** An error that ended everything: on stderr, in the form of every command of the system. */
export function renderError(error: { message: string; hint: string | null }): string {
  const hint = error.hint === null ? '' : `  ${printable(error.hint)}\n`;
  return `engine-cleanup: ${printable(error.message)}\n${hint}`;
}

/** The hosts trust a CA that is gone. */
function needsHostsNote(report: Report, plan: Plan | null): boolean {
  return (
    plan !== null && plan.mode === 'keep' && !plan.keepPki && report.databases.some(({ action }) => action === 'keep')
  );
}

function putAnswers(page: Page, report: Report): void {
  if (report.answers === undefined || report.answers.length === 0) return;
  page.heading('What engine-setup will find and ask');
  for (const answer of report.answers) page.row('-', answer, { width: 0 });
}

/** Nothing that only a backup brings back was begun: what was stopped runs again, unless a warning says otherwise. */
function wentBack(report: Report, plan: Plan | null): boolean {
  const begun = (id: string): boolean =>
    report.steps.some((step) => step.id === id && (step.status === 'done' || step.status === 'failed'));
  const stopped = report.steps.some(({ kind, status }) => kind === 'service-stop' && status === 'done');
  const destroyed = plan?.steps.some((step) => step.destructive && begun(step.id)) ?? true;
  return stopped && !destroyed && !report.warnings.some(({ code }) => code === 'way-back');
}

function putEnd(page: Page, report: Report, plan: Plan | null): void {
  const { outcome } = report;
  page.gap();
  switch (outcome) {
    case 'ok':
    case 'nothing-to-do':
      if (outcome === 'nothing-to-do') page.text('Nothing to do.', { indent: 0 }).gap();
      page.literal(FINISHED);
      if (needsHostsNote(report, plan)) page.literal(HOSTS_NOTE);
      return;
    case 'unready':
      if (report.steps.length > 0) page.text('The cleanup itself is done.', { indent: 0 });
      page.text(
        'engine-setup would not succeed yet. Mend what stands in its way, then check with "engine-cleanup verify".',
        { indent: 0 },
      );
      if (needsHostsNote(report, plan)) page.literal(HOSTS_NOTE);
      return;
    case 'incomplete':
    case 'interrupted':
      if (outcome === 'interrupted') page.text('Stopped, as asked.', { indent: 0 });
      if (!report.changed) page.text('Nothing was changed.', { indent: 0 });
      else if (wentBack(report, plan))
        page.text('Nothing was dropped or removed, and the services that had been stopped run again.', { indent: 0 });
      page.literal(CONTINUE);
      return;
    case 'internal':
      page.text('This is a bug in engine-cleanup.', { indent: 0 });
      page.literal(CONTINUE);
      return;
    default:
      page.text('Nothing was changed.', { indent: 0 });
  }
}

function renderCleanup(page: Page, report: Report, plan: Plan | null): void {
  putRefusals(page, report.refusals);
  putDone(page, report);
  putStanding(page, report);
  const ran = report.steps.some(({ status }) => status !== 'planned');
  if (ran || report.outcome === 'nothing-to-do') putKept(page, page.view, report.kept, report.root);
  putFailures(page, report);
  putBackupPlace(page, report);
  if (ran || report.refusals.length > 0) putWarnings(page, report.warnings);
  putVerdict(page, report.verify);
  if (ran) putAnswers(page, report);
  if (report.error)
    page
      .gap()
      .text(report.error.message, { indent: 0 })
      .text(report.error.hint ?? '', { indent: 0 });
  if (report.run !== null) page.gap().text(`Log: ${report.run.log}`, { indent: 0, paint: page.view.colors.dim });
  putEnd(page, report, plan);
}

/** The end of the verb `plan`: the plan itself was rendered before. */
function renderPlanned(page: Page, report: Report, plan: Plan | null): void {
  page.gap();
  if (report.outcome === 'refused') {
    page.text('A run would be refused. Nothing was changed.', { indent: 0 });
  } else if (report.steps.length === 0) {
    page.text('Nothing to do.', { indent: 0 });
  } else {
    page.text(`A run would take ${count(report.steps.length, 'step')}. Nothing was changed.`, { indent: 0 });
    const lost = plan?.mode === 'drop' && plan.databases.some(({ action }) => action === 'drop' || action === 'clear');
    if (lost)
      page.text('With -d the databases are kept; an interactive run asks.', { indent: 0, paint: page.view.colors.dim });
  }
}

function renderVerify(page: Page, report: Report): void {
  page.heading(
    `Can engine-setup be run now ${report.root === '/' ? `on ${page.view.hostname}` : `below ${report.root}`}?`,
  );
  if (report.verify !== null) putChecks(page, report.verify);
  putWarnings(page, report.warnings);
  const obstacles = report.verify?.checks.filter(({ ok }) => !ok).length ?? 0;
  page.gap();
  if (report.verify?.ready) page.text('Yes: engine-setup can be run.', { indent: 0 });
  else page.text(`Not yet: ${count(obstacles, 'obstacle')} must be out of the way first.`, { indent: 0 });
}

/** The text for stdout. */
export function renderReport(report: Report, plan: Plan | null, view: View): string {
  const page = new Page(view);
  if (report.command === 'plan') renderPlanned(page, report, plan);
  else if (report.command === 'verify') renderVerify(page, report);
  else renderCleanup(page, report, plan);
  return page.toString();
}
