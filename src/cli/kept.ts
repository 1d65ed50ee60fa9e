/** What stays, grouped by the reason, with the command that removes what may be removed by hand. */

import type { Kept } from '../model/plan.ts';
import type { Page } from './page.ts';
import { putPaths } from './path-list.ts';
import type { View } from './view.ts';

/** The directory that paths share, by component. */
function directoryOf(paths: readonly string[]): string {
  const split = paths.map((path) => path.split('/').slice(0, -1));
  const first = split[0] ?? [];
  const differs = first.findIndex((part, at) => split.some((parts) => parts[at] !== part));
  return first.slice(0, differs < 0 ? undefined : differs).join('/') || '/';
}

/** Targets are real paths. */
export function putKept(page: Page, view: View, kept: readonly Kept[]): void {
  if (kept.length === 0) return;
  page.heading('Kept');
  for (const reason of new Set(kept.map(({ why }) => why))) {
    const group = kept.filter(({ why }) => why === reason);
    // Where the command names the place, it stands for it.
    const paths = group.filter(({ target, remove }) => !remove?.includes(target)).map(({ target }) => target);
    page.text(reason);
    if (paths.length > 0) putPaths(page, view, paths, directoryOf(paths));
    for (const command of new Set(group.flatMap(({ remove }) => remove ?? [])))
      page.command(`to remove: ${command}`, { paint: view.colors.dim });
  }
}
