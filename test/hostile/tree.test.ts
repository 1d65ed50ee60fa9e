/**
 * Trees that somebody made to have files outside of the plan removed, as the program meets them. Each part by itself: test/host/files/ (walk: links at any component, swapped ones, long
 * paths, any characters; remove; read: FIFOs, devices, names that are not UTF-8; mount: bind mounts), test/host/archive.test.ts, test/steps/outside.test.ts (/tmp of the machine),
 * test/host/services/below-root.test.ts (scripts and pid files), test/host/lock.test.ts and test/cli/log.test.ts (their files).
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Arena } from '../faults/arena.ts';
import { Figures } from '../fixture/figures.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { OBEYED, Outside } from './outside.ts';

const PKI = '/etc/pki/ovirt-engine';
const noMounts = passedOver('Mounts and devices in a hostile tree', whyNoMounts());

let arena: Arena;
let outside: Outside;
const figures = new Figures('Hostile trees and contents', 'trees');

beforeAll(async () => {
  arena = await Arena.make({ services: false });
  outside = new Outside(arena.box);
});
afterEach(async ({ task }) => {
  figures.count(task.result?.state !== 'fail');
  rmSync(outside.dir, { recursive: true, force: true });
  outside = new Outside(arena.box);
  await arena.reset();
});
afterAll(async () => {
  figures.tell();
  await arena?.destroy();
});

/** A run that ends in one of the ways of the contract, in time. */
async function runs(words: string[] = ['-u', '--timeout', '20'], prefix: string[] = []) {
  const { report, outcome } = await arena.box.json(words, { prefix });
  expect([0, 3, 5, 6]).toContain(report.exitCode);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  return report;
}

/** `npm run faults` has the other half too. */
const ALL = process.env.FAULTS !== undefined;

const ON_THE_WAY = [
  ...[
    '/etc',
    '/etc/ovirt-engine/engine.conf.d',
    PKI,
    `${PKI}/keys`,
    '/etc/httpd/conf.d',
    '/var',
    '/var/log/ovirt-engine',
    '/tmp',
  ],
  ...(ALL
    ? ['/etc/ovirt-engine', '/etc/ovirt-engine/uninstall.d', '/etc/ovirt-engine/aaa', '/etc/pki', `${PKI}/certs`]
    : []),
  ...(ALL
    ? [`${PKI}/private`, '/etc/httpd', '/etc/ovirt-engine-setup.conf.d', '/var/lib', '/var/lib/ovirt-engine']
    : []),
  ...(ALL ? ['/var/lib/ovirt-engine/dbmd5', '/var/log'] : []),
];

describe('a symbolic link out of the root', () => {
  it.each(ON_THE_WAY)('in the place of %s: nothing behind it is touched', async (dir) => {
    const { box } = arena;
    const real = box.path(dir);
    if (!existsSync(real)) mkdirSync(real, { recursive: true });
    renameSync(real, outside.path('moved'));
    symlinkSync(outside.path('moved'), real);
    const before = outside.picture();
    const report = await runs();
    expect(outside.picture()).toEqual(before);
    expect(lstatSync(real).isSymbolicLink()).toBe(true);
    // Where nothing was refused, the link is said.
    const words = JSON.stringify([
      report.refusals,
      report.warnings,
      report.kept,
      report.steps.map(({ error }) => error),
    ]);
    if (before.length > 0 && dir !== '/tmp') expect(words).toContain(real);
  });

  it('of a single file that is removed: the link goes, or stays, and its target is as it was', async () => {
    const { box } = arena;
    for (const path of [
      `${PKI}/keys/engine.p12`,
      `${PKI}/ca.pem`,
      '/etc/ovirt-engine/engine.conf.d/10-setup-pki.conf',
      '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf',
    ]) {
      const target = outside.write(path.slice(1).replaceAll('/', '_'), readFileSync(box.path(path), 'latin1'));
      rmSync(box.path(path));
      symlinkSync(target, box.path(path));
    }
    const before = outside.picture();
    await runs();
    expect(outside.picture()).toEqual(before);
  });
});

