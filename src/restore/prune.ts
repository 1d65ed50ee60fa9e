/** Which backups are old. Pure, and small: every invocation loads it. */
import type { ListedRun } from '../model/report.ts';
import { isUnfinished } from './choose.ts';

/**
 * The runs whose backups go where so many of the newest whole ones stay. With a run stay those that it went on with.
 * @param runs the oldest first
 */
export function runsToPrune(runs: readonly ListedRun[], keep: number): ListedRun[] {
  const backups = runs.filter(({ state }) => state !== 'none' && state !== 'gone');
  let stays = backups.length;
  for (let whole = 0; stays > 0 && whole < keep; ) {
    stays -= 1;
    if (backups[stays]!.state === 'whole') whole += 1;
  }
  while (keep > 0 && stays > 0 && isUnfinished(backups[stays - 1]!)) stays -= 1;
  return backups.slice(0, stays);
}
