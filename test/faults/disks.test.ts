/**
 * Disks that are full, have no name left to give, are read-only or hold what cannot be changed: for real, in mounts that only the program sees. A disk that is full while one
 * file is made: test/host/archive.test.ts, test/host/files/mount.test.ts, test/apply/journal.test.ts; a call that fails once: changing.test.ts beside this.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { Arena, isSame } from './arena.ts';
import { instead, ONLY_AT_WORK } from './instead.ts';
import { tmpfs, within } from './mounts.ts';
import { judge } from './trial.ts';

const noMounts = passedOver('Disks that are full or read-only', whyNoMounts());
const WORDS = ['-u', '--timeout', '20'];

let arena: Arena;
beforeAll(async () => {
  if (!noMounts) arena = await Arena.make();
});
afterEach(() => arena?.reset());
afterAll(() => arena?.destroy());

describe.skipIf(noMounts)('a disk that is full', () => {
  /** Leaves `free` bytes on the disk of the backup. */
  const fill = (dir: string, free: number): string =>
    `[ -e '${dir}/filler' ] || { head -c ${free} /dev/zero >'${dir}/room'; cat /dev/zero >'${dir}/filler' 2>/dev/null; rm '${dir}/room'; }`;

  it.each([
    ['during the dump', 'pg_dump', '', 40_000],
    ['when the dump is read back', 'pg_restore', '', 0],
    ['during the archive', 'tar', '', 20_000],
    ['when the archive is compared', 'tar', 'case "$*" in *--compare*) ;; *) exec $real "$@" ;; esac', 0],
  ] as const)(
    '%s: nothing is lost, the services run again, the next run finishes',
    async (_, program, before, free) => {
      const dir = join(arena.box.dir, 'disk');
      const script = [ONLY_AT_WORK, before, fill(dir, free), 'exec $real "$@"'].join('\n');
      const outcome = await arena.box.run([...WORDS, '--json', '--backup-dir', dir], {
        prefix: within(tmpfs('size=64m', dir)),
        env: instead(arena.box, { [program]: script }),
      });
      expect(outcome.code).toBe(5);
      expect(isSame(arena.before, await arena.state())).toBe(true);
      const { steps } = JSON.parse(outcome.stdout);
      expect(JSON.stringify(steps)).toMatch(/No space left|no space left|ENOSPC/i);
      expect(await judge(arena, outcome, WORDS)).toEqual([]);
    },
  );

  it('where plan and journal go, whatever it has room for', { timeout: 600_000 }, async () => {
    const { box } = arena;
    const [dir, backup] = [box.path('/var/lib/engine-cleanup'), join(box.dir, 'backup')];
    const ends = new Set<number | null>();
    for (const size of process.env.FAULTS === undefined ? [4, 64, 100] : [4, 56, 60, 64, 68, 72, 76, 84, 92, 100]) {
      const outcome = await box.run([...WORDS, '--json', '--backup-dir', backup], {
        prefix: within(tmpfs(`size=${size}k`, dir)),
      });
      ends.add(outcome.code);
      // Where it ended well the run went with the disk, and its backup, which lies elsewhere, is no longer listed.
      const made = existsSync(backup) ? readdirSync(backup) : [];
      const isWhole = made.some((name) => existsSync(join(backup, name, 'manifest.json')));
      const isKept = (one: string): boolean => isWhole && one.startsWith('lost ');
      const wrong = await judge(arena, outcome, WORDS, async () => undefined, isKept);
      rmSync(backup, { recursive: true, force: true });
      expect(wrong, `${size} KiB`).toEqual([]);
      await arena.reset();
    }
    // Where exactly it no longer fits is another place with every version of the plan.
    if (process.env.FAULTS === undefined) expect([...ends].sort()).toEqual(expect.arrayContaining([0, 3]));
    else expect([...ends].sort()).toEqual([0, 3, 5]);
  });

  it('of the root: what edits a shared file in place of the old says so, and the old stays', async () => {
    const dir = arena.box.path('/etc/httpd/conf.d');
    // A disk of its own, with the files of before and not a byte more.
    const mount = `cp -a '${dir}' '${arena.box.dir}/conf.d'; ${tmpfs('size=32k', dir)}; cp -a '${arena.box.dir}/conf.d/.' '${dir}'; cat /dev/zero >'${dir}/filler' 2>/dev/null || :`;
    const outcome = await arena.box.run([...WORDS, '--json'], { prefix: within(mount) });
    expect(outcome.code).toBe(5);
    expect(await judge(arena, outcome, WORDS)).toEqual([]);
  });
});