it('hard links: what has another name keeps it, with its content', async () => {
  const { box } = arena;
  const names = [
    `${PKI}/keys/engine.p12`,
    `${PKI}/serial.txt`,
    '/etc/httpd/conf.d/ssl.conf',
    '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf',
  ];
  const texts = names.map((path, index) => {
    linkSync(box.path(path), outside.path(String(index)));
    return readFileSync(box.path(path), 'latin1');
  });
  await runs();
  expect(names.map((_, index) => readFileSync(outside.path(String(index)), 'latin1'))).toEqual(texts);
});

it
  .skipIf(noMounts)
  .each([`${PKI}/keys`, `${PKI}/certs`, '/etc/ovirt-engine/engine.conf.d', '/var/lib/ovirt-engine/dbmd5'])(
  'a bind mount at %s: what is in it stays',
  async (dir) => {
    const { box } = arena;
    mkdirSync(box.path(dir), { recursive: true });
    // The same names as the host has there, with other people's content.
    execFileSync('cp', ['-a', `${box.path(dir)}/.`, outside.path('')]);
    outside.write('thesis.txt', 'mine\n');
    const before = outside.picture();
    const mount = `mount --bind '${outside.dir}' '${box.path(dir)}'; exec "$@"`;
    const report = await runs(
      ['-u', '--timeout', '20'],
      ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', mount, 'sh'],
    );
    expect(outside.picture().filter((line) => before.includes(line))).toEqual(before);
    expect(JSON.stringify(report)).toContain(box.path(dir));
  },
);

describe('a directory swapped for a link while a run goes on, in a loop: nothing behind it is touched', () => {
  /** Swaps until the run has ended: how often, and how many keys went. `from`: the line of progress at which it begins; from the start without. */
  async function race(round: number, from?: string): Promise<{ swaps: number; gone: number }> {
    const { box } = arena;
    const dir = box.path(`${PKI}/keys`);
    const aside = `${dir}.aside`;
    const copy = outside.path(`keys${round}`);
    execFileSync('cp', ['-a', dir, copy]);
    const link = box.path('/link');
    const before = outside.picture();
    const running = box.start(['-u', '--json', '--timeout', '20']);
    let ended = false;
    void running.ended.then(() => {
      ended = true;
    });
    if (from !== undefined) await Promise.race([running.saw(from), running.ended]);
    let swaps = 0;
    while (!ended) {
      symlinkSync(copy, link);
      renameSync(dir, aside);
      renameSync(link, dir);
      await pause();
      rmSync(dir);
      renameSync(aside, dir);
      await pause();
      swaps += 1;
    }
    const { code } = await running.ended;
    expect([0, 3, 5, 6]).toContain(code);
    expect(outside.picture()).toEqual(before);
    const gone = readdirSync(copy).length - (existsSync(dir) ? readdirSync(dir).length : 0);
    await arena.reset();
    return { swaps, gone };
  }
  const rounds = Number(process.env.HOSTILE_ROUNDS ?? (ALL ? 15 : 1));

  it('from its start', { timeout: 600_000 }, async () => {
    let swaps = 0;
    for (let round = 0; round < rounds; round += 1) swaps += (await race(round)).swaps;
    expect(swaps).toBeGreaterThan(50);
  });

  it('once its backup is made, so that it is met by the removal', { timeout: 600_000 }, async () => {
    // The removal opens the directory, or finds a link or nothing there: one that removes under the swaps is to be among the rounds.
    let removed = 0;
    for (let round = 0; round < rounds || (removed === 0 && round < 20); round += 1) {
      if ((await race(round, 'Write the manifest')).gone > 0) removed += 1;
    }
    expect(removed).toBeGreaterThan(0);
  });
});

