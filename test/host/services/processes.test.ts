import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isRunning,
  lineOf,
  pathsIn,
  readProcess,
  readProcesses,
  runsBelow,
  withDescendants,
} from '../../../src/host/services/processes.ts';
import { makeFile, makeProgram, Orphans, SECONDS } from './orphans.ts';

let root: string;
const orphans = new Orphans();
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-processes-')));
});
afterEach(() => {
  orphans.end();
  rmSync(root, { recursive: true, force: true });
});

describe('readProcess', () => {
  it('reads a process whose name holds blanks and parentheses', async () => {
    const program = makeProgram(root, 'a) Z 1 (b');
    const pid = await orphans.start([program, SECONDS]);
    expect(readProcess(pid)).toMatchObject({ pid, program, deleted: false, argv: [program, SECONDS] });
    expect(readProcess(pid)!.parent).toBeGreaterThan(0);
  });

  it('tells the program of a removed file without the mark of that', async () => {
    const program = makeProgram(root, 'gone');
    const pid = await orphans.start([program, SECONDS]);
    rmSync(program);
    expect(readProcess(pid)).toMatchObject({ program, deleted: true });
  });

  it('is null for a number that no process has', () => {
    expect(readProcess(2 ** 30)).toBeNull();
  });
});

describe('processes', () => {
  it('are known by pid and start: another one of the same number is not the same', () => {
    const own = readProcess(process.pid)!;
    expect(isRunning(own)).toBe(true);
    expect(isRunning({ ...own, started: `${Number(own.started) - 1}` })).toBe(false);
  });

  it('stem from others', async () => {
    const parent = await orphans.start(['/bin/sh', '-c', `sleep ${SECONDS}; true`]);
    let all = readProcesses();
    while (withDescendants([parent], all).length < 2) all = readProcesses();
    const [first, second] = withDescendants([parent], all);
    expect([first!.pid, second!.parent]).toEqual([parent, parent]);
    expect(lineOf(second!.pid, all).slice(0, 2)).toEqual([second!.pid, parent]);
    expect(lineOf(process.pid, all)).toContain(process.ppid);
  });
});

describe('runsBelow', () => {
  const below = async (command: string[], cwd?: string): Promise<string | null> => {
    const pid = await orphans.start(command, cwd === undefined ? {} : { cwd });
    return runsBelow(root, readProcess(pid)!);
  };

  it('is the program, compared by component', async () => {
    const program = makeProgram(root, 'usr/bin/one');
    expect(await below([program, SECONDS])).toBe(program);
    const pid = await orphans.start([program, SECONDS]);
    expect(runsBelow(join(root, 'usr/bi'), readProcess(pid)!)).toBeNull();
  });

  it('is the script an interpreter was given, also with options before it and relative to its directory', async () => {
    const script = makeFile(root, 'bin/script', 'while :; do sleep 0.1; done\n');
    expect(await below(['/bin/sh', script])).toBe(script);
    expect(await below(['/bin/sh', '-u', 'script'], join(root, 'bin'))).toBe(script);
  });

  it('is not an argument: an editor, a command line, a module', async () => {
    const file = makeFile(root, 'bin/script', 'while :; do sleep 0.1; done\n');
    expect(await below(['/usr/bin/tail', '-f', file])).toBeNull();
    expect(await below(['/bin/sh', '-c', `sleep ${SECONDS}; true`, file])).toBeNull();
    expect(await below(['/bin/sh', '-ec', `sleep ${SECONDS}; true`, file])).toBeNull();
  });

  it("is what is in the class path of the machine's Java", () => {
    const process = { pid: 2 ** 30, parent: 1, started: '1', program: '/usr/lib/jvm/bin/java', deleted: false };
    const jar = join(root, 'share/engine.jar');
    expect(runsBelow(root, { ...process, argv: ['java', '-cp', `/usr/a.jar:${jar}`] })).toBe(jar);
    expect(runsBelow(root, { ...process, argv: ['java', `-Djboss.home.dir=${root}/jboss`] })).toBe(`${root}/jboss`);
    expect(runsBelow(root, { ...process, argv: ['java', '-jar', '/usr/a.jar'] })).toBeNull();
  });
});

describe('pathsIn', () => {
  it('finds absolute paths in arguments, lists and settings, and not in the name of the program', () => {
    expect(pathsIn(['/p', '/a', '-b=/c', '/d:/e,/f', 'g/h', '--i'])).toEqual(['/a', '/c', '/d', '/e', '/f']);
  });
});
