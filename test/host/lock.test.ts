import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock, type LockHolder } from '../../src/host/lock.ts';
import { BusyError, HostError } from '../../src/model/errors.ts';
import { bundle, isRoot, openFiles, Scratch } from './scratch.ts';

let scratch: Scratch;
let path: string;
let child: string;
const children: ChildProcess[] = [];

const ME: LockHolder = {
  pid: process.pid,
  user: 'root',
  startedAt: '2026-11-25T10:20:30.000Z',
  command: 'engine-cleanup -u',
};

beforeEach(() => {
  scratch = new Scratch();
  scratch.mkdir('/run');
  path = scratch.real('/run/engine-cleanup.lock');
  child = bundle(
    scratch.dir,
    `import { acquireLock } from './src/host/lock.ts';
     try {
       await acquireLock(process.argv[2], { pid: process.pid, user: 'operator', startedAt: '2026-11-25T10:20:30.000Z', command: 'engine-cleanup ' + '--force pg-dump '.repeat(20) });
       console.log('held');
       setInterval(() => undefined, 1000);
     } catch (error) {
       console.log(error.name);
     }`,
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const one of children.splice(0)) one.kill('SIGKILL');
  scratch.destroy();
});

/** Starts a process and waits for its first word. */
async function start(
  command: string,
  args: string[],
): Promise<{ process: ChildProcess; said: string; end(): Promise<void> }> {
  const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(process);
  const said = await new Promise<string>((resolve) =>
    process.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      process.once('exit', () => resolve());
      process.kill('SIGKILL');
    });
  return { process, said, end };
}

async function busy(): Promise<BusyError> {
  try {
    (await acquireLock(path, ME)).release();
  } catch (error) {
    if (error instanceof BusyError) return error;
    throw error;
  }
  throw new Error('the lock was free');
}

/** Files that are open when a lock was taken and given back: what only the first child of a process opens stays. */
async function openAfterOne(): Promise<number> {
  (await acquireLock(path, ME)).release();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return openFiles();
}

describe('the lock', () => {
  it('is free, held, and free again after its release', async () => {
    const lock = await acquireLock(path, ME);
    expect((await busy()).message).toContain(`process ${process.pid}`);
    lock.release();
    lock.release();
    (await acquireLock(path, ME)).release();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('names pid, start and user of its holder, in a file only the owner may open', async () => {
    const lock = await acquireLock(path, ME);
    const { message, hint } = await busy();
    expect(message).toBe(
      `Another run of engine-cleanup works on this host: process ${process.pid}, started 2026-11-25T10:20:30.000Z by root. Nothing was changed.`,
    );
    expect(hint).toContain(`ps -fp ${process.pid}`);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(ME);
    lock.release();
  });

  it('is free again when its holder was killed, whatever its file still says', async () => {
    const holder = await start(process.execPath, [child, path]);
    expect(holder.said).toBe('held');
    expect((await busy()).message).toContain(
      `process ${holder.process.pid}, started 2026-11-25T10:20:30.000Z by operator`,
    );
    await holder.end();
    expect(readFileSync(path, 'utf8')).toContain('operator');
    const lock = await acquireLock(path, ME);
    expect((await busy()).message).toContain(`process ${process.pid}`);
    lock.release();
  });

  it('is one process of ten that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => start(process.execPath, [child, path])));
    expect(all.map(({ said }) => said).sort()).toEqual([...Array.from({ length: 9 }, () => 'BusyError'), 'held']);
  });

  it('is respected when a shell holds it, of which nothing is known', async () => {
    const shell = await start('sh', ['-c', 'exec 9>"$0"; flock 9; echo held; exec sleep 600', path]);
    expect(shell.said).toBe('held');
    expect((await busy()).message).toBe(`Another process holds the lock ${path}. Nothing was changed.`);
    expect((await busy()).hint).toContain('fuser');
    await shell.end();
    (await acquireLock(path, ME)).release();
  });

  it.each([
    ['of a run that has ended', JSON.stringify({ ...ME, pid: 2 ** 22 + 1 })],
    ['half written', '{"pid": 1, "us'],
    ['of another kind', 'null'],
    ['with terminal codes', JSON.stringify({ ...ME, user: '\u001b[2Jroot' })],
    ['without a time', JSON.stringify({ ...ME, startedAt: 'soon' })],
    ['without end', `"${'x'.repeat(100_000)}"`],
  ])('is held by another process where the file holds text %s', async (_, text) => {
    writeFileSync(path, text);
    await start('sh', ['-c', 'exec 9>>"$0"; flock 9; echo held; exec sleep 600', path]);
    expect((await busy()).message).toContain('Another process holds');
  });

  it('is taken on the file of that name, not on one that was moved away meanwhile', async () => {
    // The stand-in for flock swaps the file at the first call, before the lock is taken.
    const bin = join(scratch.dir, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'flock'),
      `#!/bin/sh\nif test ! -e '${path}.moved'; then mv '${path}' '${path}.moved'; : >'${path}'; fi\nexec /usr/bin/flock "$@"\n`,
      { mode: 0o755 },
    );
    vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
    const lock = await acquireLock(path, ME);
    expect(existsSync(`${path}.moved`)).toBe(true);
    expect((await busy()).message).toContain(`process ${process.pid}`);
    lock.release();
  });

  it('leaves no file open, however it ends', async () => {
    const before = await openAfterOne();
    for (let round = 0; round < 5; round += 1) {
      const lock = await acquireLock(path, ME);
      await busy();
      lock.release();
    }
    await vi.waitFor(() => expect(openFiles()).toBe(before));
  });
});

