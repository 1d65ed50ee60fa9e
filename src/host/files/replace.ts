/** Writes a file anew so that at every moment, also after a power failure, either the old or the new content is there whole. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { HostError } from '../../model/errors.ts';
import { realPath } from '../../model/paths.ts';
import { copyAttributes } from './attributes.ts';
import { assertOnAnchorMount, syncDirectory, withEntry } from './entry.ts';
import { changedError, fileError, linkError } from './errors.ts';
import { removeQuietly, temporaryName } from './temporary.ts';
import { at, type Parent, withParent } from './walk.ts';

export interface Meta {
  mode: number;
  uid: number;
  gid: number;
}

export interface Replacement {
  anchor: string;
  /** Digest of the content that was read: with another one now, nothing is written. */
  expectSha256?: string;
  /** Owner and mode of the new file; default: those of the old one, with its attributes and ACLs, and 0600 where there is no old one. */
  meta?: Meta;
}

/** The file that is replaced. */
interface Old {
  /** Open for reading; the caller's to close. */
  fd: number;
  stat: Stats;
}

/** Opens the old file; null if there is none. A link is never replaced: its target would stay as it was. */
function openOld(parent: Parent): Old | null {
  const old = withEntry(parent, (entry) => {
    assertOnAnchorMount(parent, entry);
    if (entry.stat.isSymbolicLink()) throw linkError(parent.real);
    if (!entry.stat.isFile()) throw changedError(parent.real, 'is not a regular file');
    try {
      return { fd: openSync(`/proc/self/fd/${entry.fd}`, constants.O_RDONLY | constants.O_NONBLOCK), stat: entry.stat };
    } catch (error) {
      throw fileError(error, parent.real, 'cannot be read');
    }
  });
  if (old === null) assertOnAnchorMount(parent, null);
  return old;
}

function assertContent(old: Old | null, sha256: string | undefined, real: string): void {
  if (sha256 === undefined) return;
  const now = old === null ? null : createHash('sha256').update(readFileSync(old.fd)).digest('hex');
  if (now !== sha256) throw changedError(real, 'no longer has the content that was read');
}

/** Another program may have written the file while its successor was being made. */
function assertSame(parent: Parent, old: Old | null): void {
  const key = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  const now = withEntry(parent, ({ stat }) => key(stat));
  if (now !== (old === null ? null : key(old.stat))) throw changedError(parent.real, 'was changed at the same moment');
}

function setOwnerAndMode(fd: number, { mode, uid, gid }: Meta): void {
  const now = fstatSync(fd);
  // Setting the owner it already has would still take a file's capabilities away.
  if (now.uid !== uid || now.gid !== gid) fchownSync(fd, uid, gid);
  if ((fstatSync(fd).mode & 0o7777) !== mode) fchmodSync(fd, mode);
}

/** Gives the new file what the old one has besides its content. */
function takeOver(fd: number, old: Old, real: string): void {
  copyAttributes(old.fd, fd, real);
  setOwnerAndMode(fd, { mode: old.stat.mode & 0o7777, uid: old.stat.uid, gid: old.stat.gid });
  // Its time is the one thing that must not be the old one's: programs look at it to notice the change.
  futimesSync(fd, new Date(), new Date());
}

function fill(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Replaces a file's content, or makes the file. Its directory must exist and lie on the mount of the anchor. */
export function replace(root: string, path: string, bytes: Buffer, how: Replacement): void {
  const done = withParent(
    root,
    path,
    (parent) => {
      const old = openOld(parent);
      try {
        assertContent(old, how.expectSha256, parent.real);
        put(parent, old, bytes, how.meta);
      } finally {
        if (old !== null) closeSync(old.fd);
      }
      return true;
    },
    how.anchor,
  );
  if (done !== null) return;
  throw new HostError(`${realPath(root, path)} cannot be written: its directory does not exist.`, {
    hint: 'Make the directory (installing the package it belongs to does), then run engine-cleanup again.',
    code: 'ENOENT',
  });
}

function put(parent: Parent, old: Old | null, bytes: Buffer, meta: Meta | undefined): void {
  const { dir, real } = parent;
  const temporary = at(dir, temporaryName(parent.name));
  const cannot = 'cannot be written, and is as it was';
  let fd: number;
  try {
    // Nobody but the owner may read it before it has its final owner and mode.
    fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw fileError(error, real, cannot);
  }
  try {
    try {
      fill(fd, bytes);
      if (meta !== undefined) setOwnerAndMode(fd, meta);
      else if (old !== null) takeOver(fd, old, real);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    assertSame(parent, old);
    renameSync(temporary, at(dir, parent.name));
  } catch (error) {
    removeQuietly(temporary);
    throw fileError(error, real, cannot);
  }
  syncDirectory(dir, real);
}
