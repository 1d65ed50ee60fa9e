/** Directories of our own, made where they are missing. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory with those above it that are missing; returns what was made, parents first. One by one: where `mkdir` fails on a read-only file system, Node's own
 * recursive one says that there is no such directory.
 * @throws the errors of the file system, with the path
 */
export function makeDirectories(path: string, mode: number): string[] {
  if (existsSync(path)) return [];
  const made = makeDirectories(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return made;
    throw error;
  }
  return [...made, path];
}
