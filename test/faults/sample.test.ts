import { describe, expect, it } from 'vitest';
import { CHANGING, type Few, LOOKING, RESTORING } from './few.ts';
import { CALLS, type Call } from './inject.ts';
import { faultsOf } from './sample.ts';

const CALL_NAMES = Object.keys(CALLS) as Call[];
const of = (few: Few, call: Call): readonly string[] => few[call] ?? [];
const counted = new Map<Call, number[]>(CALL_NAMES.map((call) => [call, Array.from({ length: 90 }, (_, n) => n * 2)]));

describe('the faults of a test run', () => {
  it.each(CALL_NAMES)('%s meets every error that it can end with', (call) => {
    const tried = [CHANGING, LOOKING, RESTORING].flatMap((few) => of(few, call));
    expect(new Set(tried)).toEqual(new Set(CALLS[call]));
  });

  it('are each at another place, spread over the run', () => {
    const faults = faultsOf(counted, { openat: LOOKING.openat! }, undefined);
    expect(faults.map(({ error }) => error)).toEqual(LOOKING.openat);
    for (const [part, { n }] of faults.entries()) expect(Math.floor(n / 2 / 30)).toBe(part);
  });

  it('are all where one is tried', () => {
    const one = new Map<Call, number[]>([['pwrite64', [7]]]);
    expect(faultsOf(one, CHANGING, undefined).map(({ call, error, n }) => [call, error, n])).toEqual(
      CHANGING.pwrite64!.map((error) => ['pwrite64', error, 7]),
    );
  });
});

describe('the faults of npm run faults', () => {
  it('are as many of each kind as told, its errors in turn', () => {
    const faults = faultsOf(counted, CHANGING, '8').filter(({ call }) => call === 'rename');
    expect(faults.map(({ error }) => error)).toEqual([...CALLS.rename, ...CALLS.rename]);
    expect(new Set(faults.map(({ n }) => n)).size).toBe(8);
  });

  it('are, without a number, every error at every place', () => {
    const faults = faultsOf(counted, CHANGING, 'all').filter(({ call }) => call === 'mkdir');
    expect(faults).toHaveLength(90 * CALLS.mkdir.length);
    expect(new Set(faults.map(({ n, error }) => `${n} ${error}`)).size).toBe(faults.length);
  });
});
