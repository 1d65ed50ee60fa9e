/** Every layout the program knows. A new release is a new entry here. */
import {
  type ComponentId,
  type DatabaseLayout,
  type FileRule,
  type Layout,
  RELEASES,
  type Release,
} from '../model/layout.ts';
import { g5 } from './g5.ts';

export const LAYOUTS: readonly Layout[] = [g5];

/** The layout of a release; null for one that no layout covers. */
export function layoutOf(release: Release | null): Layout | null {
  return LAYOUTS.find((layout) => release !== null && layout.releases.includes(release)) ?? null;
}

/** The layout of the newest release: what a host without any sign of a release is judged by. */
export function newestLayout(): Layout {
  const age = (layout: Layout): number => Math.max(...layout.releases.map((release) => RELEASES.indexOf(release)));
  return LAYOUTS.reduce((newest, one) => (age(one) > age(newest) ? one : newest));
}

/** Components of a layout that have a database of their own. */
export function databasesOf(layout: Layout): { component: ComponentId; database: DatabaseLayout }[] {
  return layout.components.flatMap((component) =>
    component.database ? [{ component: component.id, database: component.database }] : [],
  );
}

/** Every rule of a layout with its component. */
export function rulesOf(layout: Layout): { component: ComponentId; rule: FileRule }[] {
  return layout.components.flatMap(({ id, files }) => files.map((rule) => ({ component: id, rule })));
}

/** The anchor a path lies in: the longest known one, else its first two components. A removal never leaves the anchor's mount. */
export function anchorOf(layout: Layout, path: string): string {
  let best = '';
  for (const anchor of [...layout.anchors, ...layout.sharedAnchors]) {
    if ((path === anchor || path.startsWith(`${anchor}/`)) && anchor.length > best.length) best = anchor;
  }
  if (best !== '') return best;
  const parts = path.split('/');
  return parts.length > 3 ? parts.slice(0, 3).join('/') : parts.slice(0, -1).join('/') || '/';
}
