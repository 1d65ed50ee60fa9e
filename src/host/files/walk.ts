/**
 * Opens directories below the root one component at a time, never through a symbolic link. What is then done by name in the open directory cannot be
 * led elsewhere: an open directory cannot be swapped, a path can. Node has no `*at` calls; a path through `/proc/self/fd/N` does the same.
 *
 * All calls are synchronous. One walk takes some 40 µs, less than a single asynchronous call costs, and no other work of this process comes between.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import { hostPath, isBelow, isPlainPath, nameOf, realPath } from '../../model/paths.ts';
import { codeOf, fileError, isAbsent, linkError } from './errors.ts';
import { mountOf } from './mount.ts';

/**
 * Flags that open a place without opening what is there: search permission is enough, no FIFO blocks, no device notices. `O_PATH` is missing in Node's
 * constants; its number is the same on every architecture Node runs on under Linux.
 */
export const PLACE = 0o10000000 | constants.O_NOFOLLOW;
const DIRECTORY = PLACE | constants.O_DIRECTORY;

/** Path of a name in an open directory; `.` is the directory itself. */
export function at(dir: number, name: string): string {
  return `/proc/self/fd/${dir}/${name}`;
}

/** The open directory in which a path's last component lies. */
export interface Parent {
  /** File descriptor, for `at` only (`O_PATH`). */
  dir: number;
  name: string;
  /** Real path of the whole, for messages. */
  real: string;
  /** Mount id of the anchor; null where the path itself is the anchor, or none was given. */
  anchorMount: number | null;
}

/** @throws HostError for a host path that could lead anywhere else than it says; `path` is for the message */
export function assertPlain(path: string, inside: string): void {
  // A name that is not the same after encoding (a lone surrogate) would be the name of another file.
  if (inside === '/' || (isPlainPath(inside) && Buffer.from(inside).toString() === inside)) return;
  throw new HostError(`"${path}" is not the plain absolute path of one file. Nothing was done with it.`, {
    hint: 'Correct the record or file that names it, then run engine-cleanup again.',
    code: 'EINVAL',
  });
}

/** The components of a host path below the root; none for the root itself. */
function componentsOf(root: string, path: string): string[] {
  const inside = hostPath(root, path);
  assertPlain(path, inside);
  return inside === '/' ? [] : inside.slice(1).split('/');
}

/** Without /proc every name in an open directory would look absent, and absent is success. */
function assertProc(dir: number): void {
  try {
    if (lstatSync(at(dir, '.')).ino === fstatSync(dir).ino) return;
  } catch {
    // The same answer as for a wrong one.
  }
  throw new HostError('/proc is not mounted, and no file can be told from another without it. Nothing was changed.', {
    hint: 'Mount it (mount -t proc proc /proc), then run engine-cleanup again.',
    code: 'ENOENT',
  });
}

/** Opens the root itself. The file descriptor is the caller's to close. */
export function openRoot(root: string): number {
  let dir: number;
  try {
    dir = openSync(root, DIRECTORY);
  } catch (error) {
    throw fileError(error, root, 'cannot be opened as a directory');
  }
  try {
    assertProc(dir);
    return dir;
  } catch (error) {
    closeSync(dir);
    throw error;
  }
}

/** Opens a directory in an open one; null if there is none. The file descriptor is the caller's to close. `real`: its real path, for messages. */
export function openChild(dir: number, name: string, real: () => string): number | null {
  try {
    return openSync(at(dir, name), DIRECTORY);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR' || code === 'ELOOP') return notDirectory(dir, name, real());
    if (isAbsent(error)) return null;
    throw fileError(error, real(), 'cannot be looked into');
  }
}

/** Why a name could not be opened as a directory: null if it is absent or a file, an error if it is a link. */
function notDirectory(dir: number, name: string, real: string): null {
  const stat = lstatSync(at(dir, name), { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) throw linkError(real);
  if (stat?.isDirectory()) {
    throw new HostError(`${real} changes while it is looked at.`, {
      hint: 'See who works on it, and run engine-cleanup again.',
      code: 'EAGAIN',
    });
  }
  return null;
}

/** @throws HostError for the root itself, which has no directory it lies in */
export function assertNotRoot(inside: string, real: string): void {
  if (inside !== '/') return;
  throw new HostError(`${real} is the root of the installation. It is never changed.`, { hint: 'See the log.' });
}

/** @throws Error for a path that does not lie below its anchor: a mistake of the program */
export function assertBelowAnchor(root: string, path: string, anchor: string): void {
  if (isBelow(hostPath(root, path), hostPath(root, anchor))) return;
  throw new Error(`${path} does not lie below its anchor ${anchor}`);
}

/** Walks down and calls `use` in the last directory; null if one is absent. `enter` sees every directory on the way, with its depth below the root. */
function descend<T>(
  root: string,
  names: readonly string[],
  use: (dir: number) => T,
  enter: (dir: number, depth: number) => void = () => undefined,
): T | null {
  let dir = openRoot(root);
  try {
    enter(dir, 0);
    for (const [index, name] of names.entries()) {
      const next = openChild(dir, name, () => realPath(root, `/${names.slice(0, index + 1).join('/')}`));
      if (next === null) return null;
      closeSync(dir);
      dir = next;
      enter(dir, index + 1);
    }
    return use(dir);
  } finally {
    closeSync(dir);
  }
}

/** Opens a directory for `use`; null if it, or a component of its path, is absent or a file. A link among them is an error (`ELOOP`). */
export function withDirectory<T>(root: string, path: string, use: (dir: number) => T): T | null {
  return descend(root, componentsOf(root, path), use);
}

/** Opens the directory a path lies in; null if it is absent. With an `anchor` (the path itself or a directory above it) its mount is told too. */
export function withParent<T>(
  root: string,
  path: string,
  use: (parent: Parent) => T,
  anchor: string | null = null,
): T | null {
  const names = componentsOf(root, path);
  const real = realPath(root, path);
  assertNotRoot(hostPath(root, path), real);
  if (anchor !== null) assertBelowAnchor(root, path, anchor);
  const anchorDepth = anchor === null ? -1 : componentsOf(root, anchor).length;
  let anchorMount: number | null = null;
  return descend(
    root,
    names.slice(0, -1),
    (dir) => use({ dir, name: nameOf(path), real, anchorMount }),
    (dir, depth) => {
      if (depth === anchorDepth) anchorMount = mountOf(dir);
    },
  );
}
