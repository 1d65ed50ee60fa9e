/** Services below a root: real processes, real scripts. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Services } from '../../../src/host/port.ts';
import { createServices } from '../../../src/host/services/index.ts';
import { readProcess } from '../../../src/host/services/processes.ts';
import { HostError } from '../../../src/model/errors.ts';
import { HostServices } from '../../fixture/host-services.ts';
import { passedOver, whyNoNamespace } from '../../fixture/needs.ts';
import { callerUid } from '../../fixture/project.ts';
import { run } from '../../fixture/run.ts';
import { makeFile, makeProgram, Orphans, SECONDS } from './orphans.ts';

const PATIENT = 3_600_000;
const ENGINE = 'ovirt-engine';
const PROXY = 'ovirt-websocket-proxy';

/** A mount namespace; a caller that is not root becomes root in it, where the machine lets him. */
const NAMESPACE = ['--mount', ...(callerUid() === 0 ? [] : ['--map-root-user'])];

let root: string;
let host: HostServices;
let services: Services;
const orphans = new Orphans();

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-services-')));
  host = new HostServices(root, [ENGINE, PROXY]);
  services = createServices(root, PATIENT);
});
afterEach(() => {
  orphans.end();
  host.killAll();
  rmSync(root, { recursive: true, force: true });
});

const stateOf = async (unit: string) => (await services.states([unit]))[0]!;
const runs = (pid: number): boolean => readProcess(pid) !== null;

async function errorOf(action: Promise<void>): Promise<HostError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}

/** A script that notes the words it is called with, and then does what is given. */
function noteCalls(unit: string, then: string, mode = 0o755): () => string {
  const calls = join(root, 'calls');
  makeFile(root, `etc/init.d/${unit}`, `#!/bin/sh\necho "$1" >> ${calls}\n${then}\n`, mode);
  return () => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');
}

/** A running program of a unit whose pid file names it. */
async function withPidFile(unit: string): Promise<number> {
  const pid = await orphans.start([makeProgram(root, `usr/libexec/${unit}/${unit}`), SECONDS]);
  makeFile(root, `var/run/${unit}.pid`, `${pid}\n`);
  return pid;
}

