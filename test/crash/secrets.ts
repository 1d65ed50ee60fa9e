/** Files that hold a password of the fixture and that were not there before. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRETS } from '../e2e/harness.ts';

export interface Holder {
  path: string;
  mode: number;
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Files right in the machine's temporary directories: what lies deeper there is other tests' and servers' own. */
function temporaryFiles(): string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])].flatMap((dir) =>
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(dir, entry.name)),
  );
}

export function everyFile(root: string): Set<string> {
  return new Set([...filesBelow(root), ...temporaryFiles()]);
}

function readIfThere(path: string): { text: string; mode: number } | null {
  try {
    return { text: readFileSync(path, 'latin1'), mode: statSync(path).mode & 0o7777 };
  } catch {
    return null; // another test's, gone by now
  }
}

/** New holders of a secret. */
export function newHolders(root: string, before: ReadonlySet<string>): Holder[] {
  return [...everyFile(root)]
    .filter((path) => !before.has(path))
    .flatMap((path) => {
      const file = readIfThere(path);
      return file !== null && SECRETS.some((secret) => file.text.includes(secret)) ? [{ path, mode: file.mode }] : [];
    });
}
