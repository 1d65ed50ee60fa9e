/** Many paths in few lines. Pure. */
import { isBelow } from '../model/paths.ts';
import type { Page } from './page.ts';
import type { View } from './view.ts';

const EXAMPLES = 3;

/** `a, b, c and 4 more`. */
export function some(names: readonly string[], most: number): string {
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

/**
 * Puts paths on a page: a few examples relative to the directory they share, or each on a line of its own where they share none worth naming. A verbose view
 * lists all of them.
 */
export function putPaths(page: Page, view: View, paths: readonly string[], shared: string, indent = 4): void {
  if (view.verbose) {
    for (const path of paths) page.command(path, { indent });
    return;
  }
  const below =
    paths.length > 1 && depth(shared) >= 2 && paths.every((path) => path !== shared && isBelow(path, shared));
  if (below) {
    const names = paths.map((path) => path.slice(shared.length + 1));
    page.text(`below ${shared}:`, { indent, paint: view.colors.dim });
    page.text(some(names, EXAMPLES), { indent: indent + 2, paint: view.colors.dim });
    return;
  }
  const shown = paths.length <= EXAMPLES + 1 ? paths : paths.slice(0, EXAMPLES);
  for (const path of shown) page.command(path, { indent, paint: view.colors.dim });
  if (shown.length < paths.length)
    page.text(`and ${paths.length - shown.length} more`, { indent, paint: view.colors.dim });
}
