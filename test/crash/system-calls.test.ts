/**
 * The built program under strace, killed as the n-th system call of a kind is made, itself or a program that it started; see scene.ts for what is held. And no file with a password is left
 * besides the host's own and the backups: at the kill none that others could read, and after the next run none at all. `npm run crash` tries every call, or with CRASH_CALLS=300 so many; CRASH=some a few of them, which takes minutes and is no part of `npm test`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Figures } from '../fixture/figures.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { CALLED } from './hosts.ts';
import { spread } from './kill-points.ts';
import { goOn } from './killing.ts';
import { buildDyingProgram } from './program.ts';
import type { Scene } from './scene.ts';
import { everyFile, newHolders } from './secrets.ts';
import { at, type CallPoint, callPoints, counting, ONE_THREAD } from './system-calls.ts';

const noStrace = passedOver('Being killed at a system call', await whyNoProgram('strace'));
const ALL = process.env.CRASH === 'all';
const SAMPLE = Number(process.env.CRASH_CALLS ?? 12);
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-crash-'));

const nameOf = ({ call, n, others }: CallPoint): string => `${call} ${n}${others ? ' of another thread' : ''}`;

/** Evenly spread over the run, and of each kind of call at least one. */
function sample(points: readonly CallPoint[]): CallPoint[] {
  const kinds = [...new Set(points.map(({ call, others }) => `${call} ${others}`))];
  const one = kinds.map((kind) => {
    const same = points.filter(({ call, others }) => `${call} ${others}` === kind);
    return same[Math.floor(same.length / 2)]!;
  });
  return [...new Set([...one, ...spread(points, Math.max(0, SAMPLE - one.length))])];
}

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(noStrace || process.env.CRASH === undefined).each(CALLED)('$title', ({ make }) => {
  let scene: Scene;
  let points: CallPoint[];
  /** Files with a password that an undisturbed run leaves: what it puts back. */
  let usual: Set<string>;
  const figures = new Figures('Kill points', 'system calls');

  beforeAll(async () => {
    scene = await make(await buildDyingProgram(dir));
    await scene.reset();
    const trace = join(dir, 'trace');
    const files = everyFile(scene.box.root);
    const { code } = await scene.box.run(scene.args, { env: ONE_THREAD, prefix: counting(trace) });
    expect(code).toBe(scene.end.code);
    usual = new Set(newHolders(scene.box.root, files).map(({ path }) => path));
    points = callPoints(trace);
  }, 600_000);
  afterAll(async () => {
    figures.tell();
    await scene?.destroy();
  });

  /** What is wrong after a kill there and the run that follows. */
  async function troubleAt(point: CallPoint): Promise<string[]> {
    await scene.reset();
    const files = everyFile(scene.box.root);
    await scene.box.run(scene.args, { env: ONE_THREAD, prefix: at(point, 'SIGKILL') });
    const { kept, lost } = await scene.lost();
    const holders = (): ReturnType<typeof newHolders> =>
      newHolders(scene.box.root, files).filter(({ path }) => !usual.has(path));
    // What a restore unpacks has its own mode, in a directory that only root may enter.
    const open = holders().filter(({ path, mode }) => (mode & 0o077) !== 0 && !path.includes('/stage/'));
    const trouble = await goOn(scene, kept);
    const left = holders().filter(({ path }) => !path.includes('/backup/'));
    return [
      ...lost.map((what) => `${what} is not as it was, and in no whole backup`),
      ...open.map(({ path, mode }) => `${path} holds a password and has mode ${mode.toString(8)}`),
      ...trouble,
      ...left.map(({ path }) => `${path} holds a password`),
    ];
  }

  it('acts by all of the calls that matter', () => {
    const made = new Set(points.map(({ call }) => call));
    for (const call of ['connect', 'openat', 'write', 'fsync', 'unlink', 'rename', 'mkdir', 'rmdir'])
      expect(made, call).toContain(call);
  });

  it('ends as if nothing had been, killed at any call', { timeout: 14_400_000 }, async () => {
    const wrong: string[] = [];
    for (const point of ALL && process.env.CRASH_CALLS === undefined ? points : sample(points)) {
      const trouble = await troubleAt(point);
      figures.count(trouble.length === 0);
      wrong.push(...trouble.map((text) => `${nameOf(point)}: ${text}`));
    }
    expect(wrong).toEqual([]);
  });
});
