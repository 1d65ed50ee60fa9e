/** The verb `runs`: earlier runs, and the removal of old backups. */
import { HostError, messageOf, type Warning } from '../model/errors.ts';
import type { ListedRun } from '../model/report.ts';
import { neededBefore, restoredBy } from './choose.ts';
import { removeRun } from './remove-run.ts';
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
    continues: neededBefore(run, runs)?.id ?? null,
  };
}

/** Removes the backup of each run, then its directory. Returns those that are gone; a warning for each that is not. */
export function pruneRuns(root: string, runs: readonly ListedRun[], warn: (warning: Warning) => void): string[] {
  return runs.flatMap(({ id }) => {
    try {
      removeRun(root, id);
      return [id];
    } catch (error) {
      const hint = error instanceof HostError ? ` ${error.hint}` : '';
      warn({ code: 'prune', message: `Run ${id} was not removed whole: ${messageOf(error)}${hint}` });
      return [];
    }
  });
}
