/** What is at a name in an open directory, held open without opening it: its kind, identity and mount cannot change between two questions. */
import { closeSync, constants, fstatSync, fsyncSync, openSync, type Stats } from 'node:fs';
import type { Identity } from '../../model/facts.ts';
import type { FileStat } from '../port.ts';
import { codeOf, fileError, isAbsent } from './errors.ts';
import { mountError, mountOf } from './mount.ts';
import { at, type Parent, PLACE } from './walk.ts';

export interface Entry {
  /** File descriptor of the place (`O_PATH`). */
  fd: number;
  stat: Stats;
}

/** Opens the place a path names, whatever is there (a link itself, never its target); null if there is nothing. */
export function withEntry<T>({ dir, name, real }: Parent, use: (entry: Entry) => T): T | null {
  let fd: number;
  try {
    fd = openSync(at(dir, name), PLACE);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw fileError(error, real, 'cannot be looked at');
  }
  try {
    return use({ fd, stat: fstatSync(fd) });
  } finally {
    closeSync(fd);
  }
}

/** Neither the directory nor what is at the name may lie on another mount than the anchor: nothing is deleted or written across one. */
export function assertOnAnchorMount(parent: Parent, entry: Entry | null): void {
  const [own, above] = [entry === null ? null : mountOf(entry.fd), mountOf(parent.dir)];
  const mount = parent.anchorMount ?? own ?? above;
  if (above !== mount || (own ?? mount) !== mount) throw mountError(parent.real);
}

export function typeOf(stat: Stats): Identity['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isDirectory() ? 'dir' : 'other';
}

export function fileStat(stat: Stats): FileStat {
  const { dev, ino, size, mtimeMs, mode, uid, gid, nlink: links } = stat;
  return { identity: { type: typeOf(stat), dev, ino, size, mtimeMs }, mode: mode & 0o7777, uid, gid, links };
}

/** What about a file is not as it was, as a phrase after its path; null if nothing is. */
export function differenceOf(now: Stats, expect: Identity): string | null {
  if (typeOf(now) !== expect.type) return 'is of another kind than the plan saw';
  if (now.dev !== expect.dev || now.ino !== expect.ino) return 'is another file than the plan saw';
  if (now.size !== expect.size || now.mtimeMs !== expect.mtimeMs) return 'was written to since the plan saw it';
  return null;
}

/** Waits until names made or removed in an open directory are on disk. File systems that cannot be asked keep their own order. */
export function syncDirectory(dir: number, real: string): void {
  let fd: number | null = null;
  try {
    fd = openSync(at(dir, '.'), constants.O_RDONLY | constants.O_DIRECTORY);
    fsyncSync(fd);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw fileError(error, real, 'was changed, but may not be on disk yet');
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
