/** Dump and clearing as a plain role, as the steps of a run. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/model/errors.ts';
import type { StepOf } from '../../src/model/plan.ts';
import { databaseClear } from '../../src/steps/database-clear.ts';
import { databaseDump } from '../../src/steps/database-dump.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { run } from '../fixture/run.ts';
import { copyOf, credentialsOf, errorOf, everything } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

let server: PostgresServer;
let context: TestContext;
let database: string;

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
});
afterAll(() => server?.destroy());
beforeEach(async () => {
  context = stepContext(server);
  database = await copyOf(server, 'engine');
});
afterEach(() => context.end());

const base = { title: '', needs: [], destructive: false };

type RoleDump = Extract<StepOf<'database-dump'>, { as: 'role' }>;

function dumpStep(more: Partial<RoleDump> = {}): RoleDump {
  const credentials = credentialsOf(server, { database, secret: context.vault.put(ENGINE_PASSWORD) });
  return {
    ...base,
    kind: 'database-dump',
    id: 'dump:engine',
    target: database,
    key: 'engine',
    component: 'engine',
    as: 'role',
    credentials,
    file: 'engine.dump',
    ownedTables: 166,
    sizeBytes: 21_000_000,
    exclude: [],
    ...more,
  };
}

function clearStep(more: Partial<StepOf<'database-clear'>> = {}): StepOf<'database-clear'> {
  const { credentials } = dumpStep();
  return {
    ...base,
    kind: 'database-clear',
    id: 'clear:engine',
    target: database,
    key: 'engine',
    component: 'engine',
    credentials,
    backedUp: true,
    cascades: [],
    destructive: true,
    ...more,
  };
}

/** Text of a database, or of a dump of it, without what differs from one server to the next. */
async function text(from: string): Promise<string> {
  const { bin, env } = server.programs;
  const file = existsSync(from);
  const output = file
    ? await run(`${bin}/pg_restore`, ['-f', '-', from], { env })
    : await run(`${bin}/pg_dump`, server.clientArgs(from), { env });
  return output.replace(/^\\(?:un)?restrict .*$/gm, '');
}

describe('dump and clear', () => {
  it('leave an empty database and a dump that is the whole of it', async () => {
    const before = await text(database);
    const seen: [number, number | null][] = [];
    context.onBytes = (done, expected) => seen.push([done, expected]);
    expect(await databaseDump.probe(dumpStep(), context)).toBe(false);
    await databaseDump.apply(dumpStep(), context);
    expect(context.sessions.has('engine')).toBe(true);
    expect(await databaseClear.probe(clearStep(), context)).toBe(false);
    await databaseClear.apply(clearStep(), context);
    expect(context.sessions.size).toBe(0);

    const path = context.backup!.path('engine.dump');
    expect(context.backup!.members).toMatchObject([
      { name: 'engine.dump', kind: 'database', component: 'engine', database, sizeBytes: statSync(path).size },
    ]);
    expect(seen.at(-1)).toEqual([statSync(path).size, 21_000_000]);
    expect(await text(path)).toBe(before);
    expect(readdirSync(context.backup!.dir)).toEqual(['engine.dump']);
    expect(await databaseClear.probe(clearStep(), context)).toBe(true);
    expect((await everything(server, database)).filter((what) => what.includes('engine'))).toEqual([]);
  });

  it('give back everything when the dump is restored by the role, as the README says', async () => {
    const before = await text(database);
    await databaseDump.apply(dumpStep(), context);
    await databaseClear.apply(clearStep(), context);
    const { bin, env } = server.programs;
    const path = context.backup!.path('engine.dump');
    const list = (await run(`${bin}/pg_restore`, ['--list', path], { env }))
      .split('\n')
      .filter((line) => !line.includes(' EXTENSION '));
    writeFileSync(`${path}.list`, list.join('\n'));
    const to = ['-h', 'localhost', '-p', String(server.port), '-U', 'engine', '-d', database];
    await run(`${bin}/pg_restore`, [...to, '--no-owner', '--single-transaction', '-L', `${path}.list`, path], {
      env: { ...env, PGPASSWORD: ENGINE_PASSWORD },
    });
    expect(await text(database)).toBe(before);
  });

  it('fit a lock table that is too small for dropping everything at once', async () => {
    await using small = await PostgresServer.start({
      settings: { max_locks_per_transaction: 10, max_connections: 50 },
    });
    const there = stepContext(small);
    try {
      const credentials = credentialsOf(small, { secret: there.vault.put(ENGINE_PASSWORD) });
      await databaseDump.apply(dumpStep({ credentials }), there);
      await databaseClear.apply(clearStep({ credentials }), there);
      expect(await databaseClear.probe(clearStep({ credentials }), there)).toBe(true);
    } finally {
      await there.end();
    }
  });

  it('where the lock table is too small even for pg_dump, say what to do, and do nothing', async () => {
    await using tiny = await PostgresServer.start({ settings: { max_locks_per_transaction: 10, max_connections: 16 } });
    const there = stepContext(tiny);
    try {
      const credentials = credentialsOf(tiny, { secret: there.vault.put(ENGINE_PASSWORD) });
      const before = await everything(tiny, 'engine');
      const error = await errorOf(databaseDump.apply(dumpStep({ credentials }), there));
      expect(error.hint).toContain('max_locks_per_transaction');
      expect(await everything(tiny, 'engine')).toEqual(before);
      await databaseClear.apply(clearStep({ credentials, backedUp: false }), there);
      expect(await databaseClear.probe(clearStep({ credentials }), there)).toBe(true);
    } finally {
      await there.end();
    }
  });

  it('without a backup do the same in a transaction of their own', async () => {
    await databaseClear.apply(clearStep({ backedUp: false }), context);
    expect(await databaseClear.probe(clearStep(), context)).toBe(true);
  });
});