describe('with a SysV script and a pid file', () => {
  it('tells what runs, what is enabled and what is not there, in the order asked for', async () => {
    host.install();
    await host.start([ENGINE]);
    const common = { manager: 'sysv', exists: true, enabled: true, masked: false, failedLoop: false };
    expect(await services.states([PROXY, 'ovirt-imageio', ENGINE])).toEqual([
      { ...common, unit: PROXY, active: false, pids: [], links: [`/etc/rc3.d/S90${PROXY}`] },
      {
        ...common,
        unit: 'ovirt-imageio',
        manager: 'process',
        exists: false,
        enabled: false,
        active: false,
        pids: [],
        links: [],
      },
      { ...common, unit: ENGINE, active: true, pids: [host.pid(ENGINE)], links: [`/etc/rc3.d/S90${ENGINE}`] },
    ]);
  });

  it('stops it by its script, and starts it again', async () => {
    host.install();
    await host.start();
    await services.stop(ENGINE, PATIENT);
    expect(host.running()).toEqual([PROXY]);
    expect(existsSync(join(root, 'var/run/ovirt-engine.pid'))).toBe(false);
    await services.start(ENGINE, PATIENT);
    expect(host.running()).toEqual([ENGINE, PROXY]);
    expect(await stateOf(ENGINE)).toMatchObject({ active: true });
  });

  it('gives up on a script that never ends, says so, and leaves the service running', async () => {
    host.install([ENGINE]);
    await host.start();
    const error = await errorOf(services.stop(ENGINE, 300));
    expect(error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(error.message).toContain('stop ovirt-engine');
    expect(host.running()).toEqual([ENGINE, PROXY]);
    await services.start(ENGINE, PATIENT);
    expect(host.running()).toEqual([ENGINE, PROXY]);
  });

  it('fails with what the script said when the service still runs', async () => {
    const calls = noteCalls(ENGINE, 'echo "no rights" >&2; exit 4');
    const pid = await withPidFile(ENGINE);
    const error = await errorOf(services.stop(ENGINE, PATIENT));
    expect(error).toMatchObject({ code: 'exit 4', message: expect.stringContaining('no rights') });
    expect(calls()).toBe('stop\n');
    expect(runs(pid)).toBe(true);
  });

  it('fails when the script is content and the service still runs', async () => {
    noteCalls(ENGINE, 'exit 0');
    const pid = await withPidFile(ENGINE);
    const error = await errorOf(services.stop(ENGINE, 300));
    expect(error.message).toContain(String(pid));
    expect(error.hint).toContain(`kill ${pid}`);
    expect(runs(pid)).toBe(true);
  });

  it('says when a script starts nothing, and does not take the script itself for the service', async () => {
    makeFile(
      root,
      `etc/init.d/${ENGINE}`,
      `#!/bin/sh\nif [ "$1" = stop ]; then kill $(cat ${root}/run/${ENGINE}.pid); else echo $$ > ${root}/run/${ENGINE}.pid; sleep 0.2; fi\n`,
      0o755,
    );
    const pid = await orphans.start([makeProgram(root, `usr/bin/${ENGINE}`), SECONDS]);
    makeFile(root, `run/${ENGINE}.pid`, `${pid}\n`);
    await services.stop(ENGINE, PATIENT);
    const started = errorOf(services.start(ENGINE, PATIENT));
    while (readFileSync(join(root, `run/${ENGINE}.pid`), 'utf8') === `${pid}\n`) await sleep(5);
    expect(await stateOf(ENGINE)).toMatchObject({ active: false });
    expect((await started).message).toContain('does not run');
  });

  it('reloads by the script what runs, and nothing else', async () => {
    const calls = noteCalls(ENGINE, 'exit 0');
    await services.reload(ENGINE, PATIENT);
    expect(calls()).toBe('');
    await withPidFile(ENGINE);
    await services.reload(ENGINE, PATIENT);
    expect(calls()).toBe('reload\n');
  });
});

describe('a script that may not be trusted', () => {
  it.each([
    ['others may write it', 0o777],
    ['its group may write it', 0o775],
  ])('is not run when %s: the process is told to end', async (_, mode) => {
    const calls = noteCalls(ENGINE, 'exit 0', mode);
    const pid = await withPidFile(ENGINE);
    await services.stop(ENGINE, PATIENT);
    expect([calls(), runs(pid)]).toEqual(['', false]);
  });

  it('is not run when others may write its directory', async () => {
    const calls = noteCalls(ENGINE, 'exit 0');
    await run('chmod', ['o+w', join(root, 'etc/init.d')]);
    const pid = await withPidFile(ENGINE);
    await services.stop(ENGINE, PATIENT);
    expect([calls(), runs(pid)]).toEqual(['', false]);
  });

  it('is not run when no pid file below the root names the process: it may be meant for the running machine', async () => {
    const calls = noteCalls(ENGINE, 'exit 0');
    const pid = await orphans.start([makeProgram(root, `usr/bin/${ENGINE}`), SECONDS]);
    await services.stop(ENGINE, PATIENT);
    expect((await errorOf(services.start(ENGINE, PATIENT))).message).toContain('not stopped by a script');
    expect([calls(), runs(pid)]).toEqual(['', false]);
  });

  it('is not run when it lies outside of the root, behind a link', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-elsewhere-')));
    try {
      const calls = noteCalls(ENGINE, 'exit 0');
      copyFileSync(join(root, 'etc/init.d', ENGINE), join(elsewhere, ENGINE));
      rmSync(join(root, 'etc/init.d'), { recursive: true });
      symlinkSync(elsewhere, join(root, 'etc/init.d'));
      expect(await stateOf(ENGINE)).toMatchObject({ exists: false });
      await withPidFile(ENGINE);
      await services.stop(ENGINE, PATIENT);
      expect(calls()).toBe('');
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it.skipIf(passedOver('Services in namespaces of their own', whyNoNamespace(...NAMESPACE))).each([
    ['a chroot', 'exec chroot "$0" "$@"'],
    // Seen from outside, such a process has a program whose path does not even begin with the root.
    ['a container', 'mount --bind "$0" /mnt && exec chroot /mnt "$@"'],
  ])('is not run for a process in %s, whose pids and paths are not ours', async (_, enter) => {
    const calls = noteCalls(ENGINE, 'exit 0');
    makeProgram(root, `usr/bin/${ENGINE}`);
    for (const library of (await run('ldd', ['/bin/sleep'])).matchAll(/(\/\S+) \(0x/g)) {
      mkdirSync(dirname(join(root, library[1]!)), { recursive: true });
      copyFileSync(library[1]!, join(root, library[1]!));
    }
    const pid = await orphans.start([
      'unshare',
      ...NAMESPACE,
      '/bin/sh',
      '-c',
      enter,
      root,
      `/usr/bin/${ENGINE}`,
      SECONDS,
    ]);
    while (readProcess(pid)?.argv[0] !== `/usr/bin/${ENGINE}`) await sleep(5);
    makeFile(root, `var/run/${ENGINE}.pid`, `${pid}\n`);
    expect(await stateOf(ENGINE)).toMatchObject({ active: true, pids: [pid] });
    await services.stop(ENGINE, PATIENT);
    expect([calls(), runs(pid)]).toEqual(['', false]);
  });
});

describe('without a script', () => {
  it('ends the processes that run a program of the unit’s name, and cannot start them again', async () => {
    const pid = await orphans.start([makeProgram(root, `usr/bin/${ENGINE}`), SECONDS]);
    expect(await stateOf(ENGINE)).toMatchObject({ manager: 'process', exists: true, active: true, pids: [pid] });
    await services.stop(ENGINE, PATIENT);
    expect(runs(pid)).toBe(false);
    expect((await errorOf(services.start(ENGINE, PATIENT))).hint).toContain('Start ovirt-engine');
  });

  it("knows a script that the machine's interpreter runs, and waits for its children", async () => {
    const script = makeFile(
      root,
      `usr/share/${ENGINE}/${ENGINE}.py`,
      `/bin/sleep ${SECONDS} & echo $! > ${root}/child; wait\n`,
    );
    const pid = await orphans.start(['/bin/sh', script, 'start']);
    while (!existsSync(join(root, 'child')) || readFileSync(join(root, 'child'), 'utf8') === '') await sleep(5);
    const child = Number(readFileSync(join(root, 'child'), 'utf8'));
    expect(await stateOf(ENGINE)).toMatchObject({ active: true, pids: [pid] });
    const stopped = errorOf(services.stop(ENGINE, 500));
    while (runs(pid)) await sleep(5);
    expect((await stopped).message).toContain(String(child)); // told to end is only the parent, which left it behind
    process.kill(child, 'SIGKILL');
  });

  it('never kills a process that does not listen to SIGTERM', async () => {
    const script = makeFile(
      root,
      `usr/bin/${ENGINE}`,
      `trap '' TERM\necho > ${root}/ready\nwhile :; do sleep 0.1; done\n`,
    );
    const pid = await orphans.start(['/bin/sh', script]);
    while (!existsSync(join(root, 'ready'))) await sleep(5);
    const error = await errorOf(services.stop(ENGINE, 300));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringContaining('0.3 s') });
    expect(runs(pid)).toBe(true);
  });

  it('still knows a process whose program was removed', async () => {
    const program = makeProgram(root, `usr/bin/${ENGINE}`);
    const pid = await orphans.start([program, SECONDS]);
    rmSync(program);
    expect(await stateOf(ENGINE)).toMatchObject({ active: true, pids: [pid] });
  });
});

describe('a pid file', () => {
  it('that is left of a process that ended says nothing', async () => {
    host.install();
    const pid = await withPidFile(ENGINE);
    process.kill(pid, 'SIGKILL');
    while (runs(pid)) await sleep(5);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: true, active: false, pids: [] });
    await services.stop(ENGINE, PATIENT);
  });

  it('whose number is another process’ by now never ends that one', async () => {
    host.install();
    const foreign = await orphans.start(['/bin/sleep', SECONDS]);
    makeFile(root, `var/run/${ENGINE}.pid`, `${foreign}\n`);
    expect(await stateOf(ENGINE)).toMatchObject({ active: false, pids: [] });
    await services.stop(ENGINE, PATIENT);
    expect(runs(foreign)).toBe(true);
  });

  it('is believed when the process was given a path below the root', async () => {
    const conf = makeFile(root, 'etc/engine.conf', '');
    const pid = await orphans.start(['/usr/bin/tail', '-f', conf]);
    expect(await stateOf(ENGINE)).toMatchObject({ active: false });
    makeFile(root, `run/${ENGINE}/${ENGINE}.pid`, `${pid}\n`);
    expect(await stateOf(ENGINE)).toMatchObject({ active: true, pids: [pid] });
  });

  it('outside of the root, behind a link, is not read', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-elsewhere-')));
    try {
      const pid = await orphans.start(['/usr/bin/tail', '-f', makeFile(root, 'etc/engine.conf', '')]);
      makeFile(elsewhere, `${ENGINE}.pid`, `${pid}\n`);
      symlinkSync(elsewhere, join(root, 'run'));
      expect(await stateOf(ENGINE)).toMatchObject({ active: false });
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('of a process that ended and was not waited for says nothing', async () => {
    const program = makeProgram(root, `usr/bin/${ENGINE}`);
    const keeper = await orphans.start([
      '/bin/sh',
      '-c',
      `${program} 0 & echo $! > ${root}/zombie; exec sleep ${SECONDS}`,
    ]);
    const written = () => (existsSync(join(root, 'zombie')) ? readFileSync(join(root, 'zombie'), 'utf8') : '');
    while (!written().endsWith('\n') || !existsSync(`/proc/${keeper}`)) await sleep(5);
    const zombie = Number(written());
    while (!/^State:\s+Z/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8'))) await sleep(5);
    makeFile(root, `run/${ENGINE}.pid`, `${zombie}\n`);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: false, active: false });
    await services.stop(ENGINE, PATIENT);
  });
});

describe('strays', () => {
  it('are processes from below the root without a known service', async () => {
    host.install();
    await host.start();
    const program = makeProgram(root, 'usr/sbin/httpd');
    const stray = await orphans.start([program, SECONDS]);
    // It waits without starting another process: a child is the script itself until it becomes its own program.
    await run('mkfifo', [join(root, 'never')]);
    const script = makeFile(root, 'usr/bin/watcher', `read -r line < ${root}/never\n`);
    const scripted = await orphans.start(['/bin/sh', script]);
    const relative = await orphans.start(['/bin/sh', './watcher'], { cwd: join(root, 'usr/bin') });
    // A process that was just started may not be its program yet.
    while ((await services.strays([])).length < 5) await sleep(5);
    const known = (await services.states([ENGINE, PROXY])).flatMap(({ pids }) => pids);
    const expected = [
      { pid: stray, program },
      { pid: scripted, program: script },
      { pid: relative, program: script },
    ];
    expect(await services.strays(known)).toEqual(expected.sort((a, b) => a.pid - b.pid));
    expect((await services.strays([])).length).toBe(5);
  });

  it('are not: children of a known process, PostgreSQL, and those that only look at a file below the root', async () => {
    const program = makeProgram(root, 'usr/bin/helper');
    const parent = await orphans.start(['/bin/sh', '-c', `${program} ${SECONDS}; true`]);
    await orphans.start([makeProgram(root, 'usr/bin/postgres'), SECONDS]);
    await orphans.start(['/usr/bin/tail', '-f', makeFile(root, 'etc/engine.conf', '')]);
    while (!(await services.strays([])).some((one) => one.program === program)) await sleep(5);
    expect((await services.strays([])).map((one) => one.program)).toEqual([program]);
    expect(await services.strays([parent])).toEqual([]);
  });

  it('are not this program and those that started it, which may be installed below the root themselves', async () => {
    const pids = (await createServices(dirname(realpathSync(process.execPath)), PATIENT).strays([])).map(
      ({ pid }) => pid,
    );
    expect(pids).not.toContain(process.pid);
    expect(pids).not.toContain(process.ppid);
  });
});
