/**
 * Signals that ask the built program to stop, at any moment of what it destroys, and a terminal that is closed: it ends between two steps, with the exit code of the signal, and the next run comes to
 * the same end; see scene.ts for what is held.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/apply/journal.ts';
import type { Report } from '../../src/model/report.ts';
import { PROGRAM } from '../e2e/harness.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { CALLED } from './hosts.ts';
import { spread } from './kill-points.ts';
import { goOn } from './killing.ts';
import { buildDyingProgram } from './program.ts';
import type { Scene } from './scene.ts';
import { at, type CallPoint, callPoints, counting, ONE_THREAD } from './system-calls.ts';

const noStrace = passedOver('Being stopped at a system call', await whyNoProgram('strace'));
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const KEYS = '/etc/pki/ovirt-engine/keys';

const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-crash-'));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(noStrace).each(CALLED)('a run that is asked to stop, $title', ({ title, make }) => {
  const isCleanup = title === CALLED[0]!.title;
  let scene: Scene;
  let points: CallPoint[];

  beforeAll(async () => {
    scene = await make(await buildDyingProgram(dir));
    await scene.reset();
    const trace = join(dir, 'trace');
    await scene.box.run(scene.args, { env: ONE_THREAD, prefix: counting(trace) });
    const own = callPoints(trace).filter(({ others }) => !others);
    // In the last step and after it there is nothing to stop any more.
    points = own.slice(0, Math.floor(own.length * 0.75));
  }, 600_000);
  afterAll(() => scene?.destroy());

  /** What the last run says of itself in its directory; null while it goes on. */
  function lastReport(): Report | null {
    const path = `/var/lib/engine-cleanup/${scene.box.runs().at(-1)}/report.json`;
    return scene.box.exists(path) ? (JSON.parse(scene.box.text(path)) as Report) : null;
  }

  function journal(): JournalEntry[] {
    const text = scene.box.text(`/var/lib/engine-cleanup/${scene.box.runs().at(-1)}/journal.jsonl`);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Steps that were begun and of which nothing says how they ended. */
  function open(): string[] {
    const ended = new Set(journal().flatMap(({ event, step = '' }) => (event === 'end' ? [step] : [])));
    return journal().flatMap(({ event, step = '' }) => (event === 'begin' && !ended.has(step) ? [step] : []));
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s ends between two steps, and the next one goes on',
    { timeout: 600_000 },
    async (signal) => {
      const offset = Object.keys(CODES).indexOf(signal);
      const mine = spread(
        points.filter((_, index) => index % 3 === offset),
        process.env.CRASH === 'all' ? 40 : isCleanup ? 3 : 1,
      );
      for (const point of mine) {
        await scene.reset();
        const { code } = await scene.box.run(scene.args, { env: ONE_THREAD, prefix: at(point, signal) });
        const name = JSON.stringify(point);
        expect(code, name).toBe(CODES[signal]);
        expect(lastReport(), name).toMatchObject({ outcome: 'interrupted', exitCode: CODES[signal] });
        expect(open(), name).toEqual([]);
        const { kept, lost } = await scene.lost();
        expect(lost, name).toEqual([]);
        expect(await goOn(scene, kept), name).toEqual([]);
      }
    },
  );

  it.runIf(isCleanup)('by the closing of its terminal ends so too', { timeout: 600_000 }, async () => {
    await scene.reset();
    const { box } = scene;
    const keys = (): number => readdirSync(box.path(KEYS)).length;
    const before = keys();
    // Slow enough for the terminal to go in the midst of the keys.
    const slow = ['strace', '-qq', '-e', 'trace=unlink', '-e', 'inject=unlink:delay_enter=30000', '-o', '/dev/null'];
    const words = [...slow, process.execPath, PROGRAM, '--root', box.root, ...scene.args];
    // The shell is what the kernel tells of the hang-up, and dies of it; strace would not.
    const command = `${words.map((word) => `'${word}'`).join(' ')}; exit`;
    const { bin, env } = box.server.programs;
    const terminal = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
      env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH}`, TERM: 'xterm' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    while (keys() === before) await sleep(5);
    terminal.kill('SIGKILL');
    for (const deadline = Date.now() + 60_000; lastReport() === null && Date.now() < deadline; ) await sleep(50);
    expect(lastReport()).toMatchObject({ outcome: 'interrupted', exitCode: 129 });
    expect(open()).toEqual([]);
    expect(keys()).toBeLessThan(before);
    const { kept, lost } = await scene.lost();
    expect(lost).toEqual([]);
    await scene.isFree();
    expect(await goOn(scene, kept)).toEqual([]);
  });
});
