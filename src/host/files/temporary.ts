/** Temporary names beside a target, and how they go away. */
import { randomInt } from 'node:crypto';
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_';

/** `NAME.XXXXXXXX.tmp`, as setup's own file transactions name theirs: one that a killed run leaves is found and removed by the next as those are. */
export function temporaryName(name: string): string {
  return `${name}.${Array.from({ length: 8 }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('')}.tmp`;
}

/** Whether a name is one that stands beside `name` for a moment. */
export function isTemporaryOf(temporary: string, name: string): boolean {
  return temporary.startsWith(name) && /^\.[a-z0-9_]{8}\.tmp$/.test(temporary.slice(name.length));
}

/** Takes a temporary file of our own, or an empty directory, away after a failure. */
export function removeQuietly(path: string): void {
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path);
    else unlinkSync(path);
  } catch {
    // The failure that led here is the one to tell; the next run finds the file by its name.
  }
}
