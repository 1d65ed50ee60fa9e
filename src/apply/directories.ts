/** Directories of our own, made where they are missing. */
import { closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../model/errors.ts';

/** There is something of that name. @throws where that cannot be told: what is taken for missing then is looked for ever further up */
export function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes a directory with those above it that are missing; of this mode under any umask, and on disk with their names when this returns. One by one: where `mkdir` fails on a read-only file system, Node's own
 * recursive one says that there is no such directory.
 * @throws the errors of the file system, with the path
 */
export function makeDirectories(path: string, mode: number): void {
  if (isThere(path)) return;
  makeDirectories(dirname(path), mode);
  try {
    makeDirectory(path, mode);
    syncDirectory(dirname(path));
  } catch (error) {
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * It has its mode from the beginning: whoever may write to the directory above could put a link in its place before a second call, which would give the mode to
 * what the link names. The umask is the whole process's, which makes nothing else meanwhile: no call of ours that makes a file or starts a program is under way
 * beside this one.
 */
function makeDirectory(path: string, mode: number): void {
  const umask = process.umask(0);
  try {
    mkdirSync(path, { mode });
  } finally {
    process.umask(umask);
  }
}

/** The same error, with the file it is about: the errors of `write` and `fsync` name none. */
export function named(path: string, error: unknown): Error {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return Object.assign(new Error(`${path}: ${messageOf(error)}`, { cause: error }), { code, syscall });
}

/** Waits until the names of a directory are on disk. @throws the errors of the file system, with the path */
export function syncDirectory(path: string): void {
  const dir = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(dir);
  } catch (error) {
    throw named(path, error);
  } finally {
    closeSync(dir);
  }
}
