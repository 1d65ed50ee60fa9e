/** The closing report of every command and outcome. Pure: everything in it comes from the report and the plan. */
import type { Warning } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Report, Verdict } from '../model/report.ts';
import { putKept } from './kept.ts';
import { Page } from './page.ts';
import { putRefusals, putWarnings } from './put-notes.ts';
import { putAnswers } from './render-plan.ts';
import { putRestoreEnd, renderRuns } from './render-restore.ts';
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
  const kept = report.databases.some(({ action, leftover }) => action === 'keep' && !leftover);
  return plan !== null && plan.mode === 'keep' && !plan.keepPki && kept;
}

/** What a run that ended early, but destroyed nothing, left behind. */
function intactText(report: Report): string {
  if (report.warnings.some(({ code }) => code === 'way-back'))
    return 'Nothing was dropped or removed. Not everything that had been stopped runs again: see the warnings.';
  return (report.restarted ?? []).length > 0
    ? 'Nothing was dropped or removed, and the services that had been stopped run again.'
    : 'Nothing was dropped or removed.';
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
      else if (report.intact) page.text(intactText(report), { indent: 0 });
      putWayOn(page, report);
      return;
    case 'internal':
      page.text('This is a bug in engine-cleanup.', { indent: 0 });
      putWayOn(page, report);
      return;
    case 'declined':
      page.text('Not started. Nothing was changed.', { indent: 0 });
      return;
    default:
      page.text('Nothing was changed.', { indent: 0 });
  }
}

/** A run that did something is continued by the next; one that did nothing begins anew. */
function putWayOn(page: Page, report: Report): void {
  if (report.command !== 'cleanup') return;
  if (report.steps.some(({ status }) => status !== 'planned')) page.literal(CONTINUE);
  else page.text('Run engine-cleanup again when it suits.', { indent: 0 });
}

/** Warnings of the plan about what was to come; afterwards they are no longer true, or the closing check says them better. */
const BEFOREHAND: readonly string[] = ['sessions', 'web-server-configured', 'passwords-unreadable'];

function lasting(warnings: readonly Warning[]): Warning[] {
  return warnings.filter(({ code }) => !BEFOREHAND.includes(code));
}

/** What a run did and left, ordered so that what matters most stands last, next to the prompt. */
function renderCleanup(page: Page, report: Report, plan: Plan | null): void {
  const { outcome, steps, error } = report;
  const ran = steps.some(({ status }) => status !== 'planned');
  const finished = outcome === 'ok' || outcome === 'unready' || outcome === 'nothing-to-do';
  putDone(page, report);
  if (ran || finished) putStanding(page, report);
  if (finished) putKept(page, page.view, report.kept);
  putBackupPlace(page, report);
  if (ran || finished) putWarnings(page, lasting(report.warnings));
  putFailures(page, report);
  // A run that did not come to its end leaves obstacles by nature: the next one takes them away.
  if (finished) putVerdict(page, report.verify);
  if (finished) putAnswers(page, report.answers ?? []);
  putRefusals(page, report.refusals);
  if (error)
    page
      .heading('Ended by an error', page.view.colors.red)
      .text(error.message)
      .text(error.hint ?? '');
  if (report.run !== null) page.gap().text(`Log: ${report.run.log}`, { indent: 0, paint: page.view.colors.dim });
  if (report.command === 'restore') putRestoreEnd(page, report);
  else putEnd(page, report, plan);
}

/** The end of the verb `plan`: the plan itself was rendered before. */
function renderPlanned(page: Page, report: Report, plan: Plan): void {
  if (report.outcome === 'refused') {
    page.text('A run would be refused. Nothing was changed.', { indent: 0 });
  } else if (report.steps.length === 0) {
    page.text('Nothing to do.', { indent: 0 });
  } else {
    page.text(`A run would take ${count(report.steps.length, 'step')}. Nothing was changed.`, { indent: 0 });
    const lost = plan.mode === 'drop' && plan.databases.some(({ action }) => action === 'drop' || action === 'clear');
    if (lost)
      page.text('With -d the databases are kept; an interactive run asks.', { indent: 0, paint: page.view.colors.dim });
  }
}

function renderVerify(page: Page, report: Report, verdict: Verdict): void {
  const { green, yellow, bold } = page.view.colors;
  const where = report.root === '/' ? `on ${page.view.hostname}` : `below ${report.root}`;
  page.heading(`Can engine-setup be run now ${where}?`);
  putChecks(page, verdict);
  putWarnings(page, report.warnings);
  const obstacles = verdict.checks.filter(({ ok }) => !ok).length;
  page.gap();
  if (verdict.ready) page.text('Yes: engine-setup can be run.', { indent: 0, paint: green });
  else
    page.text(`Not yet: ${count(obstacles, 'obstacle')} must be out of the way first.`, {
      indent: 0,
      paint: (text) => bold(yellow(text)),
    });
}

/** The text for stdout. */
export function renderReport(report: Report, plan: Plan | null, view: View): string {
  if (report.command === 'runs' && report.error === undefined) return renderRuns(report, view);
  const page = new Page(view);
  if (report.command === 'plan' && plan !== null) renderPlanned(page, report, plan);
  else if (report.command === 'verify' && report.verify !== null) renderVerify(page, report, report.verify);
  else renderCleanup(page, report, plan);
  return page.toString();
}
