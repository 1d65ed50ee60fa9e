/** PostgreSQL killed under a run, before, in and after the effect of each step that concerns databases, and started again; see scene.ts for what is held. `npm run crash` tries every place. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Figures } from '../fixture/figures.ts';
import { SERVED } from './hosts.ts';
import { nameOf, pointsOf } from './kill-points.ts';
import { loseServerAndGoOn } from './killing.ts';
import { buildDyingProgram } from './program.ts';
import type { Scene } from './scene.ts';

const ALL = process.env.CRASH === 'all';
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-crash-'));
const figures = new Figures('Kill points', 'a server that dies');
const OF_DATABASES = /^(?:database|role|roles|rows|dwh)-/;

afterAll(() => {
  figures.tell();
  rmSync(dir, { recursive: true, force: true });
});

describe.each(ALL ? SERVED : SERVED.slice(0, 2))('$title', ({ make }) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await make(await buildDyingProgram(dir));
  }, 600_000);
  afterAll(() => scene?.destroy());

  it('loses nothing with its server, and the next run comes to the same end', { timeout: 7_200_000 }, async () => {
    const steps = scene.steps.filter(({ kind }) => OF_DATABASES.test(kind));
    const points = steps.flatMap((step) => pointsOf(step, ALL ? 8 : 1)).filter(({ when }) => ALL || when !== 'before');
    expect(points.length).toBeGreaterThan(4);
    const wrong: string[] = [];
    for (const point of points) {
      const { reached, trouble } = await loseServerAndGoOn(scene, point);
      if (!reached) continue;
      figures.count(trouble.length === 0);
      wrong.push(...trouble.map((text) => `${nameOf(point)}: ${text}`));
    }
    expect(wrong).toEqual([]);
  });
});