it.skipIf(noMounts)('a disk without an inode left, at each file that a run makes', { timeout: 600_000 }, async () => {
  const { box } = arena;
  const dir = box.path('/var/lib/engine-cleanup');
  const ends: (number | null)[] = [];
  // The directory itself is one; with the last of them the run has all it needs.
  for (let inodes = 2; ends.at(-1) !== 0 && inodes < 40; inodes += process.env.FAULTS === undefined ? 4 : 1) {
    const outcome = await box.run([...WORDS, '--json'], { prefix: within(tmpfs(`size=64m,nr_inodes=${inodes}`, dir)) });
    ends.push(outcome.code);
    if (outcome.code !== 0) expect(await judge(arena, outcome, WORDS), `${inodes} inodes`).toEqual([]);
    await arena.reset();
  }
  expect(ends).toContain(3);
  expect(ends).toContain(5);
  expect(ends.at(-1)).toBe(0);
});

describe.skipIf(noMounts)('a read-only file system', () => {
  const readOnly = (dir: string): string => `mount --bind '${dir}' '${dir}'; mount -o remount,bind,ro '${dir}'`;

  it.each([
    ['the whole host', '', 3],
    ['the directory of runs', '/var/lib', 3],
    ['the log', '/var/log', 3],
    ['the configuration', '/etc/ovirt-engine', 5],
    ['the PKI', '/etc/pki/ovirt-engine', 5],
    ['what is shared with others', '/etc/httpd', 5],
  ])('%s: said with the way on', async (_, path, code) => {
    const dir = arena.box.path(path);
    const outcome = await arena.box.run([...WORDS, '--json'], { prefix: within(readOnly(dir)) });
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toMatch(/read-only/i);
    expect(outcome.stdout).toMatch(/mount it writable/);
    if (code === 3) expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS)).toEqual([]);
  });
});

/** Why nothing can be made immutable where the tests keep their files. */
function whyNoImmutable(): string | null {
  const file = '/tmp/engine-cleanup-immutable';
  writeFileSync(file, '');
  const { status, error, stderr } = spawnSync('chattr', ['+i', file], { encoding: 'utf8' });
  if (status === 0) execFileSync('chattr', ['-i', file]);
  rmSync(file);
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

describe.skipIf(noMounts || passedOver('Immutable files', noMounts ? null : whyNoImmutable()))(
  'something immutable',
  () => {
    it.each([
      ['a file that is removed', '/etc/pki/ovirt-engine/keys/engine.p12', '+i', 5],
      ['the directory it is in', '/etc/pki/ovirt-engine/keys', '+i', 5],
      ['a file that is edited', '/etc/httpd/conf.d/ssl.conf', '+i', 5],
      ['the credentials', '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf', '+i', 5],
      ['a directory to which can only be added', '/etc/ovirt-engine/engine.conf.d', '+a', 5],
      ['the log, to which can only be added', '/var/log/ovirt-engine', '+a', 0],
    ] as const)('%s', async (_, path, flag, code) => {
      const real = arena.box.path(path);
      const clear = (): void => void execFileSync('chattr', [flag.replace('+', '-'), real]);
      execFileSync('chattr', [flag, real]);
      try {
        const outcome = await arena.box.run([...WORDS, '--json']);
        expect(outcome.code).toBe(code);
        if (code === 5) expect(outcome.stdout).toContain('lsattr');
        expect(await judge(arena, outcome, WORDS, async () => clear())).toEqual([]);
      } finally {
        if (existsSync(real)) clear();
      }
    });
  },
);
