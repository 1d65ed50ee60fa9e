/** Directories of our own, made where they are missing. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory with those above it that are missing; of this mode under any umask. One by one: where `mkdir` fails on a read-only file system, Node's own
 * recursive one says that there is no such directory.
 * @throws the errors of the file system, with the path
 */
export function makeDirectories(path: string, mode: number): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path), mode);
  try {
    makeDirectory(path, mode);
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
