import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENVIRONMENT, run, runOrFail } from '../../src/host/process.ts';
import { readProcess } from '../../src/host/services/processes.ts';
import { HostError } from '../../src/model/errors.ts';

const HOUR = 3_600_000;
const quick = { purpose: 'try something', timeoutMs: HOUR };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-process-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A shell script as an argument of `sh -c`, and the error it ends with. */
async function failure(script: string, options: Partial<Parameters<typeof run>[2]> = {}): Promise<HostError> {
  const ended = run('/bin/sh', ['-c', script], { ...quick, ...options });
  const error = await ended.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}

/** The pid a script has written to a file. */
async function pidIn(file: string): Promise<number> {
  while (!existsSync(file) || !readFileSync(file, 'utf8').endsWith('\n')) await sleep(5);
  return Number(readFileSync(file, 'utf8'));
}

async function gone(pid: number): Promise<void> {
  while (readProcess(pid) !== null) await sleep(5);
}

describe('run', () => {
  it('returns what a program says and its exit status', async () => {
    const result = await run('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3'], quick);
    expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments on as they are: no shell takes part', async () => {
    expect(await runOrFail('printf', ['%s|', '$HOME', 'a b', '*', "';"], quick)).toBe("$HOME|a b|*|';|");
  });

  it('shows a program nothing of our environment, and / as its directory', async () => {
    process.env.PGPASSWORD = 'never-hand-this-on';
    try {
      const { stdout } = await run('env', [], { ...quick, env: { EXTRA: 'yes' } });
      expect(stdout.trim().split('\n').sort()).toEqual(
        Object.entries({ ...ENVIRONMENT, EXTRA: 'yes' })
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
    } finally {
      delete process.env.PGPASSWORD;
    }
    expect((await run('pwd', [], quick)).stdout).toBe('/\n');
  });

  it('gives it an empty standard input, or the given one', async () => {
    expect((await run('cat', [], quick)).stdout).toBe('');
    expect((await run('cat', [], { ...quick, input: 'some text' })).stdout).toBe('some text');
  });

  it('survives a program that does not read its input', async () => {
    expect((await run('true', [], { ...quick, input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  it('finds programs of the superuser, and says which one is missing', async () => {
    await run('sysctl', ['--version'], quick); // lies in /usr/sbin or /sbin
    const error = await run('no-such-program', [], quick).catch((thrown: unknown) => thrown as HostError);
    expect(error).toMatchObject({ code: 'ENOENT', message: expect.stringContaining('no-such-program') });
    expect((error as HostError).message).toContain('try something');
  });

  it('runs it outside the terminal’s process group, so that Ctrl-C reaches only the run itself', async () => {
    const fields = (await run('cat', ['/proc/self/stat'], quick)).stdout.split(' ');
    expect(fields[4]).toBe(fields[0]); // pgrp is pid
  });
});

describe('limits of run', () => {
  it('ends a program that takes too long, with everything it started', async () => {
    const file = join(dir, 'pid');
    const error = await failure(`sleep 1000 & echo $! > ${file}; wait`, { timeoutMs: 300 });
    expect(error.code).toBe('ETIMEDOUT');
    expect(error.message).toContain('/bin/sh');
    expect(error.message).toContain('0.3 s');
    await gone(await pidIn(file));
  });

  it('kills those that do not listen to SIGTERM', async () => {
    const file = join(dir, 'pid');
    const error = await failure(`trap '' TERM; sleep 1000 & echo $! > ${file}; while :; do wait; done`, {
      timeoutMs: 300,
    });
    expect(error.code).toBe('ETIMEDOUT');
    await gone(await pidIn(file));
  });

  it('ends a program that says more than it may', async () => {
    const error = await run('yes', [], { ...quick, maxBytes: 1000 }).catch((thrown: unknown) => thrown as HostError);
    expect(error).toMatchObject({ code: 'ENOBUFS', message: expect.stringContaining('1000 bytes') });
  });

  it('does not wait for a daemon that keeps the output open, and leaves it running', async () => {
    const { stdout } = await run('/bin/sh', ['-c', 'sleep 1000 & echo $!'], quick);
    const pid = Number(stdout);
    expect(readProcess(pid)?.argv).toEqual(['sleep', '1000']);
    process.kill(pid, 'SIGKILL');
  });

  it('hands no pipe to a daemon where the output is discarded', async () => {
    const file = join(dir, 'targets');
    const script = `one=$(readlink /proc/$$/fd/1) two=$(readlink /proc/$$/fd/2); echo $one $two > ${file}`;
    await run('/bin/sh', ['-c', script], { ...quick, output: 'discard' });
    expect(readFileSync(file, 'utf8')).toBe('/dev/null /dev/null\n');
  });
});

describe('errors of run', () => {
  it('tell the program, its purpose, how it ended, the last thing it said, and a hint', async () => {
    const script = 'echo first >&2; echo "the \u001b[31mlast\u001b[0m line" >&2; echo >&2; exit 7';
    const error = await runOrFail('/bin/sh', ['-c', script], { ...quick, hint: 'Do this.' }).catch(
      (thrown: unknown) => thrown as HostError,
    );
    expect(error).toMatchObject({ code: 'exit 7', hint: 'Do this.' });
    expect((error as HostError).message).toBe(
      '/bin/sh, run to try something, ended with status 7: the  [31mlast [0m line',
    );
  });

  it('tell what stands on standard output where nothing else was said', async () => {
    const ended = runOrFail('/bin/sh', ['-c', 'echo only here; exit 1'], quick);
    await expect(ended).rejects.toThrow('only here');
  });

  it('tell the signal a program died of', async () => {
    expect(await failure('kill -SEGV $$')).toMatchObject({
      code: 'SIGSEGV',
      message: expect.stringContaining('SIGSEGV'),
    });
  });

  it('hold neither arguments nor input', async () => {
    const secret = 'a-word-for-nobody';
    const options = { ...quick, input: secret, timeoutMs: 300, maxBytes: 1000 };
    for (const script of ['exit 1', 'kill -KILL $$', 'sleep 1000', 'yes']) {
      const ended = runOrFail('/bin/sh', ['-c', script, secret], options);
      const error = (await ended.catch((thrown: unknown) => thrown)) as HostError;
      expect(error).toBeInstanceOf(HostError);
      expect(`${error.message} ${error.hint}`).not.toContain(secret);
    }
  });
});
