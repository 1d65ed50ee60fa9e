/** A host that dies before, in and after the effect of each step, on hosts of each generation; see scene.ts for what is held. `npm run crash` tries every place, each on a host of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepKind } from '../../src/model/plan.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { Figures } from '../fixture/figures.ts';
import { SETTINGS } from './hosts.ts';
import { type KillPoint, nameOf, pointsOf } from './kill-points.ts';
import { killAndGoOn, killInTurn } from './killing.ts';
import { buildDyingProgram } from './program.ts';
import type { Scene } from './scene.ts';

const ALL = process.env.CRASH === 'all';
const IN_TURN = process.env.CRASH === 'turn';
/** Only where the root is `/`: below another the links that start a service at boot come back as files. They are killed in lab/killed.test.ts. */
const ELSEWHERE: readonly StepKind[] = ['ovn-rows', 'ovn-rows-put', 'web-server-reload', 'service-enable'];
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-crash-'));
const figures = new Figures('Kill points', 'a host that dies');
/** What was killed, as kind and moment. */
const killed = new Set<string>();
const momentOf = ({ kind, when }: KillPoint): string => `${kind} ${when}`;

let program: string;
beforeAll(async () => {
  program = await buildDyingProgram(dir);
});
afterAll(() => {
  figures.tell();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(SETTINGS)('$title', ({ make }) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await make(program);
  }, 600_000);
  afterAll(() => scene?.destroy());

  it.runIf(ALL)('ends as if nothing had been, wherever it is killed', { timeout: 7_200_000 }, async () => {
    const wrong: string[] = [];
    for (const point of scene.steps.flatMap((step) => pointsOf(step, 6))) {
      const { reached, trouble } = await killAndGoOn(scene, point);
      if (!reached) continue;
      killed.add(momentOf(point));
      figures.count(trouble.length === 0);
      wrong.push(...trouble.map((text) => `${nameOf(point)}: ${text}`));
    }
    expect(wrong).toEqual([]);
  });

  it.skipIf(ALL)(
    'ends as if nothing had been, killed at one place after the other',
    { timeout: 7_200_000 },
    async () => {
      const points = scene.steps.flatMap((step) => pointsOf(step, 1));
      // Steps of the kinds that were killed, here or on another host, are left to `npm run crash`.
      const isFirst = (point: KillPoint, at: number): boolean =>
        !killed.has(momentOf(point)) && points.findIndex((one) => momentOf(one) === momentOf(point)) === at;
      const chosen = IN_TURN ? points : points.filter(isFirst);
      const { reached, trouble } = await killInTurn(scene, chosen);
      for (const point of reached) killed.add(momentOf(point));
      figures.add(reached.length, trouble.length === 0 ? reached.length : 0);
      expect(trouble).toEqual([]);
      expect(reached.length).toBe(chosen.length);
    },
  );
});

describe.runIf(ALL || IN_TURN)('every kind of step', () => {
  const moments = ['before', 'in', 'after'] as const;
  const all = (Object.keys(RUNNERS) as StepKind[]).flatMap((kind) => moments.map((when) => `${kind} ${when}`));

  it('was killed before, in and after its effect', () => {
    expect(all.filter((moment) => !killed.has(moment) && !ELSEWHERE.some((kind) => moment.startsWith(kind)))).toEqual(
      [],
    );
  });
});
