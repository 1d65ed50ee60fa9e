/** Every layout the program knows. A new release is a new entry here. */
import {
  type ComponentId,
  type DatabaseLayout,
  type FileRule,
  type Layout,
  type PkiLayout,
  RELEASES,
  type Release,
} from '../model/layout.ts';
import { g30 } from './g1.ts';
import { g31, g32 } from './g2.ts';
import { g33, g34, g35, g36 } from './g3.ts';
import { g40, g41, g42, g43 } from './g4.ts';
import { g5 } from './g5.ts';

export const LAYOUTS: readonly Layout[] = [g30, g31, g32, g33, g34, g35, g36, g40, g41, g42, g43, g5];

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

/** What a layout says of the database of one component; undefined where it has none. */
export function databaseLayoutOf(layout: Layout, component: ComponentId): DatabaseLayout | undefined {
  return layout.components.find(({ id }) => id === component)?.database;
}

/** Files that setup itself takes the credentials of a database from, the authoritative one first. */
export function ownFilesOf({ credentials, properties = [] }: DatabaseLayout): string[] {
  return [...credentials, ...properties.filter(({ own }) => own).map(({ path }) => path)];
}

/** A path of the PKI as messages name it: `private/ca.pem`. */
export function nameInPki({ dir }: PkiLayout, path: string): string {
  return path.slice(dir.length + 1);
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
