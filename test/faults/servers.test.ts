/**
 * Servers that fail, as the program meets them. Beside this: while a database is cleared, and without locks (clearing.test.ts); where one is dropped, 55006 (dropping.test.ts); with a wrong
 * certificate (certificates.test.ts); with programs of another version (programs.test.ts). Whole runs with a rerun are also: a refused password (28P01), a server that is gone, and sessions that
 * hold locks (test/e2e/failures.test.ts 5, 6, 9 and 9b), 57P01 (test/e2e/way-back.test.ts). By parts: frozen servers (connect, dump, clear-others in test/host/postgres/), 53200 in each batch
 * (test/host/postgres/batches.test.ts), a lost answer to a commit (test/steps/database-clear.test.ts).
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Arena, isSame } from './arena.ts';
import { judge } from './trial.ts';
import { type Trouble, Wire } from './wire.ts';

const WORDS = ['-u', '--timeout', '5'];

let arena: Arena;
let wire: Wire;
/** Bytes from the server in each connection of a run that nothing disturbs. */
let usual: number[];

beforeAll(async () => {
  // It comes before the host that names it, and after the server it leads to.
  arena = await Arena.make({}, ['-u'], async (server) => {
    wire = await Wire.start(server.port);
    return { engine: { host: '127.0.0.1', port: wire.port } };
  });
  usual = wire.bytes;
  wire.mend();
});
afterEach(async () => {
  wire?.mend();
  await arena?.reset();
});
afterAll(async () => {
  await arena?.destroy();
  await wire?.end();
});

const mend = async (): Promise<void> => wire.mend();

describe('a connection', () => {
  /** The connections of a run by what comes through them: the look, and the largest, which is the dump. */
  const dump = (): number => usual.indexOf(Math.max(...usual)) + 1;

  const CASES: [where: string, how: Trouble['how'], afterBytes: number][] = [
    ['look', 'reset', 300],
    ['look', 'silence', 300],
    ['dump', 'reset', 200_000],
    ['dump', 'silence', 200_000],
  ];
  it.each(CASES)('of the %s meets a %s: nothing is lost, the next run finishes', async (where, how, afterBytes) => {
    const connection = where === 'look' ? 1 : dump();
    wire.trouble = { connection, afterBytes, how };
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(where === 'look' ? 3 : 5);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(outcome.ms).toBeLessThan(60_000);
    expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
  });

  it('of any kind is reset after any number of bytes', { timeout: 600_000 }, async () => {
    const tried: number[] = [];
    const parts = process.env.FAULTS === undefined ? [0.6] : [0, 0.3, 0.6, 0.95];
    for (const [index, bytes] of usual.entries()) {
      for (const part of parts) {
        wire.trouble = { connection: index + 1, afterBytes: Math.floor(bytes * part), how: 'reset' };
        const outcome = await arena.box.run([...WORDS, '--json']);
        tried.push(outcome.code ?? -1);
        expect(await judge(arena, outcome, WORDS, mend), JSON.stringify(wire.trouble)).toEqual([]);
        await arena.reset();
        wire.mend();
      }
    }
    expect(new Set(tried).size).toBeGreaterThan(1);
  });

  it.skipIf(process.env.FAULTS === undefined)(
    'of 40 ms there and back makes a run slow, and nothing else',
    { timeout: 300_000 },
    async () => {
      wire.latencyMs = 20;
      // pg_dump asks for each function alone, and writes nothing for half a minute: on the server it is seen to work.
      const outcome = await arena.box.run(['-u', '--timeout', '10', '--json']);
      wire.latencyMs = 0;
      expect(outcome.code, outcome.stdout).toBe(0);
      expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
    },
  );
});

describe('a server', () => {
  it.each([
    [1, 5, 'for the dump beside the session that holds the tables (53300)'],
    [0, 3, 'for anybody (53300)'],
  ])('that has %i connections for the role has none left: exit %i %s', async (limit, code) => {
    await arena.box.server.superuser(`ALTER ROLE engine CONNECTION LIMIT ${limit}`);
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toMatch(/too many connections/);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    const open = async (): Promise<void> =>
      void (await arena.box.server.superuser('ALTER ROLE engine CONNECTION LIMIT -1'));
    expect(await judge(arena, outcome, WORDS, open)).toEqual([]);
  });

  it('that is killed while it is dumped (57P01, 57P03) is what it was when it runs again', async () => {
    const { server } = arena.box;
    const running = arena.box.start([...WORDS, '--json']);
    await running.saw('Back up database');
    await server.kill();
    const outcome = await running.ended;
    await server.restart();
    expect(outcome.code).toBe(5);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
  });

  it('whose table the role may not drop (42501) refuses, and the next run finishes', async () => {
    const { server } = arena.box;
    await server.superuser('ALTER TABLE public.vds_static OWNER TO postgres', 'engine');
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(3);
    const give = async (): Promise<void> =>
      void (await server.superuser('ALTER TABLE public.vds_static OWNER TO engine', 'engine'));
    expect(await judge(arena, outcome, WORDS, give)).toEqual([]);
  });
});
