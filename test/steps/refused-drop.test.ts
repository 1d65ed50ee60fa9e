/** A drop that the server declines is undone as a whole: the database is open again, with the limit it had. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Execution, execute } from '../../src/apply/execute.ts';
import { NO_JOURNAL } from '../../src/apply/journal.ts';
import { goBack } from '../../src/apply/way-back.ts';
import type { AdminConnection, Databases } from '../../src/host/port.ts';
import { HostError } from '../../src/model/errors.ts';
import type { Step } from '../../src/model/plan.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { databasesOf } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

let server: PostgresServer;
let context: TestContext;
beforeEach(async () => {
  server = await PostgresServer.start({ size: 'small' });
  context = stepContext(server);
  await server.superuser('ALTER DATABASE engine CONNECTION LIMIT 7');
});
afterEach(async () => {
  await context?.end();
  await server?.destroy();
});

const common = { title: '', target: 'engine', key: 'engine', database: 'engine' } as const;

/** Closes and drops, as the steps of a run. */
async function closeAndDrop(): Promise<Execution> {
  const way = { server: { socket: server.port } };
  const steps: Step[] = [
    { ...common, kind: 'database-seal', id: 'close', needs: [], destructive: false, ...way },
    {
      ...common,
      kind: 'database-drop',
      id: 'drop',
      needs: ['close'],
      destructive: true,
      component: 'engine',
      role: 'engine',
      ...way,
    },
  ];
  context.plan = { ...context.plan, steps };
  const silent = { begin: () => undefined, bytes: () => undefined, end: () => undefined };
  return execute(context.plan, context, RUNNERS, NO_JOURNAL, silent);
}

/** The superuser's door, with something else in the place of some of its statements. */
function instead(execute: (sql: string, real: AdminConnection) => Promise<void>): Databases {
  const real = databasesOf(server);
  return {
    ...real,
    admin: (...how) => {
      const admin = real.admin(...how)!;
      return { ...admin, execute: (sql) => execute(sql, admin) };
    },
  };
}

const limit = async (): Promise<unknown> =>
  (await server.superuser("SELECT datconnlimit AS limit FROM pg_database WHERE datname = 'engine'"))[0]?.limit;

async function expectOpenAgain(): Promise<void> {
  expect(await goBack(context, NO_JOURNAL)).toEqual({ warnings: [], restarted: [] });
  expect(await limit()).toBe(7);
  expect(await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
}

describe('nothing is destroyed', () => {
  it('when the server declines, as it does for a template', async () => {
    await server.superuser('ALTER DATABASE engine IS_TEMPLATE true');
    const execution = await closeAndDrop();
    expect(execution.steps.map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(await limit()).toBe(0);
    expect(execution.destroyed).toBe(false);
    await expectOpenAgain();
  });

  it('when closing it fails behind the new limit, which is put back too', async () => {
    context.host.databases = instead(async (sql, real) => {
      await real.execute(sql);
      if (sql.endsWith('CONNECTION LIMIT 0')) throw new HostError('no answer', { hint: '', code: 'ETIMEDOUT' });
    });
    const execution = await closeAndDrop();
    expect(execution.steps.map(({ status }) => status)).toEqual(['failed', 'blocked']);
    expect(await limit()).toBe(0);
    await expectOpenAgain();
  });
});

describe('a drop of which the answer is lost', () => {
  const lost = new HostError('no answer', { hint: '', code: 'ETIMEDOUT' });

  it('is done where the database is gone', async () => {
    context.host.databases = instead(async (sql, real) => {
      await real.execute(sql);
      if (sql.startsWith('DROP DATABASE')) throw lost;
    });
    const execution = await closeAndDrop();
    expect(execution.steps.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(execution.destroyed).toBe(true);
  });

  it('is not taken for undone where the database is still listed: the server may still be at it', async () => {
    context.host.databases = instead(async (sql, real) => {
      if (sql.startsWith('DROP DATABASE')) throw lost;
      await real.execute(sql);
    });
    const execution = await closeAndDrop();
    expect(execution.steps.map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(execution.destroyed).toBe(true);
  });
});
