/**
 * What a run left of itself, edited, cut off or replaced since, and directories in which somebody else could do that: named, and not acted on. Also: a damaged dump, archive or plan
 * (test/e2e/restore.test.ts), runs on a disk of somebody else (foreign-runs.test.ts), the making of the directory (test/apply/run-directory.test.ts), the log (test/cli/log.test.ts), the lock (test/host/lock.test.ts), what a kill leaves (test/e2e/restore.test.ts).
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Box, difference, Box as ThrowAwayBox } from '../e2e/harness.ts';
import { pictureOf } from '../e2e/picture.ts';
import { Figures } from '../fixture/figures.ts';
import { listTree } from '../fixture/listing.ts';
import { passedOver, whyNotRoot } from '../fixture/needs.ts';

const notRoot = passedOver('Files of somebody else', whyNotRoot());
const SAME = { gone: [], made: [], changed: [] };

let box: Box;
/** Real path of the run's directory. */
let run: string;

beforeAll(async () => {
  box = await ThrowAwayBox.make();
  const { report } = await box.json(['-u']);
  expect(report.exitCode).toBe(0);
  run = box.path(`/var/lib/engine-cleanup/${report.run!.id}`);
});
const figures = new Figures('Hostile trees and contents', 'earlier runs');
afterEach(({ task }) => figures.count(task.result?.state !== 'fail'));
afterAll(async () => {
  figures.tell();
  await box?.destroy();
});

type Json = Record<string, unknown>;
const edited = (change: (value: Json) => void) => (text: string) => {
  const value = JSON.parse(text) as Json;
  change(value);
  return JSON.stringify(value);
};
const lines = (change: (entry: Json) => void) => (text: string) =>
  text.replace(/.+/g, (line) => {
    const entry = JSON.parse(line) as Json;
    change(entry);
    return JSON.stringify(entry);
  });
const firstOf = (value: Json, key: string): Json => (value[key] as Json[])[0]!;

const EDITS: [file: string, what: string, change: (text: string) => string][] = [
  ['plan.json', 'with another path in it', (text) => text.replaceAll('/etc/pki/ovirt-engine/ca.pem', '/etc/passwd')],
  ['plan.json', 'that is cut off', (text) => text.slice(0, text.length / 2)],
  ['plan.json', 'that is empty', () => ''],
  ['plan.json', 'of nothing but its form', () => '{"schema":"engine-cleanup/plan@1"}'],
  ['plan.json', 'with a backup elsewhere', edited((plan) => Object.assign(plan, { backupDir: '/etc/../tmp' }))],
  ['plan.json', 'with steps of another form', edited((plan) => Object.assign(plan, { steps: [null, 7, { id: 'x' }] }))],
  [
    'journal.jsonl',
    'with another path in it',
    lines((entry) => Object.assign(entry, entry.touches ? { touches: ['/etc/passwd'] } : {})),
  ],
  [
    'journal.jsonl',
    'that left something elsewhere',
    lines((entry) => Object.assign(entry, entry.event === 'end' ? { left: { '/etc/passwd': null } } : {})),
  ],
  [
    'journal.jsonl',
    'with steps that the plan does not have',
    lines((entry) => Object.assign(entry, entry.step ? { step: 'remove:everything' } : {})),
  ],
  ['journal.jsonl', 'that is cut off', (text) => text.slice(0, text.length / 2)],
  ['journal.jsonl', 'that is empty', () => ''],
  ['journal.jsonl', 'that is no journal', () => 'x\n\0\n{}\n[]\n'],
  ['journal.jsonl', 'with a damaged line in the middle', (text) => text.replace('"event":"begin"', '"event":')],
  ['report.json', 'that is no report', () => '{"schema":"engine-cleanup/report@1","outcome":7}'],
  ['backup/manifest.json', 'that is cut off', (text) => text.slice(0, text.length / 2)],
  ['backup/manifest.json', 'of nothing but its form', () => '{"schema":"engine-cleanup/backup@1"}'],
  [
    'backup/manifest.json',
    'with a member elsewhere',
    edited((manifest) => Object.assign(firstOf(manifest, 'members'), { name: '../../../../../etc/passwd' })),
  ],
  [
    'backup/manifest.json',
    'with a file that is no path',
    edited((manifest) => Object.assign(firstOf(manifest, 'files'), { path: '/etc/../../passwd' })),
  ],
  [
    'backup/manifest.json',
    'of another plan',
    edited((manifest) => Object.assign(manifest, { planSha256: '0'.repeat(64) })),
  ],
];

/** A restore that says of which file it is, and changes nothing. */
async function refused(named: string, words: string[] = ['restore', '-u']): Promise<void> {
  const before = pictureOf(box);
  const { report } = await box.json(words);
  expect(report).toMatchObject({ exitCode: 3, changed: false });
  expect(report.refusals[0]!.message).toContain(named);
  expect(report.refusals[0]!.message).not.toMatch(/undefined|is not a function|Cannot read prop/);
  expect(report.refusals[0]!.hint).not.toBe('');
  expect(difference(before, pictureOf(box))).toEqual(SAME);
  // Whoever lists the runs is told too, and no more than that.
  if (words[0] === 'restore') {
    const listed = await box.run(['runs']);
    expect([0, 3]).toContain(listed.code);
    expect(listed.stdout + listed.stderr).not.toMatch(/^\s+at |undefined/m);
  }
}

