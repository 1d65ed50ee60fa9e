/** The rows of the Data Warehouse in an engine database that stays. */

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepOf } from '../../src/model/plan.ts';
import { backupSeal } from '../../src/steps/backup-seal.ts';
import { dwhRows, rowsScript } from '../../src/steps/dwh-rows.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { copyOf, credentialsOf, errorOf } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

const WAS = { hostname: "dwh.example.test'", uuid: 'u-1', running: true };

let server: PostgresServer;
let context: TestContext;
let database: string;

beforeAll(async () => {
  server = await PostgresServer.start({ size: 'small' });
});
afterAll(() => server?.destroy());
beforeEach(async () => {
  context = stepContext(server);
  database = await copyOf(server, 'engine');
  await set(WAS);
});
afterEach(() => context.end());

const sql = (text: string) => server.as('engine', ENGINE_PASSWORD, database, text);

async function set({ hostname, uuid, running }: typeof WAS): Promise<void> {
  await sql(
    `UPDATE dwh_history_timekeeping SET var_value = CASE var_name WHEN 'dwhHostname' THEN '${hostname.replaceAll("'", "''")}' WHEN 'dwhUuid' THEN '${uuid}'
       WHEN 'DwhCurrentlyRunning' THEN '${running ? 1 : 0}' ELSE var_value END`,
  );
}

async function rows(): Promise<Record<string, unknown>> {
  const found = await sql('SELECT var_name AS name, var_value AS value FROM dwh_history_timekeeping ORDER BY 1');
  return Object.fromEntries(found.map(({ name, value }) => [name, value]));
}

function step(more: Partial<StepOf<'dwh-rows'>> = {}): StepOf<'dwh-rows'> {
  const credentials = credentialsOf(server, { database, secret: context.vault.put(ENGINE_PASSWORD) });
  return {
    kind: 'dwh-rows',
    id: 'rows:dwh',
    title: '',
    target: database,
    needs: [],
    destructive: false,
    credentials,
    uuid: 'u-1',
    blank: true,
    was: WAS,
    ...more,
  };
}

describe('the rows', () => {
  it('are blanked where this Data Warehouse goes, the others stay', async () => {
    const before = await rows();
    expect(await dwhRows.probe(step(), context)).toBe(false);
    await dwhRows.apply(step(), context);
    expect(await rows()).toEqual({ ...before, dwhHostname: '', dwhUuid: '', DwhCurrentlyRunning: '0' });
    expect(await dwhRows.probe(step(), context)).toBe(true);
  });

  it('keep the identity where only a stale "running" is in the way', async () => {
    const before = await rows();
    await dwhRows.apply(step({ blank: false }), context);
    expect(await rows()).toEqual({ ...before, DwhCurrentlyRunning: '0' });
    expect(await dwhRows.probe(step({ blank: false }), context)).toBe(true);
  });

  it('that another Data Warehouse has written since are left', async () => {
    await set({ ...WAS, uuid: 'u-2' });
    const before = await rows();
    expect((await errorOf(dwhRows.apply(step(), context))).message).toContain('u-2');
    expect(await rows()).toEqual(before);
  });

  it('are in the backup before they are changed, and go back to what they were', async () => {
    const before = await rows();
    context.plan = { ...context.plan, steps: [step()] };
    await backupSeal.apply(
      { kind: 'backup-seal', id: 'seal', title: '', target: '', needs: [], destructive: false, databases: [] },
      context,
    );
    const script = readFileSync(context.backup!.path('dwh-rows.sql'), 'utf8');
    expect(script).toBe(rowsScript(step()));
    expect(readFileSync(context.backup!.path('README'), 'utf8')).toContain('dwh-rows.sql');
    expect(readFileSync(context.backup!.path('manifest.json'), 'utf8')).toContain('dwh-rows.sql');
    await dwhRows.apply(step(), context);
    await sql(script);
    expect(await rows()).toEqual(before);
  });
});
