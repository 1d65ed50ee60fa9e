/**
 * The one place where a file is deleted (docs/decisions/0006-deleting.md). The name is looked at through its open parent directory and unlinked through
 * that same directory. What remains is the moment between the two calls, in which only somebody who may write to that very directory can put another
 * file of the same name there.
 */
import { rmdirSync, unlinkSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import type { Identity } from '../../model/facts.ts';
import { assertOnAnchorMount, differenceOf, syncDirectory, withEntry } from './entry.ts';
import { changedError, codeOf, fileError } from './errors.ts';
import { at, type Parent, withParent } from './walk.ts';

/** Unlinks or removes a name; false if somebody else was faster. */
function gone({ dir, name, real }: Parent, act: (path: string) => void): boolean {
  try {
    act(at(dir, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw fileError(error, real, 'cannot be removed');
  }
  syncDirectory(dir, real);
  return true;
}

/**
 * Unlinks one file or link, if it still is what `expect` says and lies on the mount of `anchor`; it is gone from the disk when this returns. Size and time
 * must be the same too: what was written since then is in no backup.
 */
export function remove(root: string, path: string, expect: Identity, anchor: string): 'removed' | 'absent' {
  const unlink = (parent: Parent): 'removed' | null =>
    withEntry(parent, (entry) => {
      assertOnAnchorMount(parent, entry);
      const difference = differenceOf(entry.stat, expect);
      if (difference !== null) throw changedError(parent.real, difference);
      if (entry.stat.isDirectory()) {
        throw new HostError(`${parent.real} is a directory. It was not removed.`, {
          hint: 'Look at what is in it and move it away, then run engine-cleanup again.',
          code: 'EISDIR',
        });
      }
      return gone(parent, unlinkSync) ? 'removed' : null;
    });
  return withParent(root, path, unlink, anchor) ?? 'absent';
}

/** Removes a directory if it is empty and lies on the mount of `anchor`. */
export function removeDir(root: string, path: string, anchor: string): 'removed' | 'absent' | 'not-empty' {
  const rmdir = (parent: Parent): 'removed' | 'not-empty' | null =>
    withEntry(parent, (entry) => {
      assertOnAnchorMount(parent, entry);
      if (!entry.stat.isDirectory()) throw changedError(parent.real, 'is no longer a directory');
      try {
        return gone(parent, rmdirSync) ? 'removed' : null;
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) return 'not-empty';
        throw error;
      }
    });
  return withParent(root, path, rmdir, anchor) ?? 'absent';
}
