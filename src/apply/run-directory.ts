/** The directory of one run: plan, journal, report and backup, readable by their owner only. */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, lstatSync, openSync, realpathSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exposedBy } from '../host/above.ts';
import { removeQuietly } from '../host/files/temporary.ts';
import { HostError } from '../model/errors.ts';
import { isBelow, runsDirectory } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';
import { makeDirectories, syncDirectory } from './directories.ts';

export interface RunDirectory {
  id: string;
  /** Real path of the run's directory. */
  path: string;
  /** Real path of the backup; null when none is made. */
  backup: string | null;
}

const RUN_ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}$/;

/** When the run of an id began; null for a name that no run has. After the last year of four digits none could come. */
export function startOf(id: string): Date | null {
  const [, year, month, day, hour, minute, second] = RUN_ID.exec(id) ?? [];
  if (year === undefined || year === '9999') return null;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) || date.toISOString() !== iso ? null : date;
}

/**
 * Ids sort by the order of runs and are unique: `20261124T020405Z-1a2b3c`. The clock alone does not tell that order: it may have been wrong, and it gives two runs the same second.
 * @param newest of the ids that are there; null: none is
 */
export function newRunId(now: Date, newest: string | null): string {
  const last = newest === null ? null : startOf(newest);
  const date = new Date(Math.max(now.getTime(), last === null ? 0 : last.getTime() + 1000));
  const stamp = date
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

/** Where a run keeps its files, and where its backup goes. */
export function runPaths(root: string, id: string, backupDir: string | null): { path: string; backup: string } {
  const path = join(runsDirectory(root), id);
  return { path, backup: backupDir === null ? join(path, 'backup') : join(backupDir, id) };
}

/** A directory that somebody else can write to, or a link to one, could be swapped under us. @throws HostError */
export function assertOurs(path: string): void {
  const stat = lstatSync(path);
  const uid = process.getuid?.() ?? 0;
  if (!stat.isDirectory() || (stat.mode & 0o022) !== 0 || (stat.uid !== uid && stat.uid !== 0)) {
    throw new HostError(`${path} is not a directory that only its owner can write to.`, {
      hint: `Check who made it, then remove it or run "chmod go-w ${path}".`,
    });
  }
}

function makePrivate(path: string): void {
  makeDirectories(path, 0o700);
  assertOurs(path);
}

/** Also where the plan saw nobody: what is above it may have been made since. @throws HostError */
function assertNotExposed(path: string): void {
  const why = exposedBy(path, process.getuid?.() ?? 0);
  if (why === null) return;
  throw new HostError(`The backup cannot be made: ${path} ${why}.`, {
    hint: 'Name another place with --backup-dir, below directories that only root or the caller can write to.',
  });
}

/** Makes the directories of a run. @throws HostError, and the errors of the file system */
export function makeRunDirectory(
  root: string,
  id: string,
  backupDir: string | null,
  wantBackup: boolean,
): RunDirectory {
  const { path, backup } = runPaths(root, id, backupDir);
  makeDirectories(join(root, 'var/lib'), 0o755);
  const state = realpathSync(join(root, 'var/lib'));
  if (!isBelow(state, realpathSync(root))) {
    throw new HostError(`${join(root, 'var/lib')} is a link that leads out of ${root}. Nothing was written there.`, {
      hint: 'Make it a directory, or mount what it should be.',
    });
  }
  const base = join(state, 'engine-cleanup');
  makePrivate(base);
  makePrivate(join(base, id));
  if (!wantBackup) return { id, path, backup: null };
  // Before, so that nothing is made where others could have it made; and after, of what there is then.
  if (backupDir !== null) assertNotExposed(backup);
  makePrivate(backup);
  if (backupDir !== null) assertNotExposed(backup);
  return { id, path, backup };
}

/** Text of `plan.json`. The manifest of the backup holds its digest. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * Writes a file that must not exist yet, 0600, and waits until it is on disk, its name too. It gets its name when it is whole: after a failure, or a kill, there
 * is none of that name. The directory is ours alone, so nobody makes one meanwhile.
 * @throws the errors of the file system; EEXIST where something has the name
 */
export function writeDurably(path: string, text: string | Buffer): void {
  assertFree(path);
  const temporary = `${path}.tmp`;
  writeContent(temporary, text);
  try {
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  syncDirectory(dirname(path));
}

function assertFree(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) return;
  throw Object.assign(new Error(`EEXIST: file already exists, rename '${path}'`), {
    code: 'EEXIST',
    syscall: 'rename',
  });
}

/**
 * Writes a file that must not exist yet, 0600, and waits until its content is on disk. After a failure nothing of it is left. For its name, see `syncDirectory`.
 * @throws the errors of the file system
 */
export function writeContent(path: string, text: string | Buffer): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    let done = 0;
    while (done < bytes.length) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } catch (error) {
    removeQuietly(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}
