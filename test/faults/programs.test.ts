/** Programs of PostgreSQL that are of another version, die, hang or write what is no dump. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { programDirs } from '../../src/host/tools.ts';
import type { Report } from '../../src/model/report.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { Arena, isSame } from './arena.ts';
import { instead, ONLY_AT_WORK } from './instead.ts';
import { within } from './mounts.ts';
import { judge } from './trial.ts';

const noMounts = passedOver('A machine with an older pg_dump alone', whyNoMounts());
const WORDS = ['-u', '--timeout', '5'];

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.make();
});
afterEach(() => arena?.reset());
afterAll(() => arena?.destroy());

describe('a pg_dump of an older version than the server', () => {
  /** As that of 14 says it, word for word: it asks the server first, and dumps nothing. */
  const REFUSES = `echo 'pg_dump: error: server version: 15.14 (Debian 15.14-0+deb12u1); pg_dump version: 14.13' >&2
echo 'pg_dump: error: aborting because of server version mismatch' >&2
exit 1`;
  const older = (name: string): string =>
    `case "$*" in --version) echo '${name} (PostgreSQL) 14.13'; exit ;; esac\n${REFUSES}`;
  /** Nothing newer is left where the program looks for it. */
  const hidden = (): string[] =>
    [arena.box.server.programs.bin, ...programDirs()]
      .map((dir) => join(dir, 'pg_dump'))
      .filter((path) => existsSync(path))
      .map((path) => `mount --bind /dev/null '${realpathSync(path)}'`);

  it.skipIf(noMounts)('is refused, with the version that can, and with that the next run finishes', async () => {
    const env = instead(arena.box, { pg_dump: older('pg_dump'), pg_restore: older('pg_restore') });
    const outcome = await arena.box.run([...WORDS, '--json'], { env, prefix: within(...hidden()) });
    expect(outcome.code).toBe(3);
    const { refusals } = JSON.parse(outcome.stdout) as Report;
    expect(refusals).toMatchObject([
      {
        check: 'pg-dump',
        message: expect.stringMatching(/version 14 and cannot dump database "engine", whose server is version 15/),
        hint: expect.stringMatching(/client programs of PostgreSQL 15.*beside/),
      },
    ]);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS)).toEqual([]);
  });

  it('that passes for the right one until it works: exit 5, the same way on, the next run finishes', async () => {
    const env = instead(arena.box, { pg_dump: `${ONLY_AT_WORK}\n${REFUSES}` });
    const outcome = await arena.box.run([...WORDS, '--json'], { env });
    expect(outcome.code).toBe(5);
    const { steps } = JSON.parse(outcome.stdout) as Report;
    expect(steps.filter(({ status }) => status === 'failed')).toMatchObject([
      {
        id: 'dump:engine',
        error: expect.stringContaining('server version mismatch'),
        hint: expect.stringMatching(/client programs of the server's version/),
      },
    ]);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS)).toEqual([]);
  });
});

describe("PostgreSQL's programs", () => {
  it.each([
    ['a dump that is cut off, with a good word', { pg_dump: `${ONLY_AT_WORK}\n$real "$@" | head -c 150000` }],
    [
      'a dump with zeros in it',
      { pg_dump: `${ONLY_AT_WORK}\n$real "$@" | { head -c 100000; head -c 20000 /dev/zero; tail -c +120001; }` },
    ],
    ['a dump of nothing', { pg_dump: ONLY_AT_WORK }],
    ['a pg_dump that is killed', { pg_dump: `${ONLY_AT_WORK}\n$real "$@" | head -c 100000; kill -KILL $$` }],
    ['a pg_dump that says nothing more', { pg_dump: `${ONLY_AT_WORK}\n$real "$@" | head -c 100000; exec sleep 600` }],
    ['a pg_restore that fails', { pg_restore: `${ONLY_AT_WORK}\nexit 1` }],
  ])('%s: nothing is lost, the next run finishes', async (_, scripts) => {
    const outcome = await arena.box.run([...WORDS, '--json'], {
      env: instead(arena.box, scripts as Record<string, string>),
    });
    expect(outcome.code).toBe(5);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS)).toEqual([]);
  });
});
