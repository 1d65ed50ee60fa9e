/** Kinds of system calls that fail in the program as built, on one host that is brought back to its beginning between them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { Arena } from './arena.ts';
import type { Few } from './few.ts';
import { type Call, countCalls } from './inject.ts';
import { faultsOf } from './sample.ts';
import { tryFaults } from './trial.ts';

export interface Subject {
  /** Of the run in which they fail. */
  words: readonly string[];
  /** Of a run before it, which nothing disturbs. */
  earlier: readonly string[] | null;
}

/** @param few the errors of each kind in a test run */
export async function describeCalls(
  title: string,
  few: Few,
  { words, earlier }: Subject = { words: ['-u'], earlier: null },
): Promise<void> {
  const noStrace = passedOver('System calls that fail', await whyNoProgram('strace'));
  const calls = Object.keys(few) as Call[];
  describe.skipIf(noStrace)(title, () => {
    let arena: Arena;
    let counted: Map<Call, number[]>;
    beforeAll(async () => {
      arena = await Arena.make({ services: false }, words, undefined, earlier);
      counted = new Map();
      for (const group of [calls.filter((call) => call !== 'read'), calls.filter((call) => call === 'read')]) {
        if (group.length === 0) continue;
        for (const [call, places] of await countCalls(arena.box, words, group)) counted.set(call, places);
        await arena.reset();
      }
    });
    afterAll(() => arena?.destroy());

    it.each(calls)('%s', { timeout: 24 * 3600_000 }, async (call) => {
      const { met, ends, wrong } = await tryFaults(arena, faultsOf(counted, { [call]: few[call]! } as Few), words);
      process.stdout.write(`${call}: ${met} faults, ended with ${JSON.stringify(ends)}\n`);
      expect(wrong).toEqual([]);
      expect(met).toBeGreaterThan(0);
    });
  });
}
