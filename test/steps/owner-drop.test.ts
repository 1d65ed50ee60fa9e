/** A drop by the owner of a database who is no superuser: its dump under locks, its closing only then, and the way back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Execution, execute } from '../../src/apply/execute.ts';
import { NO_JOURNAL } from '../../src/apply/journal.ts';
import { closeSessions, goBack } from '../../src/apply/way-back.ts';
import type { Databases } from '../../src/host/port.ts';
import type { AdminServer, Credentials } from '../../src/model/credentials.ts';
import type { Step } from '../../src/model/plan.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { credentialsOf, errorOf, login } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

let server: PostgresServer;
let context: TestContext;
let owner: Credentials;
let way: AdminServer;
beforeEach(async () => {
  server = await PostgresServer.start({ size: 'small' });
  context = stepContext(server);
  await server.superuser('ALTER ROLE engine CREATEDB; ALTER DATABASE engine CONNECTION LIMIT 7');
  owner = credentialsOf(server, { secret: context.vault.put(ENGINE_PASSWORD) });
  way = { credentials: { ...owner, database: 'postgres' }, superuser: false };
});
afterEach(async () => {
  await context?.end();
  await server?.destroy();
});

const common = { title: '', target: 'engine', key: 'engine', component: 'engine' } as const;

/** The steps of a run; `between` happens when the dump is made and nothing is closed yet. */
async function dumpAndDrop(between: () => Promise<unknown> = async () => undefined): Promise<Execution> {
  const steps: Step[] = [
    {
      ...common,
      kind: 'database-dump',
      id: 'dump',
      needs: [],
      destructive: false,
      as: 'role',
      credentials: owner,
      file: 'engine.dump',
      ownedTables: 0,
      sizeBytes: 0,
      exclude: [],
    },
    {
      ...common,
      kind: 'database-drop',
      id: 'drop',
      needs: ['dump'],
      destructive: true,
      database: 'engine',
      server: way,
      role: 'engine',
    },
  ];
  context.plan = { ...context.plan, steps };
  const runners = {
    ...RUNNERS,
    'database-drop': {
      ...RUNNERS['database-drop'],
      apply: async (...step: Parameters<(typeof RUNNERS)['database-drop']['apply']>) => {
        await between();
        await RUNNERS['database-drop'].apply(...step);
      },
    },
  };
  const silent = { begin: () => undefined, bytes: () => undefined, end: () => undefined };
  return execute(context.plan, context, runners, NO_JOURNAL, silent);
}

const told = ({ steps }: Execution): (string | null)[] => steps.map(({ status, error }) => error ?? status);

const limit = async (): Promise<unknown> =>
  (await server.superuser("SELECT datconnlimit AS limit FROM pg_database WHERE datname = 'engine'"))[0]?.limit;

async function expectAsItWas(execution: Execution): Promise<void> {
  expect(execution.destroyed).toBe(false);
  expect(context.sessions.size).toBe(0);
  expect(await goBack(context, NO_JOURNAL)).toEqual({ warnings: [], restarted: [] });
  expect(await limit()).toBe(7);
  expect(await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT count(*)::int FROM public.vdc_options')).toEqual([
    { count: 795 },
  ]);
}

describe('the owner', () => {
  it('drops a database that nobody could write to since its dump', async () => {
    const execution = await dumpAndDrop(async () => {
      await expect(
        server.as('engine', ENGINE_PASSWORD, 'engine', "SET lock_timeout = '300ms'; DELETE FROM public.job"),
      ).rejects.toThrow('lock timeout');
    });
    expect(told(execution)).toEqual(['done', 'done']);
    expect(await limit()).toBeUndefined();
    expect(context.undo.databases).toEqual([]);
  });

  it('does not drop what was made since: that is in no dump', async () => {
    const execution = await dumpAndDrop(() =>
      server.as('engine', ENGINE_PASSWORD, 'engine', 'CREATE TABLE public.fresh (x int)'),
    );
    expect(told(execution)).toEqual([
      'done',
      expect.stringContaining('new objects since it was backed up: table public.fresh'),
    ]);
    await expectAsItWas(execution);
  });

  it('does not drop what somebody else is connected to', async () => {
    await server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x'");
    const inside = await server.connectAs('reader', 'x', 'engine');
    const execution = await dumpAndDrop();
    expect(told(execution)).toEqual(['done', expect.stringContaining('others are connected to it')]);
    await inside.end();
    await expectAsItWas(execution);
  });

  it('opens it again where the server declines the drop', async () => {
    await server.superuser('ALTER DATABASE engine IS_TEMPLATE true');
    const execution = await dumpAndDrop();
    expect(told(execution)).toEqual(['done', expect.stringContaining('template')]);
    expect(await limit()).toBe(0);
    expect((await errorOf(login(server))).code).toBe('53300');
    await expectAsItWas(execution);
  });

  it('leaves it open, and lets the tables go, where the run ends before the drop', async () => {
    const real: Databases = context.host.databases;
    context.host.databases = {
      ...real,
      connect: async (credentials, options) => {
        if (credentials.database === 'postgres') throw new Error('gone');
        return real.connect(credentials, options);
      },
    };
    const execution = await dumpAndDrop();
    context.host.databases = real;
    expect(execution.steps.map(({ status }) => status)).toEqual(['done', 'failed']);
    await closeSessions(context);
    await expectAsItWas(execution);
    await server.as('engine', ENGINE_PASSWORD, 'engine', "SET lock_timeout = '5s'; DELETE FROM public.job");
  });
});
