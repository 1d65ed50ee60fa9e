/** Servers that fail when the dump is made and the database is to be cleared, or that have no locks for one of both. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import type { Outcome } from '../e2e/harness.ts';
import { ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { Arena, isSame } from './arena.ts';
import { instead, ONLY_AT_WORK } from './instead.ts';
import { FEWEST_LOCKS } from './locks.ts';
import { judge } from './trial.ts';
import { Wire } from './wire.ts';

const WORDS = ['-u', '--timeout', '5'];

let arena: Arena;
let wire: Wire;
/** Numbers of the connection that dumps, and of the one that holds the tables meanwhile and then clears. */
let dumping: number;
let clearing: number;
/** Bytes that come to the latter when the dump has ended. */
let bytes: number;

beforeAll(async () => {
  arena = await Arena.make({}, ['-u'], async (server) => {
    wire = await Wire.start(server.port);
    return { engine: { host: '127.0.0.1', port: wire.port } };
  });
  dumping = wire.bytes.indexOf(Math.max(...wire.bytes)) + 1;
  const then = wire.atEnd[dumping - 1]!;
  // It was there before the dump, and has more to say after it.
  clearing = then.findIndex((count, index) => index + 1 < dumping && wire.bytes[index]! > count) + 1;
  bytes = wire.bytes[clearing - 1]! - then[clearing - 1]!;
  wire.mend();
});
afterEach(async () => {
  wire?.mend();
  await arena?.box.server.restart();
  await arena?.reset();
});
afterAll(async () => {
  await arena?.destroy();
  await wire?.end();
});

const failed = (outcome: Outcome): Report['steps'] =>
  (JSON.parse(outcome.stdout) as Report).steps.filter(({ status }) => status === 'failed');

describe('a server that falls silent while a database is cleared', () => {
  const mend = async (): Promise<void> => wire.mend();
  /** How the server answers a commit. How many bytes come before it differs from run to run: a session is asked what pg_dump does, the more often the slower that is. */
  const COMMITTED = 'COMMIT\0';

  it.each([
    ['at the beginning, in this session alone', {}, 5],
    ['half-way, in all', { half: true, all: true }, 5],
    ['with the answer to the commit, in all', { text: COMMITTED, all: true }, 5],
    // Another session can tell that it was done.
    ['with the answer to the commit, in this session alone', { text: COMMITTED }, 0],
  ])(
    '%s: told in time and truly, the next run finishes',
    async (_, trouble: { half?: boolean; all?: boolean; text?: string }, code) => {
      expect(clearing).toBeGreaterThan(0);
      const { half, ...more } = trouble;
      const afterBytes = half ? bytes / 2 : 0;
      wire.trouble = { connection: clearing, since: dumping, afterBytes, how: 'silence', ...more };
      const outcome = await arena.box.run([...WORDS, '--json']);
      expect(outcome.code).toBe(code);
      expect(outcome.ms).toBeLessThan(60_000);
      if (code === 5) expect(failed(outcome)).toMatchObject([{ id: 'clear:engine', hint: /engine-cleanup again/ }]);
      expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
    },
  );
});

describe('a lock table', () => {
  const enlarge = async (): Promise<void> => void (await arena.box.server.restart());

  it('that is too small for the dump (53200): exit 5 with the setting to raise, and with it the next run finishes', async () => {
    await arena.box.server.restart(FEWEST_LOCKS);
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(5);
    expect(failed(outcome)).toMatchObject([{ id: 'dump:engine', hint: /max_locks_per_transaction/ }]);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS, enlarge)).toEqual([]);
  });

  it('that holds the dump, but not all that is to be dropped: it is dropped in parts, and nothing fails', async () => {
    const { server } = arena.box;
    await server.restart({ max_locks_per_transaction: 10, max_connections: 16, log_statement: 'ddl' });
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(0);
    expect(readFileSync(join(server.dir, 'server.log'), 'utf8')).toContain('REVOKE INSERT, UPDATE, DELETE');
    expect(await judge(arena, outcome, WORDS, enlarge)).toEqual([]);
  });

  it('that others have filled when the database is to be cleared (53200): exit 5 with the setting, the next run finishes', async () => {
    const { box } = arena;
    const [dumped, filled] = [join(box.dir, 'dumped'), join(box.dir, 'filled')];
    const wait = `$real "$@" || exit; touch ${dumped}; while ! [ -e ${filled} ]; do sleep 0.1; done`;
    const running = box.start([...WORDS, '--json'], { env: instead(box, { pg_dump: `${ONLY_AT_WORK}\n${wait}` }) });
    while (!existsSync(dumped)) await sleep(50);
    const hog = await box.server.connectAs('engine', ENGINE_PASSWORD, 'postgres');
    const more = 'SELECT pg_advisory_lock(i) FROM generate_series($1::int, $1 + $2 - 1) i';
    let taken = 0;
    for (const piece of [1000, 100, 10, 1]) {
      try {
        for (;;) {
          await hog.query(more, [taken, piece]);
          taken += piece;
        }
      } catch (error) {
        expect(error).toMatchObject({ code: '53200' });
      }
    }
    writeFileSync(filled, '');
    const outcome = await running.ended;
    for (const file of [dumped, filled]) rmSync(file);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(outcome.code).toBe(5);
    expect(failed(outcome)).toMatchObject([{ id: 'clear:engine', hint: /max_locks_per_transaction/ }]);
    const end = async (): Promise<void> => hog.end();
    expect(await judge(arena, outcome, WORDS, end)).toEqual([]);
  });

  it('of any size is none to a run that keeps the database', async () => {
    const { box } = arena;
    await box.server.restart(FEWEST_LOCKS);
    const { report } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'keep' }], verify: { ready: true } });
    expect(await box.objects()).toEqual(arena.before.objects);
  });
});
