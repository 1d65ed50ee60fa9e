/** Looks and reads. Nothing here opens a FIFO, a device or a socket: a file is opened only after it was seen to be regular, and by that very inode. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import { hostPath, realPath } from '../../model/paths.ts';
import type { FileStat } from '../port.ts';
import { type Entry, fileStat, typeOf, withEntry } from './entry.ts';
import { codeOf, fileError, linkError } from './errors.ts';
import { mountOf } from './mount.ts';
import { lookAt, lookInto } from './shelf.ts';
import { at, type Parent } from './walk.ts';

/** The largest file that is read whole, bytes. Nothing that setup writes comes near. */
const LIMIT = 16 * 1024 * 1024;

/** lstat; null if absent. */
export function stat(root: string, path: string): FileStat | null {
  if (hostPath(root, path) === '/') return lookInto(root, path, (dir) => fileStat(fstatSync(dir)));
  return lookAt(root, path, (parent) => withEntry(parent, (entry) => fileStat(entry.stat)));
}

/**
 * Names in a directory, bytewise sorted; null if it is absent or no directory. A name that is not UTF-8 is left out: as text it would name another file,
 * and nothing of ours has one. The directory then counts as not empty when it is to be removed.
 */
export function list(root: string, path: string): string[] | null {
  return lookInto(root, path, (dir) => namesIn(dir, realPath(root, path)));
}

/** Names in an open directory, as `list` gives them. */
export function namesIn(dir: number, real: string): string[] {
  let names: Buffer[];
  try {
    names = readdirSync(at(dir, '.'), { encoding: 'buffer' });
  } catch (error) {
    throw fileError(error, real, 'cannot be listed');
  }
  return names
    .filter((name) => Buffer.from(name.toString()).equals(name))
    .sort(Buffer.compare)
    .map((name) => name.toString());
}

/** The text of a symbolic link; null if the path is absent or no link. */
export function readLink(root: string, path: string): string | null {
  const target = lookAt(root, path, ({ dir, name, real }) => {
    try {
      return readlinkSync(at(dir, name), { encoding: 'buffer' });
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return null;
      throw fileError(error, real, 'cannot be read');
    }
  });
  if (target === null) return null;
  if (Buffer.from(target.toString()).equals(target)) return target.toString();
  throw new HostError(`The link ${realPath(root, path)} leads to a name that is not UTF-8. It was not touched.`, {
    hint: 'Remove it or make it anew, then run engine-cleanup again.',
    code: 'EILSEQ',
  });
}

/** Opens the regular file that an entry is, for reading. The file descriptor is the caller's to close. */
function openForReading({ fd, stat }: Entry, real: string): number {
  if (stat.isSymbolicLink()) throw linkError(real);
  if (!stat.isFile()) {
    const kind = typeOf(stat) === 'dir' ? 'a directory' : 'a special file';
    throw new HostError(`${real} is ${kind} where a file is expected. It was not opened.`, {
      hint: 'Move it away, then run engine-cleanup again.',
      code: stat.isDirectory() ? 'EISDIR' : 'EINVAL',
    });
  }
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    throw fileError(error, real, 'cannot be read');
  }
}

/** Hands a regular file's bytes to `use`, piece by piece; null if the path is absent. The pieces share their memory. */
export function readPieces(root: string, path: string, use: (piece: Buffer) => void): true | null {
  return lookAt(root, path, (parent) =>
    withEntry(parent, (entry) => {
      const fd = openForReading(entry, parent.real);
      try {
        const buffer = Buffer.allocUnsafe(64 * 1024);
        for (;;) {
          const length = readSync(fd, buffer);
          if (length === 0) return true;
          use(buffer.subarray(0, length));
        }
      } catch (error) {
        throw fileError(error, parent.real, 'cannot be read');
      } finally {
        closeSync(fd);
      }
    }),
  );
}

/** The bytes of a regular file; null if absent. */
export function readBytes(root: string, path: string, limit = LIMIT): Buffer | null {
  const pieces: Buffer[] = [];
  let total = 0;
  const found = readPieces(root, path, (piece) => {
    total += piece.length;
    if (total > limit) {
      throw new HostError(`${realPath(root, path)} is larger than ${limit} bytes, too large to be a file of setup.`, {
        hint: 'Move it away, then run engine-cleanup again.',
        code: 'EFBIG',
      });
    }
    pieces.push(Buffer.from(piece));
  });
  return found === null ? null : Buffer.concat(pieces, total);
}

/** True if what is at the path lies on another mount than its anchor; false if it is absent. */
export function onOtherMount(root: string, path: string, anchor: string): boolean {
  const differs = (parent: Parent): boolean | null =>
    withEntry(parent, ({ fd }) => mountOf(fd) !== (parent.anchorMount ?? mountOf(parent.dir)));
  return lookAt(root, path, differs, anchor) ?? false;
}
