/** Which backups are old. */
import { expect, it } from 'vitest';
import type { ListedRun } from '../../src/model/report.ts';
import { runsToPrune } from '../../src/restore/prune.ts';

/** Runs from the oldest, as words `STATE OUTCOME`. */
const pruned = (keep: number, ...runs: string[]): number[] => {
  const listed = runs.map((run, id) => {
    const [state, outcome] = run.split(' ');
    return { id: String(id), state, outcome } as ListedRun;
  });
  return runsToPrune(listed, keep).map(({ id }) => Number(id));
};

it('are those before so many of the newest whole ones', () => {
  expect(pruned(1, 'whole ok', 'whole ok', 'whole ok')).toEqual([0, 1]);
  expect(pruned(3, 'whole ok', 'whole ok', 'whole ok')).toEqual([]);
  expect(pruned(0, 'whole ok', 'partial interrupted')).toEqual([0, 1]);
});

it('and one that is not whole counts for none', () => {
  expect(pruned(1, 'partial unfinished', 'whole ok', 'damaged ok', 'partial ok')).toEqual([]);
  expect(pruned(1, 'whole ok', 'partial ok', 'whole ok', 'damaged ok')).toEqual([0, 1]);
  expect(pruned(1, 'none ok', 'gone ok', 'whole ok')).toEqual([]);
});

it.each(['unfinished', 'incomplete', 'interrupted', 'internal'])(
  'not one that ended %s and that one that stays went on with',
  (outcome) => {
    expect(pruned(1, 'whole ok', `whole ${outcome}`, 'whole ok')).toEqual([0]);
    expect(pruned(1, 'whole ok', `whole ${outcome}`, `partial ${outcome}`, 'whole ok')).toEqual([0]);
    expect(pruned(1, `whole ${outcome}`, 'whole ok', 'whole ok')).toEqual([0, 1]);
  },
);
