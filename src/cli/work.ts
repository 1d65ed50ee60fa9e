/** What the words of the command line set to work. Loaded when a run really begins: a wrong command line needs none of it. */
import type { Host } from '../host/port.ts';
import type { Warning } from '../model/errors.ts';
import type { ListedRun, Report } from '../model/report.ts';
import type { RestoreOptions, RestoreParts } from '../restore/run.ts';
import type { planRun, RunOptions, RunParts } from '../run.ts';

/** Who holds the lock, for the message of the run that comes second. */
export interface Holder {
  pid: number;
  user: string;
  startedAt: string;
  command: string;
}

export interface Work {
  host(options: { root: string; timeoutMs: number }): Host;
  /** Takes the lock, or throws a BusyError. */
  lock(path: string, holder: Holder): { release(): void } | Promise<{ release(): void }>;
  plan: typeof planRun;
  verify(options: RunOptions, parts: RunParts): Promise<Report>;
  cleanup(options: RunOptions, parts: RunParts): Promise<Report>;
  restore(options: RestoreOptions, parts: RestoreParts): Promise<Report>;
  /** All earlier runs, the oldest first. */
  list(root: string): ListedRun[];
  /** Removes these runs with their backups; returns the ids of those that are gone. */
  prune(root: string, runs: readonly ListedRun[], warn: (warning: Warning) => void): string[];
}

/** The real work, on the real machine. */
export async function openWork(): Promise<Work> {
  const [{ createHost }, { acquireLock }, { planRun, verifyRun, cleanupRun }, { restoreRun }, { listRuns, pruneRuns }] =
    await Promise.all([
      import('../host/index.ts'),
      import('../host/lock.ts'),
      import('../run.ts'),
      import('../restore/run.ts'),
      import('../restore/list.ts'),
    ]);
  // Another program takes the lock. While that starts, what nearly every run needs can be loaded.
  const lock: Work['lock'] = (path, holder) => {
    const taken = acquireLock(path, holder);
    import('pg').catch(() => undefined);
    return taken;
  };
  const runs = { restore: restoreRun, list: listRuns, prune: pruneRuns };
  return { host: createHost, lock, plan: planRun, verify: verifyRun, cleanup: cleanupRun, ...runs };
}
