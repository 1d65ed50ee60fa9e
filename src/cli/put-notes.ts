/** Warnings and refusals as text. */
import type { Refusal, Warning } from '../model/errors.ts';
import type { ContinuedRun } from '../model/unfinished.ts';
import type { Page } from './page.ts';

/** The unfinished run that a plan goes on with. */
export function putContinued(page: Page, continues: ContinuedRun | undefined): void {
  if (continues === undefined) return;
  const { run, started, stoppedAt, backup } = continues;
  page.heading('Unfinished');
  page.text(
    `Continues the run of ${started.replace('T', ' ').slice(0, 19)} UTC (${run}), which stopped at: ${stoppedAt}.`,
  );
  if (backup === null) return;
  page.text('What is gone already is in its backup, which stays as it is:');
  page.command(backup);
}

export function putWarnings(page: Page, warnings: readonly Warning[]): void {
  if (warnings.length === 0) return;
  const { yellow } = page.view.colors;
  page.heading('Warnings', (text) => page.view.colors.bold(yellow(text)));
  for (const { message } of warnings) page.row('!', message, { width: 0, paint: yellow });
}

export function putRefusals(page: Page, refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const { bold, yellow } = page.view.colors;
  page.heading(refusals.length === 1 ? 'Refused, for this reason' : `Refused, for ${refusals.length} reasons`, (text) =>
    bold(yellow(text)),
  );
  for (const { check, message, hint, forcible } of refusals) {
    const forced = `--force ${check}`;
    page.row('*', message, { width: 0, paint: yellow });
    page.row('', hint, { width: 0 });
    if (forcible && !hint.includes(forced)) page.row('', `To go on in spite of it: ${forced}`, { width: 0 });
  }
}
