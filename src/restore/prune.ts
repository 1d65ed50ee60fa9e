/** Which backups are old. Pure, and small: every invocation loads it. */
import type { ListedRun } from '../model/report.ts';

/** The runs whose backups go where so many of the newest stay. */
export function runsToPrune(runs: readonly ListedRun[], keep: number): ListedRun[] {
  const withBackup = runs.filter(({ state }) => state !== 'none' && state !== 'gone');
  return withBackup.slice(0, Math.max(0, withBackup.length - keep));
}