describe('nothing is cleared', () => {
  let before: string[];
  beforeEach(async () => {
    before = await everything(server, database);
  });
  afterEach(async () => {
    expect(await everything(server, database)).toEqual(before);
  });

  it('when the dump fails: it is gone, and no session holds the tables', async () => {
    await server.superuser('REVOKE SELECT ON public.vds_static FROM engine', database);
    expect((await errorOf(databaseDump.apply(dumpStep(), context))).message).toContain('vds_static');
    expect(context.sessions.size).toBe(0);
    expect(readdirSync(context.backup!.dir)).toEqual([]);
    expect(context.backup!.members).toEqual([]);
    await server.as(
      'engine',
      ENGINE_PASSWORD,
      database,
      'SET lock_timeout = 2000; UPDATE public.job SET job_id = job_id',
    );
  });

  it('when the session was lost since the dump, or there never was one', async () => {
    await databaseDump.apply(dumpStep(), context);
    await server.superuser(`SELECT pg_terminate_backend(${context.sessions.get('engine')!.pid})`);
    const error = await errorOf(databaseClear.apply(clearStep(), context));
    expect(error.message).toMatch(/terminating connection.*still holds 1721 objects/);
    expect(error.intact).toBe(true);
    const again = await errorOf(databaseClear.apply(clearStep(), context));
    expect(again.message).toContain('no longer held still');
    expect(again.intact).toBe(true);
  });

  it('when without a backup somebody else holds a table, or the server does not let us in', async () => {
    const holder = await server.connectAs('postgres', server.superuserPassword, database);
    await holder.query('BEGIN; LOCK TABLE public.job');
    const step = clearStep({ backedUp: false });
    const held = await errorOf(databaseClear.apply(step, { ...context, timeoutMs: 500 }));
    await holder.end();
    expect(held.code).toBe('55P03');
    expect(held.intact).toBe(true);
    const shut = { ...step, credentials: { ...step.credentials, secret: context.vault.put('wrong') } };
    expect(await errorOf(databaseClear.apply(shut, context))).toMatchObject({ code: '28P01', intact: true });
  });

  it('when the run ends before: closing the sessions undoes the locks', async () => {
    await databaseDump.apply(dumpStep(), context);
    for (const session of context.sessions.values()) await session.abort();
    await server.as(
      'engine',
      ENGINE_PASSWORD,
      database,
      'SET lock_timeout = 2000; UPDATE public.job SET job_id = job_id',
    );
  });

  it('when the operator stops it while it waits for a lock', async () => {
    await server.superuser(
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO other; GRANT USAGE ON SCHEMA public TO other',
      database,
    );
    const holder = await server.connectAs('other', 'other', database);
    await holder.query('BEGIN; LOCK TABLE public.job');
    const waiting = databaseDump.apply(dumpStep(), context);
    const outcome = expect(waiting).rejects.toBeInstanceOf(InterruptedError);
    for (let seen = 0; seen === 0; ) seen = (await server.superuser('SELECT 1 FROM pg_locks WHERE NOT granted')).length;
    context.stop.abort();
    await outcome;
    await holder.end();
  });
});

describe('a session that was lost in the middle is not taken for undone', () => {
  const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });

  it('where something of what it was to drop is gone', async () => {
    await databaseDump.apply(dumpStep(), context);
    const session = context.sessions.get('engine')!;
    session.clear = async () => {
      await session.abort();
      await server.superuser('DROP TABLE public.vdc_options CASCADE', database);
      throw lost;
    };
    expect((await errorOf(databaseClear.apply(clearStep(), context))).intact).toBe(false);
  });

  it('where the server still works in it: it may come to its commit', async () => {
    await databaseDump.apply(dumpStep(), context);
    const session = context.sessions.get('engine')!;
    session.clear = () => Promise.reject(lost);
    const error = await errorOf(databaseClear.apply(clearStep(), { ...context, timeoutMs: 500 }));
    expect(error.intact).toBe(false);
    await session.abort();
  });
});

it('an answer to the commit that never came is asked for in a new session', async () => {
  await databaseDump.apply(dumpStep(), context);
  const session = context.sessions.get('engine')!;
  const clear = session.clear.bind(session);
  session.clear = async (how) => {
    await clear(how);
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  };
  await databaseClear.apply(clearStep(), context);
  expect(await databaseClear.probe(clearStep(), context)).toBe(true);
});

it('sessions of our role that had to be ended are told', async () => {
  const leftover = await server.connectAs('engine', ENGINE_PASSWORD, database, { applicationName: 'a leftover' });
  await databaseDump.apply(dumpStep(), context);
  expect(context.warnings).toMatchObject([{ code: 'sessions-ended' }]);
  expect(context.warnings[0]!.message).toContain('engine a leftover 127.0.0.1');
  await leftover.end();
});