describe('something that is no file', () => {
  const PLACES = [
    `${PKI}/keys/engine.p12`,
    `${PKI}/certs/more.cer`,
    '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf',
    '/etc/ovirt-engine/engine.conf.d/99-mine.conf',
    '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf',
    '/etc/ovirt-engine/uninstall.d/20990101000000-uninstall.conf',
    '/etc/httpd/conf.d/ssl.conf',
  ];
  const KINDS: [kind: string, make: (path: string) => void][] = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    [
      'a socket',
      (path) =>
        execFileSync('python3', [
          '-c',
          'import socket,sys,os\nos.chdir(os.path.dirname(sys.argv[1]))\nsocket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))',
          path,
        ]),
    ],
    ...(noMounts
      ? []
      : [
          ['a device', (path: string) => execFileSync('mknod', [path, 'c', '1', '5'])] as [
            string,
            (path: string) => void,
          ],
        ]),
    [
      'a directory with a file',
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'mine'), 'mine\n');
      },
    ],
  ];
  it.each(KINDS)(
    '%s in the place of each file: never waited for, never removed',
    { timeout: 300_000 },
    async (name, make) => {
      const { box } = arena;
      const turn = KINDS.findIndex(([kind]) => kind === name);
      for (const place of PLACES.filter((_, index) => ALL || index % KINDS.length === turn)) {
        rmSync(box.path(place), { force: true });
        make(box.path(place));
        const { mode, ino } = lstatSync(box.path(place));
        const report = await runs(['-u', '--timeout', '10']);
        const now = lstatSync(box.path(place), { throwIfNoEntry: false });
        expect({ place, mode: now?.mode, ino: now?.ino }).toEqual({ place, mode, ino });
        expect(JSON.stringify(report), place).toContain(box.path(place));
        await arena.reset();
      }
    },
  );
});

describe('names', () => {
  it('with line ends, escape sequences and quotes are removed like others, and reach no terminal as they are', async () => {
    const { box } = arena;
    const odd = [
      'a\nb',
      '\x1b[2J\x1b]0;owned\x07',
      'q\'uo"te $(reboot) `id` \\',
      '-rf',
      '\u202egnp',
      '\x9b31m',
      ' ',
      'ä🦄',
    ];
    const names = odd.map((name) => `${name}.cer`);
    for (const name of names) writeFileSync(join(box.path(`${PKI}/certs`), name), 'x');
    for (const words of [
      ['plan', '-v'],
      ['-u', '-v'],
      ['runs', '-v'],
    ]) {
      const { stdout, stderr } = await box.run(words);
      expect(OBEYED.exec(stdout + stderr)?.[0], words.join(' ')).toBeUndefined();
    }
    expect(OBEYED.exec(box.text('/var/log/ovirt-engine/engine-cleanup.log'))?.[0]).toBeUndefined();
    for (const name of names) expect(existsSync(join(box.path(`${PKI}/certs`), name)), name).toBe(false);
    const restored = await box.json(['restore', '-u']);
    expect(restored.report.outcome).toBe('ok');
    for (const name of names) expect(existsSync(join(box.path(`${PKI}/certs`), name)), name).toBe(true);
  });

  it('that are not UTF-8 stay, and the run ends well beside them', async () => {
    const { box } = arena;
    const name = Buffer.concat([Buffer.from(`${box.path(`${PKI}/certs`)}/`), Buffer.from([0x6d, 0xff, 0xfe])]);
    writeFileSync(name, 'x');
    await runs();
    expect(readFileSync(name, 'utf8')).toBe('x');
  });

  it('as long as a path can be, and longer', async () => {
    const { box } = arena;
    // Made from inside: no call takes a path of that length.
    const script = `cd "$1" && i=0; while [ $i -lt 20 ]; do d=$(printf '%0240d' $i); mkdir $d && cd $d; i=$((i+1)); done; echo x >file`;
    execFileSync('sh', ['-c', script, 'sh', box.path(`${PKI}/certs`)]);
    await runs();
    // By a program that works from directory to directory.
    execFileSync('rm', ['-rf', box.path(`${PKI}/certs`)]);
  });
});

it('a directory with very many files', { timeout: 900_000 }, async () => {
  const { box } = arena;
  const many = Number(process.env.HOSTILE_FILES ?? (ALL ? 100_000 : 2_000));
  for (let index = 0; index < many; index += 1) writeFileSync(box.path(`${PKI}/certs/${index}.cer`), '');
  const report = await runs(['-u', '--timeout', '60']);
  expect(report.exitCode).toBe(0);
  expect(existsSync(box.path(`${PKI}/certs/${many - 1}.cer`))).toBe(false);
});
