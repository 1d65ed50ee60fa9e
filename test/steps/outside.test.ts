/** Password files outside of the root are backed up and removed through the machine's door, and only as what the plan saw. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backup } from '../../src/backup/backup.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { Plan, StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { filesArchive } from '../../src/steps/files-archive.ts';
import { filesRemove } from '../../src/steps/files-remove.ts';
import { isRoot, Scratch } from '../host/scratch.ts';

const PATH = '/tmp/tmpabcdefgh';
const TEXT = '# DB USER credentials.\nlocalhost:5432:engine:engine:secret\n';

/** Stand for the running machine, and for what is below the root: there is a file of the same name in each. */
let machine: Scratch;
let root: Scratch;
let backup: Backup;

beforeEach(() => {
  machine = new Scratch();
  root = new Scratch();
  machine.write(PATH, TEXT, 0o600);
  chmodSync(machine.real('/tmp'), 0o1777);
  root.write(PATH, 'of the root', 0o600);
  backup = new Backup(join(root.dir, 'backup'), 'run');
  mkdirSync(backup.dir);
});
afterEach(() => {
  machine.destroy();
  root.destroy();
});

const base = { id: '', title: '', target: '', needs: [], destructive: false };
const archiveStep: StepOf<'files-archive'> = { ...base, kind: 'files-archive', paths: [PATH], outside: true };

async function removeStep(path = PATH): Promise<StepOf<'files-remove'>> {
  const still = {
    uid: process.getuid!(),
    names: { host: 'localhost', port: 5432, database: 'engine', role: 'engine' },
  };
  const files = [{ path, identity: await machine.identity(path), why: '', still }];
  return { ...base, kind: 'files-remove', files, outside: true };
}

function context(remove: StepOf<'files-remove'>): StepContext {
  const used: Partial<StepContext> = {
    plan: { steps: [archiveStep, remove] } as unknown as Plan,
    host: { files: root.files, machine: machine.files } as StepContext['host'],
    layout: g5,
    tools: { pgDump: null, pgRestore: null, psql: null, tar: { path: '/usr/bin/tar' } },
    timeoutMs: 20_000,
    backup,
    onBytes: () => undefined,
    warn: () => undefined,
    signal: new AbortController().signal,
  };
  return used as StepContext;
}

/** Somebody else's at that name. Made before the first one goes, so that it cannot get its inode number. */
function swap(make: (path: string) => void): void {
  make(machine.real('/tmp/new'));
  renameSync(machine.real('/tmp/new'), machine.real(PATH));
}

const ATTACKS: [string, (path: string) => void][] = [
  ['a file of the same content', (path) => execFileSync('cp', ['--preserve', machine.real(PATH), path])],
  ['a link to it', (path) => symlinkSync('tmpabcdefgh.real', path)],
  ['a FIFO', (path) => execFileSync('mkfifo', ['--mode=600', path])],
];

it('are archived apart, removed, and gone for a second run; the file of the root stays', async () => {
  const step = await removeStep();
  await filesArchive.apply(archiveStep, context(step));
  expect(backup.members).toMatchObject([{ name: 'outside.tar.gz', kind: 'outside' }]);
  expect(backup.archived.size).toBe(0);
  expect(await filesRemove.probe(step, context(step))).toBe(false);
  await filesRemove.apply(step, context(step));
  expect([machine.exists(PATH), root.exists(PATH)]).toEqual([false, true]);
  expect(await filesRemove.probe(step, context(step))).toBe(true);
  const args = ['--extract', '--gzip', `--file=${backup.path('outside.tar.gz')}`, '--to-stdout'];
  expect(execFileSync('tar', args, { encoding: 'utf8' })).toBe(TEXT);
});

it('that are gone already are left out of the archive', async () => {
  const step = await removeStep();
  execFileSync('rm', [machine.real(PATH)]);
  await filesArchive.apply(archiveStep, context(step));
  expect(backup.members).toEqual([]);
});

describe.each(ATTACKS)('swapped for %s', (_, make) => {
  it('are not shown to tar', async () => {
    const step = await removeStep();
    swap(make);
    await expect(filesArchive.apply(archiveStep, context(step))).rejects.toThrow(/another file than the plan saw/);
    expect(backup.members).toEqual([]);
  });

  it('are not removed', async () => {
    const step = await removeStep();
    await filesArchive.apply(archiveStep, context(step));
    swap(make);
    const before = lstatSync(machine.real(PATH)).ino;
    await expect(filesRemove.apply(step, context(step))).rejects.toThrow(/than the plan saw/);
    expect(lstatSync(machine.real(PATH)).ino).toBe(before);
  });
});

/** Neither size nor time of the file tells of these. */
const CHANGES: [string, () => void][] = [
  ['can be read by others', () => chmodSync(machine.real(PATH), 0o644)],
  ['has a second name', () => linkSync(machine.real(PATH), machine.real('/tmp/second'))],
  [
    'names another database',
    () => {
      writeFileSync(machine.real(PATH), TEXT.replace('engine:engine', 'others:engine'));
      utimesSync(machine.real(PATH), 1_790_000_000, 1_790_000_000);
    },
  ],
];
if (isRoot) CHANGES.push(['is of somebody else', () => chownSync(machine.real(PATH), 1234, 1234)]);

it.each(CHANGES)('one that %s since the plan saw it is neither shown to tar nor removed', async (_, change) => {
  utimesSync(machine.real(PATH), 1_790_000_000, 1_790_000_000);
  const step = await removeStep();
  change();
  await expect(filesArchive.apply(archiveStep, context(step))).rejects.toThrow(/changed since/);
  await expect(filesRemove.apply(step, context(step))).rejects.toThrow(/changed since/);
  expect([machine.exists(PATH), backup.members]).toEqual([true, []]);
});

it('are not removed where they were written to since the plan saw them, not even where the archive of the root has such a file', async () => {
  const step = await removeStep();
  machine.write(PATH, `${TEXT}more`, 0o600);
  backup.archived.set(PATH, await machine.identity(PATH));
  await expect(filesRemove.apply(step, context(step))).rejects.toThrow(/written to/);
  expect(machine.exists(PATH)).toBe(true);
});

it('are the only files of the machine that such a step touches, whatever a plan says', async () => {
  for (const path of ['/etc/passwd', '/tmp/mine', '/tmp/sub/tmpabcdefgh']) {
    machine.write(path, 'x');
    const step = await removeStep(path);
    await expect(filesRemove.apply(step, context(step))).rejects.toThrow(/outside of the root/);
    await expect(filesArchive.apply({ ...archiveStep, paths: [path] }, context(step))).rejects.toThrow(/outside/);
    expect(machine.exists(path)).toBe(true);
  }
});
