/** Which backups are old. */
import { describe, expect, it } from 'vitest';
import type { ListedRun } from '../../src/model/report.ts';
import { runsToPrune } from '../../src/restore/prune.ts';

/** Runs from the oldest, as words `STATE OUTCOME`, with `of` the number of the run that a restore puts back, or `after` that of the one that a cleanup went on with. */
const pruned = (keep: number, ...runs: string[]): number[] => {
  const listed = runs.map((run, id) => {
    const [state, outcome, how, other] = run.split(' ');
    const [restores, continues] = [how === 'of' ? other : null, how === 'after' ? other : null];
    return { id: String(id), state, outcome, restores, continues } as ListedRun;
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

describe('not one whose restore did not come to its end', () => {
  it.each(['unfinished', 'incomplete', 'interrupted', 'internal'])('but was %s', (outcome) => {
    expect(pruned(1, 'whole ok', `whole ${outcome} of 0`)).toEqual([]);
    expect(pruned(1, 'whole ok', 'whole ok', `whole ${outcome} of 1`)).toEqual([0]);
    expect(pruned(1, 'whole ok', `none ${outcome} of 0`, 'whole ok')).toEqual([]);
    expect(pruned(1, 'whole ok', `whole ${outcome} of 0`, 'whole ok', 'whole ok')).toEqual([2]);
  });

  it('until a later one did', () => {
    expect(pruned(1, 'whole ok', 'whole incomplete of 0', 'whole ok of 0')).toEqual([0]);
    // The one that did says what was put back.
    expect(pruned(1, 'whole ok', 'whole ok of 0', 'whole incomplete of 0')).toEqual([]);
    expect(pruned(1, 'whole ok', 'whole ok of 0', 'whole incomplete of 1')).toEqual([0]);
  });

  it('with what that one went on with', () => {
    expect(pruned(1, 'whole ok', 'whole incomplete', 'whole ok after 1', 'whole unfinished of 2')).toEqual([0]);
    // The last of two is back; the first, which has the dump, is not yet.
    expect(pruned(1, 'whole incomplete', 'whole ok after 0', 'whole ok of 1')).toEqual([]);
    expect(pruned(1, 'whole incomplete', 'whole ok after 0', 'whole ok of 1', 'whole ok of 0')).toEqual([0, 1, 2]);
    // The first had destroyed nothing.
    expect(pruned(1, 'whole ok', 'whole incomplete', 'whole ok', 'whole ok of 2')).toEqual([0, 1, 2]);
  });

  it('and all go where none is to stay', () => {
    expect(pruned(0, 'whole ok', 'whole incomplete of 0')).toEqual([0, 1]);
  });
});
