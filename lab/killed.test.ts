/**
 * A whole host on which the program is killed. What test/crash kills lies below another root, where no systemd runs, no web server is told to read its configuration and no OVN is asked: steps of
 * these kinds are killed here, before, in and after their effect, in a cleanup and in a restore.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepKind } from '../src/model/plan.ts';
import { type KillPoint, nameOf, type TracedStep } from '../test/crash/kill-points.ts';
import { buildDyingProgram } from '../test/crash/program.ts';
import { tracedSteps } from '../test/crash/trace.ts';
import { Figures } from '../test/fixture/figures.ts';
import { passedOver, whyNoProgram } from '../test/fixture/needs.ts';
import { whyNoBox } from './box.ts';
import { LabHost } from './host.ts';
import { differences, type Picture, pictureOf } from './picture.ts';

const skip = passedOver('Killed on a whole host', (await whyNoBox()) ?? (await whyNoProgram('ovn-northd')));

const PROGRAM = '/lab/dying-program.mjs';
const CLEANUP = { words: ['-u'], kinds: ['ovn-rows', 'web-server-reload'] } as const;
const RESTORE = { words: ['restore', '-u'], kinds: ['ovn-rows-put', 'service-enable', 'web-server-reload'] } as const;
type Command = typeof CLEANUP | typeof RESTORE;

/**
 * Two steps of a kind, where there are two. One that was killed after its effect is found done, so what comes after the effect is another's place; a reload is never found done.
 */
function pointsOf({ kinds }: Command, steps: readonly TracedStep[]): KillPoint[] {
  const ofKinds = steps.filter(({ kind }) => (kinds as readonly StepKind[]).includes(kind as StepKind));
  return ofKinds.flatMap(({ step, kind }): KillPoint[] => {
    const at = ofKinds.filter((one) => one.kind === kind).findIndex((one) => one.step === step);
    const inside: KillPoint = { step, kind, when: 'in', effect: 1 };
    const after: KillPoint = { step, kind, when: 'after' };
    if (kind === 'web-server-reload') return [{ step, kind, when: 'before' }, inside, after];
    return at > 1 ? [] : [{ step, kind, when: 'before' }, at === 0 ? inside : after];
  });
}

describe.skipIf(skip)('a whole host on which the program is killed', () => {
  let host: LabHost;
  let setUp: Picture;
  let cleaned: Picture;
  const steps = new Map<Command, TracedStep[]>();
  const figures = new Figures('Kill points', 'a whole host');
  const run = (words: readonly string[], env: Record<string, string>) =>
    host.engineCleanup([...words, '--json'], { program: PROGRAM, env });

  beforeAll(async () => {
    host = await LabHost.boot();
    await buildDyingProgram(host.box.shared);
    host.simulateSetup();
    host.simulateOvnSetup();
    setUp = pictureOf(host);
    for (const command of [CLEANUP, RESTORE]) {
      const trace = `trace-${command.words.length}`;
      const { code, stdout } = run(command.words, { CRASH_TRACE: `/lab/${trace}` });
      expect(code, stdout).toBe(0);
      steps.set(command, tracedSteps(join(host.box.shared, trace)));
      if (command === CLEANUP) cleaned = pictureOf(host);
    }
    expect(differences(host, setUp)).toEqual([]);
  });
  afterAll(async () => {
    figures.tell();
    await host?.destroy();
  });

  it.each([
    ['cleanup', CLEANUP],
    ['restore', RESTORE],
  ] as const)('%s: ends as if nothing had been', { timeout: 600_000 }, (_, command) => {
    const points = pointsOf(command, steps.get(command)!);
    for (const kind of command.kinds) {
      const moments = new Set(points.filter((point) => point.kind === kind).map(({ when }) => when));
      expect([kind, ...moments].sort()).toEqual([kind, 'after', 'before', 'in'].sort());
    }
    for (const point of points) {
      const { stdout, stderr } = run(command.words, { CRASH_AT: JSON.stringify(point) });
      // One that is killed has no report.
      expect(stdout, `${nameOf(point)}: ${stderr}`).toBe('');
    }
    const { exitCode, continues, steps: done } = host.report(...command.words);
    expect({ exitCode, wrong: done.filter(({ error }) => error) }).toEqual({ exitCode: 0, wrong: [] });
    expect(continues).toBeDefined();
    const wrong = differences(host, command === CLEANUP ? cleaned : setUp);
    figures.add(points.length, wrong.length === 0 ? points.length : 0);
    expect(wrong).toEqual([]);
    if (command === RESTORE) return;
    // What several runs have done together is undone by as many restores.
    for (let undone = 0; host.report('restore', '-u').outcome === 'ok' && undone < points.length; undone += 1);
    expect(differences(host, setUp)).toEqual([]);
    expect(run(['-u'], {}).code).toBe(0);
    expect(differences(host, cleaned)).toEqual([]);
  });
});
