/** The directory of a run: private whatever the umask, never where somebody else could swap it, never outside the root. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeRunDirectory, newRunId, runPaths, writeDurably } from '../../src/apply/run-directory.ts';
import { HostError } from '../../src/model/errors.ts';
import { passedOver, whyNoMounts, whyNotRoot } from '../fixture/needs.ts';
import { PrivateMounts } from '../host/scratch.ts';

const ID = '20260101T000000Z-abcdef';
const noMounts = passedOver('A full disk below a run directory', whyNoMounts());
const notRoot = passedOver('A run directory of somebody else', whyNotRoot());

let dir: string;
let root: string;
let umask: number;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-run-')));
  root = join(dir, 'root');
  mkdirSync(root);
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  rmSync(dir, { recursive: true, force: true });
});

const mode = (path: string): number => statSync(path).mode & 0o7777;

describe('a run directory', () => {
  it('is made below the root, readable by its owner only, also with umask 0', () => {
    const made = makeRunDirectory(root, ID, null, true);
    const base = join(root, 'var/lib/engine-cleanup');
    expect(made).toEqual({ id: ID, path: join(base, ID), backup: join(base, ID, 'backup') });
    expect([base, made.path, made.backup!].map(mode)).toEqual([0o700, 0o700, 0o700]);
    expect(mode(join(root, 'var/lib'))).toBe(0o755);
    expect(made).toMatchObject(runPaths(root, ID, null));
  });

  it('has its backup where --backup-dir says, or none', () => {
    const elsewhere = join(dir, 'elsewhere');
    const made = makeRunDirectory(root, ID, elsewhere, true);
    expect(made.backup).toBe(join(elsewhere, ID));
    expect(mode(made.backup!)).toBe(0o700);
    expect(readdirSync(made.path)).toEqual([]);
    const second = makeRunDirectory(root, `${ID}2`, join(dir, 'never'), false);
    expect(second.backup).toBeNull();
    expect(existsSync(join(dir, 'never'))).toBe(false);
  });

  it.each([
    ['that others may write', (base: string) => mkdirSync(base, { mode: 0o777 })],
    ['that its group may write', (base: string) => mkdirSync(base, { mode: 0o770 })],
    ['that is a link', (base: string) => symlinkSync(join(dir, 'outside'), base)],
    ['that is a file', (base: string) => writeFileSync(base, '')],
  ])('is not made in a directory %s', (_, make) => {
    mkdirSync(join(dir, 'outside'), { mode: 0o700 });
    mkdirSync(join(root, 'var/lib'), { recursive: true });
    make(join(root, 'var/lib/engine-cleanup'));
    expect(() => makeRunDirectory(root, ID, null, true)).toThrow();
    expect(readdirSync(join(dir, 'outside'))).toEqual([]);
  });

  it.skipIf(notRoot)('is not made in a directory of somebody else', () => {
    const base = join(root, 'var/lib/engine-cleanup');
    mkdirSync(base, { recursive: true, mode: 0o700 });
    chmodSync(base, 0o700);
    chownSync(base, 1234, 1234);
    expect(() => makeRunDirectory(root, ID, null, true)).toThrow(HostError);
    expect(readdirSync(base)).toEqual([]);
  });

  it('has no backup below a directory that others can write to, and nothing is made there', () => {
    const open = join(dir, 'open');
    mkdirSync(open, { mode: 0o777 });
    const backups = join(open, 'mine/backups');
    expect(() => makeRunDirectory(root, ID, backups, true)).toThrow(/lies below .*open, to which others can write/);
    expect(readdirSync(open)).toEqual([]);
    chmodSync(open, 0o1777);
    expect(makeRunDirectory(root, `${ID}2`, backups, true).backup).toBe(join(backups, `${ID}2`));
  });

  it('is not made outside the root by a link on the way, with the way on', () => {
    mkdirSync(join(dir, 'outside'));
    mkdirSync(join(root, 'var'));
    symlinkSync(join(dir, 'outside'), join(root, 'var/lib'));
    expect(() => makeRunDirectory(root, ID, null, true)).toThrow(/leads out of/);
    expect(readdirSync(join(dir, 'outside'))).toEqual([]);
  });

  it('follows a link that stays in the root', () => {
    mkdirSync(join(root, 'data/lib'), { recursive: true });
    mkdirSync(join(root, 'var'));
    symlinkSync('../data/lib', join(root, 'var/lib'));
    const { path } = makeRunDirectory(root, ID, null, false);
    expect(realpathSync(path)).toBe(join(root, 'data/lib/engine-cleanup', ID));
  });
});

describe('a run id', () => {
  it('sorts by time and is unique', () => {
    const early = newRunId(new Date('2026-01-02T03:04:05.678Z'), null);
    expect(early).toMatch(/^20260102T030405Z-[0-9a-f]{6}$/);
    expect(early < newRunId(new Date('2026-01-02T03:04:06Z'), early)).toBe(true);
    expect(newRunId(new Date(0), null)).not.toBe(newRunId(new Date(0), null));
    expect(newRunId(new Date('2026-01-02T03:04:05Z'), '20250101T000000Z-ffffff')).toMatch(/^20260102T030405Z-/);
  });

  it.each([
    ['in the same second', '2026-01-02T03:04:05Z', '20260102T030405Z-ffffff', '20260102T030406Z-'],
    ['when the clock was set back', '2026-01-02T03:04:05Z', '20271231T235959Z-000000', '20280101T000000Z-'],
  ])('comes after the newest that is there, also %s', (_, now, newest, next) => {
    expect(newRunId(new Date(now), newest).slice(0, 17)).toBe(next);
  });
});

describe('a file that is written durably', () => {
  it('is whole and private, also with umask 0', () => {
    const path = join(dir, 'plan.json');
    const text = 'ä'.repeat(300_000);
    writeDurably(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(mode(path)).toBe(0o600);
    writeDurably(join(dir, 'bytes'), Buffer.from([0, 255]));
    expect([...readFileSync(join(dir, 'bytes'))]).toEqual([0, 255]);
  });

  it.skipIf(noMounts)('has its name only when it is whole: on a full disk nothing of it is there', async () => {
    const mounts = await PrivateMounts.make(`mount -t tmpfs -o size=64k none '${dir}'`);
    onTestFinished(() => mounts.end());
    const [disk, path] = [mounts.path(dir), mounts.path(join(dir, 'report.json'))];
    for (const free of [0, 4096]) {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(64 * 1024 - free));
      expect(() => writeDurably(path, 'x'.repeat(10_000))).toThrow(/ENOSPC/);
      expect(readdirSync(disk)).toEqual(['filler']);
    }
    rmSync(join(disk, 'filler'));
    writeDurably(path, 'x'.repeat(10_000));
    expect(readdirSync(disk)).toEqual(['report.json']);
  });

  it('never replaces one, and is not written through a link', () => {
    writeFileSync(join(dir, 'there'), 'stays');
    symlinkSync(join(dir, 'target'), join(dir, 'link'));
    expect(() => writeDurably(join(dir, 'there'), 'new')).toThrow(/EEXIST/);
    expect(() => writeDurably(join(dir, 'link'), 'new')).toThrow(/EEXIST|ELOOP/);
    expect(readFileSync(join(dir, 'there'), 'utf8')).toBe('stays');
    expect(existsSync(join(dir, 'target'))).toBe(false);
    expect(readdirSync(dir).sort()).toEqual(['link', 'root', 'there']);
  });
});
