/**
 * A developer's killed setup leaves its password file in the machine's own /tmp: the only file outside of the root that a run touches. The tests put files of setup's names
 * there, which name the port of a throw-away server, and take them away again.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putBack, readmeOf, sections } from '../backup/by-hand.ts';
import { callerUid } from '../fixture/project.ts';
import { Box, SECRETS } from './harness.ts';

/** An ordinary user. */
const DEVELOPER = 65_534;

let box: Box;
let made: string[];
beforeEach(() => {
  made = [];
});
afterEach(async () => {
  for (const path of made) rmSync(path, { force: true });
  await box.destroy();
});

/** A name as Python gives it, that nobody has. */
function newPath(): string {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789_';
  const path = `/tmp/tmp${Array.from({ length: 8 }, () => characters[randomInt(characters.length)]).join('')}`;
  if (lstatSync(path, { throwIfNoEntry: false })) return newPath();
  made.push(path);
  return path;
}

function leave({ port = box.server.port, mode = 0o600 } = {}): string {
  const path = newPath();
  writeFileSync(path, `# DB USER credentials.\nlocalhost:${port}:engine:engine:sample-password\n`, { mode });
  utimesSync(path, 1_790_000_000, 1_790_000_000.25);
  return path;
}

function picture(path: string): unknown {
  const { ino: _, dev: __, mode, uid, gid, mtimeMs } = lstatSync(path);
  return { mode, uid, gid, mtimeMs, text: readFileSync(path, 'utf8') };
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function shell(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, ...box.server.programs.env, HOME: box.dir };
}

describe("the caller's own password file in /tmp", () => {
  it('is shown by its real path, backed up, removed, and brought back by the README', async () => {
    box = await Box.make();
    const path = leave();
    // Below the root the same path is another file, of somebody else: it stays where it is.
    box.host.write(path, 'of the root', 0o600);
    const before = picture(path);

    const planned = await box.run(['plan']);
    expect(planned.stdout).toMatch(/Remove 1 password file of a killed setup from this machine's own\s+\/tmp/);
    expect(planned.stdout).toMatch(new RegExp(`^ +${path}$`, 'm'));
    expect(planned.stdout).not.toContain(`${box.root}${path}`);
    expect(exists(path)).toBe(true);

    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear' }], verify: { ready: true } });
    expect(report.steps.find(({ id }) => id === 'remove:outside')).toMatchObject({ status: 'done', target: path });
    expect(exists(path)).toBe(false);
    expect(box.text(path)).toBe('of the root');
    for (const secret of SECRETS) expect(box.written() + readmeOf(report.run!.backup!)).not.toContain(secret);

    expect(sections(readmeOf(report.run!.backup!)).join()).toContain('Password files outside of the root');
    putBack(report.run!.backup!, shell());
    expect(picture(path)).toEqual(before);
    expect(box.text(path)).toBe('of the root');
  });

  it('goes with -d too, also where nothing else is left to do, and a second run finds nothing', async () => {
    box = await Box.make();
    const [first, second] = [leave(), leave()];
    const { report } = await box.json(['-u', '-d']);
    expect(report.steps.find(({ id }) => id === 'remove:outside')).toMatchObject({
      status: 'done',
      target: '/tmp',
      paths: [first, second].sort(),
    });
    expect([first, second].map(exists)).toEqual([false, false]);
    expect((await box.json(['-u', '-d'])).report).toMatchObject({ outcome: 'nothing-to-do', changed: false });

    const third = leave();
    const again = await box.json(['-u', '-d']);
    expect(again.report.steps.map(({ id }) => id)).toEqual(['archive:outside', 'seal:backup', 'remove:outside']);
    expect(exists(third)).toBe(false);
    putBack(again.report.run!.backup!, shell());
    expect(exists(third)).toBe(true);
  });

  it('stays where the run is refused, and where it is no developer’s root', async () => {
    box = await Box.make();
    const path = leave();
    await box.server.superuser("ALTER ROLE engine PASSWORD 'another'");
    expect((await box.json(['-u'])).code).toBe(3);
    expect(exists(path)).toBe(true);

    box.host.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n', 0o644);
    const { report } = await box.json(['-u', '-d']);
    expect(report.exitCode).toBe(0);
    expect(report.warnings.map(({ message }) => message).join()).toContain(`Remove it by hand: rm ${path}`);
    expect(exists(path)).toBe(true);
  });
});

it.runIf(callerUid() === 0)(
  'is told to a caller who is not the developer, and goes when the developer calls',
  async () => {
    box = await Box.make();
    const path = leave();
    chownSync(path, DEVELOPER, DEVELOPER);
    execFileSync('chown', ['--recursive', '--no-dereference', `${DEVELOPER}:${DEVELOPER}`, box.root]);
    chmodSync(box.dir, 0o755);

    const { report } = await box.json(['plan']);
    expect(report.steps.map(({ id }) => id)).not.toContain('remove:outside');
    expect(report.warnings.map(({ message }) => message).join()).toContain(`rm ${path}`);

    const prefix = ['setpriv', `--reuid=${DEVELOPER}`, `--regid=${DEVELOPER}`, '--clear-groups'];
    const own = await box.json(['-u'], { prefix });
    expect(own.report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear' }], verify: { ready: true } });
    expect(own.report.steps.find(({ id }) => id === 'remove:outside')).toMatchObject({ status: 'done', target: path });
    expect(exists(path)).toBe(false);
  },
);

it('whatever else is in /tmp is not touched', async () => {
  box = await Box.make();
  const others = [leave({ port: box.server.port + 1 }), leave({ mode: 0o644 })];
  const target = `${box.dir}/pgpass`;
  writeFileSync(target, readFileSync(leave()), { mode: 0o600 });
  const [own] = made.slice(-1);
  const [link, name, fifo] = [newPath(), newPath(), newPath()];
  symlinkSync(target, link!);
  linkSync(target, name!);
  execFileSync('mkfifo', ['--mode=600', fifo!]);
  others.push(link!, name!, fifo!);
  if (callerUid() === 0) {
    const path = leave();
    chownSync(path, DEVELOPER, DEVELOPER);
    others.push(path);
  }
  const state = (): unknown[] =>
    [...others, target].map((path) => {
      const { ino, mode, uid, size, mtimeMs, nlink } = lstatSync(path);
      return { path, ino, mode, uid, size, mtimeMs, nlink };
    });
  const before = state();
  const { report } = await box.json(['-u']);
  expect(report.exitCode).toBe(0);
  expect(exists(own!)).toBe(false);
  expect(state()).toEqual(before);
});
