/** Warnings and refusals as text. */
import type { Refusal, Warning } from '../model/errors.ts';
import type { Page } from './page.ts';

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
