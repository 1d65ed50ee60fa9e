/** The n-th call of each kind that looks fails in the program as built: the run says so truly, and the next one finishes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { Arena } from './arena.ts';
import { type Call, countCalls } from './inject.ts';
import { faultsOf } from './sample.ts';
import { tryFaults } from './trial.ts';

const noStrace = passedOver('System calls that fail', await whyNoProgram('strace', 'strace'));
/** How many of each in a test run. Most reads are of what Node wakes itself with, and no two runs have as many: only where many are tried one of ours is surely met. */
const FEW: Partial<Record<Call, number>> = {
  openat: 2,
  getdents64: 2,
  statx: 2,
  readlink: 2,
  ...(process.env.FAULTS === undefined ? {} : { read: 3 }),
};

describe.skipIf(noStrace)('a call that looks and fails', () => {
  let arena: Arena;
  let counted: Map<Call, number[]>;
  beforeAll(async () => {
    arena = await Arena.make({ services: false });
    counted = await countCalls(arena.box, ['-u'], Object.keys(FEW) as Call[]);
    await arena.reset();
  });
  afterAll(() => arena?.destroy());

  it.each(Object.keys(FEW) as Call[])('%s', { timeout: 24 * 3600_000 }, async (call) => {
    const faults = faultsOf(counted, { [call]: FEW[call]! });
    const { met, ends, wrong } = await tryFaults(arena, faults);
    process.stdout.write(`${call}: ${met} faults, ended with ${JSON.stringify(ends)}\n`);
    expect(wrong).toEqual([]);
    expect(met).toBeGreaterThan(0);
  });
});
