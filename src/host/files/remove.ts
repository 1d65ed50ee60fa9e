/**
 * The one place where a file is deleted (docs/decisions/0006-deleting.md). The name is looked at through its open parent directory and unlinked through
 * that same directory. What remains is the moment between the two calls, in which only somebody who may write to that very directory can put another
 * file of the same name there.
 */
import { rmdirSync, unlinkSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import type { Identity } from '../../model/facts.ts';
import { nameOf, parentOf, realPath } from '../../model/paths.ts';
import { assertOnAnchorMount, differenceOf, syncDirectory, withEntry } from './entry.ts';
import { changedError, codeOf, fileError } from './errors.ts';
import { at, type Parent, withParent } from './walk.ts';

/** A file or link to remove. */
export interface Removal {
  path: string;
  /** What it must still be. */
  expect: Identity;
  /** The directory whose mount it must lie on. */
  anchor: string;
}

/** Unlinks or removes a name; false if somebody else was faster. */
function gone({ dir, name, real }: Parent, act: (path: string) => void): boolean {
  try {
    act(at(dir, name));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw fileError(error, real, 'cannot be removed');
  }
}

/**
 * Unlinks one file or link in its open directory, if it still is what `expect` says and lies on the mount of the anchor. Size and time must be the same too: what was
 * written since then is in no backup.
 */
function unlinkIn(parent: Parent, expect: Identity): boolean {
  const done = withEntry(parent, (entry) => {
    assertOnAnchorMount(parent, entry);
    const difference = differenceOf(entry.stat, expect);
    if (difference !== null) throw changedError(parent.real, difference);
    if (entry.stat.isDirectory()) {
      throw new HostError(`${parent.real} is a directory. It was not removed.`, {
        hint: 'Look at what is in it and move it away, then run engine-cleanup again.',
        code: 'EISDIR',
      });
    }
    return gone(parent, unlinkSync);
  });
  return done ?? false;
}

/** Unlinks one file or link; it is gone from the disk when this returns. */
export function remove(root: string, { path, expect, anchor }: Removal): 'removed' | 'absent' {
  const unlink = (parent: Parent): boolean => {
    if (!unlinkIn(parent, expect)) return false;
    syncDirectory(parent.dir, parent.real);
    return true;
  };
  return withParent(root, path, unlink, anchor) ? 'removed' : 'absent';
}

/** Why one of many was not removed. */
export interface Refused {
  path: string;
  error: unknown;
}

/**
 * Unlinks many, each as `remove` does, and goes on with the others where one cannot be. Those of one directory are unlinked through one walk to it, and then it is
 * waited for once: all are gone from the disk when this returns.
 */
export function removeAll(root: string, removals: readonly Removal[]): Refused[] {
  const refused: Refused[] = [];
  for (const group of byDirectory(removals)) {
    const [{ path: first, anchor }] = group as [Removal, ...Removal[]];
    try {
      withParent(root, first, (parent) => unlinkMany(root, parent, group, refused), anchor);
    } catch (error) {
      for (const { path } of group) if (!refused.some((one) => one.path === path)) refused.push({ path, error });
    }
  }
  return refused;
}

/** Files of one directory that have the same anchor lie on the same way to it. */
function byDirectory(removals: readonly Removal[]): Removal[][] {
  const groups = new Map<string, Removal[]>();
  for (const removal of removals) {
    const key = `${parentOf(removal.path)}\0${removal.anchor}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(removal);
  }
  return [...groups.values()];
}

function unlinkMany(root: string, parent: Parent, removals: readonly Removal[], refused: Refused[]): void {
  let removed = false;
  for (const { path, expect } of removals) {
    try {
      removed = unlinkIn({ ...parent, name: nameOf(path), real: realPath(root, path) }, expect) || removed;
    } catch (error) {
      refused.push({ path, error });
    }
  }
  if (removed) syncDirectory(parent.dir, parent.real);
}

/** Removes a directory if it is empty and lies on the mount of `anchor`. */
export function removeDir(root: string, path: string, anchor: string): 'removed' | 'absent' | 'not-empty' {
  const rmdir = (parent: Parent): 'removed' | 'not-empty' | null =>
    withEntry(parent, (entry) => {
      assertOnAnchorMount(parent, entry);
      if (!entry.stat.isDirectory()) throw changedError(parent.real, 'is no longer a directory');
      try {
        if (!gone(parent, rmdirSync)) return null;
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) return 'not-empty';
        throw error;
      }
      syncDirectory(parent.dir, parent.real);
      return 'removed';
    });
  return withParent(root, path, rmdir, anchor) ?? 'absent';
}
