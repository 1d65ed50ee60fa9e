/** The plan as a person reads it: what was found, what happens to it, what stays, what stands in the way. Pure. */
import type { Facts } from '../model/facts.ts';
import { shownTarget } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';
import { putKept } from './kept.ts';
import { Page } from './page.ts';
import { changedAndRemoved, putBackup, putDatabases, putFiles, putFound, putServices, putSteps } from './plan-parts.ts';
import { putContinued, putRefusals, putWarnings } from './put-notes.ts';
import type { View } from './view.ts';

/** What engine-setup will meet after a run that keeps a database. */
export function putAnswers(page: Page, answers: readonly string[]): void {
  if (answers.length === 0) return;
  page.heading('What engine-setup will find and ask');
  for (const answer of answers) page.row('-', answer, { width: 0 });
}

/** Everything the plan holds, for the screen, the log and the verb `plan`. */
export function renderPlan(plan: Plan, facts: Facts, view: View): string {
  const page = new Page(view);
  page.heading(`Cleanup of ${plan.root === '/' ? view.hostname : `the installation below ${plan.root}`}`);
  putFound(page, facts);
  putContinued(page, plan.continues);
  putDatabases(page, plan, facts);
  putServices(page, plan);
  putFiles(page, plan);
  const changed = changedAndRemoved(plan);
  if (changed.length > 0) {
    page.heading('Edited since setup wrote them, and removed all the same');
    for (const path of changed) page.command(path, { indent: 2 });
    page.text(
      '--keep-changed leaves edited configuration where it is; keys, the marker and credentials go all the same.',
      {
        paint: view.colors.dim,
      },
    );
  }
  putKept(
    page,
    view,
    plan.kept.map((kept) => ({ ...kept, target: shownTarget(plan.root, kept.target) })),
  );
  putBackup(page, plan, facts);
  if (view.verbose) putSteps(page, plan);
  putAnswers(page, plan.answers);
  putWarnings(page, plan.warnings);
  putRefusals(page, plan.refusals);
  return page.toString();
}
