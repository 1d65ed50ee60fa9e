/** Makes directories and links where a file is put back. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { HostError } from '../../model/errors.ts';
import { isBelow, parentOf, realPath } from '../../model/paths.ts';
import { assertOnAnchorMount, syncDirectory, withEntry } from './entry.ts';
import { changedError, codeOf, fileError } from './errors.ts';
import { stat } from './read.ts';
import type { Meta } from './replace.ts';
import { removeQuietly, temporaryName } from './temporary.ts';
import { at, type Parent, withParent } from './walk.ts';

/** Makes one directory, private until it has its owner and mode. One that somebody else made meanwhile is taken as it is. */
function makeDirectory({ dir, name, real }: Parent, { mode, uid, gid }: Meta): void {
  let made: number | null = null;
  try {
    mkdirSync(at(dir, name), 0o700);
    made = openSync(at(dir, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    fchownSync(made, uid, gid);
    fchmodSync(made, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw fileError(error, real, 'cannot be made');
  } finally {
    if (made !== null) closeSync(made);
  }
  syncDirectory(dir, real);
}

/**
 * Makes the missing directories above `path`, the anchor among them, each with owner and mode of its counterpart above `like`: the last directory of one
 * path goes with the last of the other. Directories above the anchor are the system's and must exist.
 */
export function makeParents(root: string, path: string, like: string, anchor: string): void {
  const missing: { path: string; like: string }[] = [];
  let pair = { path: parentOf(path), like: parentOf(like) };
  while (isBelow(pair.path, anchor) && stat(root, pair.path) === null) {
    missing.unshift(pair);
    pair = { path: parentOf(pair.path), like: parentOf(pair.like) };
  }
  for (const one of missing) {
    const model = stat(root, one.like);
    if (model?.identity.type !== 'dir') {
      throw new HostError(`${realPath(root, one.path)} cannot be made: ${realPath(root, one.like)} is gone.`, {
        hint: 'Run engine-cleanup again: it looks for what can be put back anew.',
        code: 'ENOENT',
      });
    }
    // Where the anchor itself is missing, what is made lies where its parent lies.
    const known = stat(root, anchor) === null ? parentOf(anchor) : anchor;
    const done = withParent(
      root,
      one.path,
      (parent) => {
        assertOnAnchorMount(parent, null);
        makeDirectory(parent, model);
        return true;
      },
      known,
    );
    if (done === null) throw missingError(root, parentOf(one.path));
  }
}

/** Makes one directory where its parent is. One that is there stays as it is. */
export function makeDir(root: string, path: string, meta: Meta, anchor: string): void {
  if (stat(root, path)?.identity.type === 'dir') return;
  const known = stat(root, anchor) === null ? parentOf(anchor) : anchor;
  const make = (parent: Parent): true => {
    assertOnAnchorMount(parent, null);
    makeDirectory(parent, meta);
    return true;
  };
  if (withParent(root, path, make, known) === null) throw missingError(root, parentOf(path));
}

export function missingError(root: string, path: string): HostError {
  return new HostError(`${realPath(root, path)} does not exist, and nothing can be put there.`, {
    hint: 'Install the package the directory belongs to, then run engine-cleanup again.',
    code: 'ENOENT',
  });
}

/** The text of the link that is there now; null if nothing is. Anything else is never replaced by a link. */
function presentLink(parent: Parent): string | null {
  return withEntry(parent, (entry) => {
    assertOnAnchorMount(parent, entry);
    if (!entry.stat.isSymbolicLink()) throw changedError(parent.real, 'is where a link is to be made, and is none');
    return readlinkSync(at(parent.dir, parent.name));
  });
}

/** Makes a symbolic link where nothing or a link is; `target` is only text, and is never looked at. */
export function link(root: string, path: string, target: string, anchor: string): void {
  const make = (parent: Parent): true => {
    const present = presentLink(parent);
    if (present === null) assertOnAnchorMount(parent, null);
    if (present !== target) putLink(parent, target, present !== null);
    return true;
  };
  if (withParent(root, path, make, anchor) === null) throw missingError(root, parentOf(path));
}

/** In one call, so that a link is never missing; an existing one is replaced by a rename. */
function putLink({ dir, name, real }: Parent, target: string, replaces: boolean): void {
  const made = at(dir, replaces ? temporaryName(name) : name);
  try {
    symlinkSync(target, made);
  } catch (error) {
    throw fileError(error, real, 'cannot be made');
  }
  if (replaces) {
    try {
      renameSync(made, at(dir, name));
    } catch (error) {
      removeQuietly(made);
      throw fileError(error, real, 'cannot be replaced');
    }
  }
  syncDirectory(dir, real);
}
