/** `npm run demo`: it shows what it promises, and leaves nothing behind however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killBelow, processesBelow } from '../../demo/processes.ts';
import { cacheDir } from '../fixture/project.ts';

const SCRIPT = new URL('../../scripts/demo.mjs', import.meta.url).pathname;

let dir: string;
let demo: ChildProcess;
let text: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-e2e-')));
});
afterEach(async () => {
  demo.kill('SIGKILL');
  await killBelow(dir);
  rmSync(dir, { recursive: true, force: true });
});

/** Starts it in a process group of its own, as a shell at a terminal does. */
function start(...args: string[]): void {
  text = '';
  demo = spawn(process.execPath, [SCRIPT, ...args], { env: { ...process.env, TMPDIR: dir }, detached: true });
  for (const stream of [demo.stdout!, demo.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
}

async function saw(word: string | RegExp): Promise<void> {
  while (demo.exitCode === null && demo.signalCode === null) {
    if (text.match(word)) return;
    await sleep(5);
  }
  throw new Error(`the demo ended without ${word}:\n${text}`);
}

async function ended(): Promise<number | string> {
  const [code, signal] = (await once(demo, 'close')) as [number | null, string | null];
  return code ?? signal ?? 'unknown';
}

/** Directories of throw-away servers that the demo made: each says whose it is. */
function servers(): string[] {
  const parent = join(cacheDir(), 'servers');
  return readdirSync(parent).filter((name) => {
    try {
      return readFileSync(join(parent, name, 'owner'), 'utf8').startsWith(`${demo.pid} `);
    } catch {
      return false; // of another test, being made or removed at this moment
    }
  });
}

function traces(): unknown[] {
  return [...readdirSync(dir), ...processesBelow(dir), ...servers()];
}

describe('the demo', () => {
  it('shows plan, cleanup, verify and a second run, and ends well', async () => {
    start();
    expect(await ended()).toBe(0);
    const stages = [...text.matchAll(/^([1-4])\. .*$/gm)].map(([, number]) => number);
    expect(stages).toEqual(['1', '2', '3', '4']);
    expect([...text.matchAll(/^\[exit (.*)\]$/gm)].map(([, code]) => code)).toEqual(['0', '0', '0', '0']);
    expect(text).toContain('Finished cleanup it is now safe to rerun engine-setup.');
    expect(text).toContain('Everything went as it should.');
    expect(traces()).toEqual([]);
  });

  it('stopped while the host is made leaves nothing', async () => {
    start();
    // Its services are started one after the other, each by a program that Ctrl-C ends too.
    while (processesBelow(dir).length === 0) await sleep(1);
    process.kill(-demo.pid!, 'SIGINT');
    expect(await ended()).toBe(130);
    expect(text).not.toContain('1. ');
    expect(traces()).toEqual([]);
  });

  it('stopped during the cleanup waits for it, although that starts services again, and leaves nothing', async () => {
    start();
    await saw(/2\. Clean up.*Stop ovirt-engine\b/s);
    expect(traces().length).toBeGreaterThan(3);
    process.kill(-demo.pid!, 'SIGINT');
    expect(await ended()).toBe(130);
    expect(text).toContain('[exit 130]');
    expect(text).not.toContain('3. Could');
    expect(traces()).toEqual([]);
  });

  it('told to end by a signal to it alone tells the cleanup', async () => {
    start();
    await saw(/2\. Clean up.*Stop ovirt-engine\b/s);
    demo.kill('SIGTERM');
    expect(await ended()).toBe(143);
    expect(text).toContain('[exit 143]');
    expect(traces()).toEqual([]);
  });
});

describe('--keep', () => {
  it('lets the host be until Ctrl-C', async () => {
    start('--keep');
    await saw(/The host is yours.* plan\n/s);
    const [made] = readdirSync(dir);
    expect(text).toContain(`--root ${join(dir, made!, 'host')} plan`);
    await sleep(100);
    expect(demo.exitCode).toBeNull();
    expect(processesBelow(dir).length).toBeGreaterThan(3);
    process.kill(-demo.pid!, 'SIGINT');
    expect(await ended()).toBe(0);
    expect(traces()).toEqual([]);
  });

  it('ends by itself where there is no input', async () => {
    start('--keep');
    demo.stdin!.end();
    expect(await ended()).toBe(0);
    expect(text).toContain('The host is yours');
    expect(traces()).toEqual([]);
  });
});