describe('a place for the lock', () => {
  it('without the program flock is an error that says what to install', async () => {
    const before = await openAfterOne();
    vi.stubEnv('PATH', '/nonexistent');
    await expect(acquireLock(path, ME)).rejects.toThrow(
      expect.objectContaining({ name: 'HostError', code: 'ENOENT', hint: expect.stringContaining('util-linux') }),
    );
    await vi.waitFor(() => expect(openFiles()).toBe(before));
  });

  it('where flock fails otherwise is told with what it said', async () => {
    const bin = join(scratch.dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'flock'), '#!/bin/sh\necho "flock: 3: no locks available" >&2; exit 71\n', { mode: 0o755 });
    vi.stubEnv('PATH', bin);
    await expect(acquireLock(path, ME)).rejects.toThrow(
      expect.objectContaining({ code: 'exit 71', message: expect.stringContaining('no locks available') }),
    );
  });

  it('is never reached through a link', async () => {
    scratch.write('/etc/victim', 'stays');
    symlinkSync('../etc/victim', path);
    await expect(acquireLock(path, ME)).rejects.toThrow(expect.objectContaining({ code: 'ELOOP' }));
    renameSync(scratch.real('/run'), scratch.real('/elsewhere'));
    symlinkSync('elsewhere', scratch.real('/run'));
    await expect(acquireLock(scratch.real('/run/new.lock'), ME)).rejects.toThrow(
      expect.objectContaining({ code: 'ELOOP' }),
    );
    expect(readFileSync(scratch.real('/etc/victim'), 'utf8')).toBe('stays');
    expect(scratch.exists('/elsewhere/new.lock')).toBe(false);
  });

  it('is not a file that has another name too', async () => {
    scratch.write('/etc/victim', 'stays');
    linkSync(scratch.real('/etc/victim'), path);
    await expect(acquireLock(path, ME)).rejects.toThrow(HostError);
    expect(readFileSync(scratch.real('/etc/victim'), 'utf8')).toBe('stays');
  });

  it.runIf(isRoot)('that the caller may not write is EACCES, which the program takes for "not root"', async () => {
    chmodSync(scratch.dir, 0o755);
    const source = bundle(
      scratch.dir,
      `import { acquireLock } from './src/host/lock.ts';
       process.setgid(65534); process.setuid(65534);
       try { await acquireLock(process.argv[2], { pid: 1, user: 'nobody', startedAt: '', command: '' }); } catch ({ name, code }) { console.log(name, code); }`,
    );
    expect((await start(process.execPath, [source, path])).said).toBe('HostError EACCES');
    (await acquireLock(path, ME)).release();
    expect((await start(process.execPath, [source, path])).said).toBe('HostError EACCES');
  });
});
