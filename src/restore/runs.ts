/** Earlier runs, as their directories tell. Only reads. A file that somebody else than root could have written is not believed. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../apply/journal.ts';
import { assertOurs, startOf } from '../apply/run-directory.ts';
import type { BackupMember, Manifest } from '../model/backup.ts';
import { HostError, messageOf } from '../model/errors.ts';
import { hostPath, isBelow, nameOf, realPath, runsDirectory } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { isCutOff, misfit, parseJournal, parseManifest, parsePlan, parseReport } from './own-files.ts';

/** `partial`: the run ended before its manifest. `damaged`: a member is missing or of another size. `gone`: there is no directory any more. */
export type BackupState = 'whole' | 'partial' | 'damaged' | 'gone';

export interface RunBackup {
  /** Real path. */
  dir: string;
  state: BackupState;
  /** Why it is not whole, as a sentence; empty where it is. */
  why: string;
  sizeBytes: number;
  manifest: Manifest | null;
  /** False: the plan only says so, and it is not acted on. */
  own: boolean;
}

export interface EarlierRun {
  id: string;
  /** ISO time. */
  started: string;
  /** Real path of its directory. */
  path: string;
  command: 'cleanup' | 'restore';
  outcome: Report['outcome'] | 'unfinished';
  plan: Plan | null;
  /** Why the plan cannot be used, as a sentence; null where it can. */
  trouble: string | null;
  /** Its files cannot be used: what it did, nobody can tell. */
  unknown: boolean;
  journal: JournalEntry[];
  /** Null: the run made none. */
  backup: RunBackup | null;
}

/** Text of a file that only its owner, who is root or the caller, can write; null if there is none. @throws HostError */
export function readOwn(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(path, messageOf(error));
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || (stat.mode & 0o022) !== 0 || (stat.uid !== 0 && stat.uid !== process.getuid?.()))
      throw unreadable(path, 'it is not a file that only root can write to');
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, why: string): HostError {
  return new HostError(`${path} cannot be used: ${why}.`, {
    hint: 'See who made it. The README of the backup says how to put things back by hand.',
  });
}

/** What a file says, by its reader; null if there is none. @throws HostError */
function readAs<T>(path: string, parse: (text: string) => T): T | null {
  const text = readOwn(path);
  if (text === null) return null;
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(path, messageOf(error));
  }
}

/** The same of a file that counts only where it was written whole: one that is cut off is as if there were none. */
function readWhole<T>(path: string, parse: (text: string) => T): T | null {
  const text = readOwn(path);
  return text === null || isCutOff(text) ? null : readAs(path, parse);
}

/** How a run ended whose report could not be written. */
function lastWord(journal: readonly JournalEntry[]): EarlierRun['outcome'] {
  const end = journal.findLast(({ event }) => event === 'run-end');
  return (end?.status as Report['outcome'] | undefined) ?? 'unfinished';
}

/** A backup lies where the plan says; one that lay below the root is looked for below the root of now. */
function backupDirOf(plan: Plan, root: string): string | null {
  const { backupDir } = plan;
  if (backupDir === null) return null;
  return isBelow(backupDir, plan.root) ? realPath(root, hostPath(plan.root, backupDir)) : backupDir;
}

function sizeOf(dir: string, { name, sizeBytes }: BackupMember): string | null {
  const stat = lstatSync(join(dir, name), { throwIfNoEntry: false });
  if (!stat?.isFile()) return `${name} is missing`;
  return stat.size === sizeBytes ? null : `${name} has ${stat.size} bytes instead of ${sizeBytes}`;
}

function directorySize(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + lstatSync(join(dir, name)).size, 0);
}

/**
 * Why a directory cannot be the backup of a run, as a sentence; null if it can. A plan may lie on a disk that somebody else wrote, and names what lies outside of it: a run makes its backup in its own
 * directory, or in one that has its name.
 */
function notItsBackup(dir: string, root: string, id: string): string | null {
  const isOwn = dir === join(runsDirectory(root), id, 'backup') || nameOf(dir) === id;
  if (!isOwn) return `${dir} is not the backup of run ${id}: it has not its name.`;
  if (!isBelow(dir, root) || isBelow(realpathSync(dir), realpathSync(root))) return null;
  return `${dir} is not taken for the backup of run ${id}: a link leads out of ${root}.`;
}

