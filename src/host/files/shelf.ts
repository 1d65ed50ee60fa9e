/**
 * Directories that stay open while a host is looked at. Looking means thousands of questions about few directories, and most of what one of them costs is the way
 * to its directory. So a directory that was walked to, for a question that only looks, stays open until the event loop turns: some milliseconds at most, and never
 * over the end of another program. What is asked through it is answered as it is now; only that its name still leads to it was found a moment ago.
 *
 * Whatever changes something walks anew (`withParent`), and closes what is open here before and after.
 */
import { closeSync } from 'node:fs';
import { hostPath, nameOf, parentOf, realPath } from '../../model/paths.ts';
import { mountOf } from './mount.ts';
import { assertBelowAnchor, assertNotRoot, assertPlain, openChild, openRoot, type Parent } from './walk.ts';

interface Open {
  fd: number;
  /** Id of its mount; null: not asked yet. That of an open directory stays what it is. */
  mount: number | null;
}

/** File descriptors are few (1024 by default), and others need some too. */
const MOST = 100;

const open = new Map<string, Open>();
let turn: NodeJS.Immediate | null = null;

/** Closes them all. */
export function letGo(): void {
  if (turn !== null) clearImmediate(turn);
  turn = null;
  for (const { fd } of open.values()) closeSync(fd);
  open.clear();
}

/** Opens a directory by its plain host path, or takes the one that is open; null if it is absent or a file. */
function take(root: string, dir: string): Open | null {
  const key = `${root}\0${dir}`;
  const known = open.get(key);
  if (known !== undefined) return known;
  const above = dir === '/' ? null : take(root, parentOf(dir));
  if (dir !== '/' && above === null) return null;
  const fd = above === null ? openRoot(root) : openChild(above.fd, nameOf(dir), () => realPath(root, dir));
  if (fd === null) return null;
  const taken = { fd, mount: null };
  open.set(key, taken);
  return taken;
}

/** The plain host path of a place that is looked at. */
function begin(root: string, path: string): string {
  if (open.size > MOST) letGo();
  turn ??= setImmediate(letGo);
  const inside = hostPath(root, path);
  assertPlain(path, inside);
  return inside;
}

function mountOfOpen(one: Open): number {
  one.mount ??= mountOf(one.fd);
  return one.mount;
}

/** As `withDirectory`, for looking. */
export function lookInto<T>(root: string, path: string, use: (dir: number) => T): T | null {
  const found = take(root, begin(root, path));
  return found === null ? null : use(found.fd);
}

/** As `withParent`, for looking. */
export function lookAt<T>(
  root: string,
  path: string,
  use: (parent: Parent) => T,
  anchor: string | null = null,
): T | null {
  const inside = begin(root, path);
  const real = realPath(root, path);
  assertNotRoot(inside, real);
  const dir = take(root, parentOf(inside));
  if (dir === null) return null;
  let anchorMount: number | null = null;
  if (anchor !== null) {
    assertBelowAnchor(root, path, anchor);
    const place = hostPath(root, anchor);
    // Where the path is the anchor itself, its own mount is asked for.
    const above = place === inside ? null : take(root, place);
    anchorMount = above === null ? null : mountOfOpen(above);
  }
  return use({ dir: dir.fd, name: nameOf(inside), real, anchorMount });
}