describe('a file of an earlier run', () => {
  it.each(EDITS)('%s %s', async (file, _, change) => {
    const path = join(run, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, change(text));
    await refused(file === 'backup/manifest.json' ? join(run, 'backup') : run).finally(() => writeFileSync(path, text));
  });

  it.each([
    'plan.json',
    'journal.jsonl',
    'report.json',
    'backup/manifest.json',
    'backup/engine.dump',
    'backup/files.tar.gz',
  ])('%s as a link, of others, or open to them', async (file) => {
    const path = join(run, file);
    const aside = join(box.dir, 'aside');
    const named = file.startsWith('backup/') ? join(run, 'backup') : path;
    renameSync(path, aside);
    symlinkSync(aside, path);
    await refused(named).finally(() => {
      rmSync(path);
      renameSync(aside, path);
    });
    if (notRoot || /dump|tar/.test(file)) return;
    chownSync(path, 1234, 1234);
    await refused(named).finally(() => chownSync(path, 0, 0));
    chmodSync(path, 0o666);
    await refused(named).finally(() => chmodSync(path, 0o600));
  });
});

describe('a directory', () => {
  const dirs = (): [string, string, string[]][] => [
    [run, run, ['restore', '-u']],
    [join(run, 'backup'), join(run, 'backup'), ['restore', '-u']],
    [box.path('/var/lib/engine-cleanup'), box.path('/var/lib/engine-cleanup'), ['restore', '-u']],
  ];

  it('of a run, its backup or all runs, that is a link, of somebody else or open to others', async () => {
    for (const [dir, named, words] of dirs()) {
      const aside = join(box.dir, 'aside');
      renameSync(dir, aside);
      symlinkSync(aside, dir);
      await refused(named, words).finally(() => {
        rmSync(dir);
        renameSync(aside, dir);
      });
      chmodSync(dir, 0o777);
      await refused(named, words).finally(() => chmodSync(dir, 0o700));
      if (notRoot) continue;
      chownSync(dir, 1234, 1234);
      await refused(named, words).finally(() => chownSync(dir, 0, 0));
    }
  });

  it('above all runs that is a link out of the root', async () => {
    const lib = box.path('/var/lib');
    const aside = join(box.dir, 'aside');
    renameSync(lib, aside);
    symlinkSync(aside, lib);
    const before = listTree(aside);
    for (const words of [
      ['restore', '-u'],
      ['runs', '--prune', '0', '-u'],
    ])
      await refused(box.path('/var/lib/engine-cleanup'), words);
    expect(difference(before, listTree(aside))).toEqual(SAME);
    rmSync(lib);
    renameSync(aside, lib);
  });

  it('for backups that is a link, of somebody else or open to others: refused, by plan too', async () => {
    // Something to back up.
    box.host.write('/etc/ovirt-engine/engine.conf.d/10-setup-java.conf', 'ENGINE_JAVA_HOME="/usr/lib/jvm"\n');
    const dir = join(box.dir, 'backups');
    const words = [
      ['-ud', '--backup-dir', dir],
      ['plan', '-d', '--backup-dir', dir],
    ];
    mkdirSync(join(box.dir, 'real'), { mode: 0o700 });
    symlinkSync(join(box.dir, 'real'), dir);
    for (const one of words) await refused(dir, one);
    rmSync(dir);
    mkdirSync(dir, { mode: 0o700 });
    chmodSync(dir, 0o777);
    for (const one of words) await refused(dir, one);
    chmodSync(dir, 0o700);
    if (!notRoot) {
      chownSync(dir, 1234, 1234);
      for (const one of words) await refused(dir, one);
    }
    rmSync(dir, { recursive: true });
  });

  it('of all runs that is a link, of somebody else or open to others: no run begins in it, and plan says so', async () => {
    const dir = box.path('/var/lib/engine-cleanup');
    const aside = join(box.dir, 'aside');
    renameSync(dir, aside);
    symlinkSync(aside, dir);
    for (const one of [['-ud'], ['plan', '-d']]) await refused(dir, one);
    rmSync(dir);
    renameSync(aside, dir);
    chmodSync(dir, 0o777);
    for (const one of [['-ud'], ['plan', '-d']]) await refused(dir, one);
    chmodSync(dir, 0o700);
    if (notRoot) return;
    chownSync(dir, 1234, 1234);
    for (const one of [['-ud'], ['plan', '-d']]) await refused(dir, one);
    chownSync(dir, 0, 0);
  });
});

it('left alone, the run is put back', async () => {
  box.host.remove('/etc/ovirt-engine/engine.conf.d/10-setup-java.conf');
  // What a killed restore has unpacked goes with the next; not so what only looks like it.
  mkdirSync(join(run, 'stage/etc'), { recursive: true });
  const outside = join(box.dir, 'outside');
  mkdirSync(join(outside, 'stage/etc'), { recursive: true });
  symlinkSync(outside, box.path('/var/lib/engine-cleanup/20200101T000000Z-abcdef'));
  const { report } = await box.json(['restore', '-u']);
  expect(report.outcome).toBe('ok');
  expect(existsSync(join(run, 'stage'))).toBe(false);
  expect(existsSync(join(outside, 'stage/etc'))).toBe(true);
});