/** By the manifest and the sizes; the digests are left to whoever is about to use it. */
function readBackup(dir: string, root: string, id: string, planText: string | null): RunBackup {
  const found = { dir, sizeBytes: 0, manifest: null, own: false };
  try {
    if (!lstatSync(dir, { throwIfNoEntry: false })) return { ...found, state: 'gone', why: `${dir} is not there.` };
    const other = notItsBackup(dir, root, id);
    if (other !== null) return { ...found, state: 'damaged', why: other };
    found.own = true;
    assertOurs(dir);
    const sizeBytes = directorySize(dir);
    const manifest = readAs(join(dir, 'manifest.json'), parseManifest);
    if (manifest !== null && manifest.run !== id)
      return { ...found, own: false, state: 'damaged', why: `${dir} is the backup of another run, ${manifest.run}.` };
    if (manifest === null)
      return { ...found, sizeBytes, state: 'partial', why: `${dir} has no manifest: the run ended while it was made.` };
    const wrong = manifest.members.map((member) => sizeOf(dir, member)).find((one) => one !== null);
    const read = { ...found, sizeBytes, manifest };
    if (wrong !== undefined) return { ...read, state: 'damaged', why: `In ${dir}, ${wrong}.` };
    const digest = planText === null ? null : createHash('sha256').update(planText).digest('hex');
    if (digest !== manifest.planSha256)
      return { ...read, state: 'damaged', why: `The plan of the run is not the one ${dir} was made for.` };
    return { ...read, state: 'whole', why: '' };
  } catch (error) {
    return { ...found, state: 'damaged', why: messageOf(error) };
  }
}

/** One run by its id; null if there is none. */
export function readRun(root: string, id: string): EarlierRun | null {
  const started = startOf(id);
  const path = join(runsDirectory(root), id);
  if (started === null || !lstatSync(path, { throwIfNoEntry: false })) return null;
  const run: EarlierRun = {
    id,
    started: started.toISOString(),
    path,
    command: 'cleanup',
    outcome: 'unfinished',
    plan: null,
    trouble: null,
    unknown: false,
    journal: [],
    backup: null,
  };
  try {
    assertOurs(path);
    const report = readWhole(join(path, 'report.json'), parseReport);
    const journal = join(path, 'journal.jsonl');
    const began = report !== null || lstatSync(journal, { throwIfNoEntry: false }) !== undefined;
    const plan = (began ? readAs : readWhole)(join(path, 'plan.json'), parsePlan);
    run.plan = plan;
    run.outcome = report?.outcome ?? 'unfinished';
    if (plan === null) return { ...run, trouble: `${path} has no plan: the run ended before it began.` };
    run.command = plan.mode === 'restore' ? 'restore' : 'cleanup';
    run.journal = readAs(journal, parseJournal) ?? [];
    if (report === null) run.outcome = lastWord(run.journal);
    const wrong = misfit(plan, run.journal, report);
    if (wrong !== null) throw unreadable(journal, wrong);
    const dir = backupDirOf(plan, root);
    run.backup = dir === null ? null : readBackup(dir, root, id, readOwn(join(path, 'plan.json')));
    return run;
  } catch (error) {
    return { ...run, trouble: messageOf(error), unknown: true };
  }
}

/** Ids of all runs below a root, the oldest first. @throws HostError if they cannot be listed */
export function runIds(root: string): string[] {
  const dir = runsDirectory(root);
  if (!lstatSync(dir, { throwIfNoEntry: false })) return [];
  assertOurs(dir);
  if (!isBelow(realpathSync(dir), realpathSync(root)))
    throw new HostError(`A link leads from ${dir} out of ${root}: the runs there are not those of this root.`, {
      hint: 'Make it a directory, or mount what it should be.',
    });
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw unreadable(dir, messageOf(error));
  }
  return names.filter((name) => startOf(name) !== null).sort();
}

/** All runs below a root, the oldest first. @throws HostError if they cannot be listed */
export function readRuns(root: string): EarlierRun[] {
  return runIds(root).flatMap((id) => readRun(root, id) ?? []);
}
