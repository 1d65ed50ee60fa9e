/** The verb `runs`: earlier runs, and the removal of old backups. */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assertOurs } from '../apply/run-directory.ts';
import { messageOf, type Warning } from '../model/errors.ts';
import type { ListedRun } from '../model/report.ts';
import { continuedBy, restoredBy } from './choose.ts';
import { type EarlierRun, readRuns } from './runs.ts';

/** Every run below a root, the oldest first. @throws HostError if they cannot be listed */
export function listRuns(root: string): ListedRun[] {
  const runs = readRuns(root);
  return runs.map((run) => listed(run, runs));
}

function listed(run: EarlierRun, runs: readonly EarlierRun[]): ListedRun {
  const { id, started, command, outcome, plan, backup, trouble } = run;
  return {
    id,
    started,
    command,
    outcome,
    backup: backup?.dir ?? null,
    sizeBytes: backup?.sizeBytes ?? 0,
    state: backup?.state ?? 'none',
    why: trouble ?? (backup?.why || null),
    restoredBy: restoredBy(id, runs),
    restores: plan?.restores?.run ?? null,
    continues: command === 'cleanup' ? (continuedBy(run, runs)?.id ?? null) : null,
  };
}

/** Removes a directory of ours with the files in it. What somebody else put there as a directory stays, and so does it. */
function removeFlat(dir: string): void {
  if (!lstatSync(dir, { throwIfNoEntry: false })) return;
  assertOurs(dir);
  for (const name of readdirSync(dir)) if (!lstatSync(join(dir, name)).isDirectory()) unlinkSync(join(dir, name));
  rmdirSync(dir);
}

/** Removes the backup of each run, then its directory. Returns those that are gone; a warning for each that is not. */
export function pruneRuns(root: string, runs: readonly ListedRun[], warn: (warning: Warning) => void): string[] {
  return runs.flatMap(({ id, backup }) => {
    try {
      if (backup !== null) removeFlat(backup);
      removeFlat(join(root, 'var/lib/engine-cleanup', id));
      return [id];
    } catch (error) {
      warn({ code: 'prune', message: `Run ${id} was not removed whole: ${messageOf(error)}` });
      return [];
    }
  });
}
