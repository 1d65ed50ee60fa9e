/** Which backups are old. Pure, and small: every invocation loads it. */
import type { ListedRun } from '../model/report.ts';
import { isUnfinished } from './choose.ts';

/** A run with those that it went on with, the newest first. */
function withEarlier(id: string | null, runs: readonly ListedRun[]): ListedRun[] {
  const run = runs.find((one) => one.id === id);
  return run === undefined ? [] : [run, ...withEarlier(run.continues, runs)];
}

/** Ids of the runs that a restore has begun to put back and none has to its end, and of all their restores: without any of them what is still missing cannot be put back. */
function halfPutBack(runs: readonly ListedRun[]): Set<string> {
  const restoresOf = (id: string): ListedRun[] => runs.filter(({ restores }) => restores === id);
  const needed = runs.flatMap(({ restores }) => {
    const chain = withEarlier(restores, runs);
    const isOpen = ({ id }: ListedRun): boolean => restoresOf(id).at(-1)?.outcome !== 'ok';
    return chain.some(isOpen) ? chain.flatMap((run) => [run, ...restoresOf(run.id)]) : [];
  });
  return new Set(needed.map(({ id }) => id));
}

/**
 * The runs whose backups go where so many of the newest whole ones stay. With a run stay those that it went on with. As long as any is to stay, so does what is put back by half.
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
  const needed = keep > 0 ? halfPutBack(runs) : new Set<string>();
  return backups.slice(0, stays).filter(({ id }) => !needed.has(id));
}
