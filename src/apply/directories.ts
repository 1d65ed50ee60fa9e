/** Directories of our own, made where they are missing. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
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
    mkdirSync(path, { mode });
    chmodSync(path, mode);
  } catch (error) {
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
