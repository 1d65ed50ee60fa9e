/** What keeps a database from being dropped, by the administrator's login that setup of 3.2 kept: nothing is lost, and when it is mended the next run finishes. */
import { afterAll, afterEach, expect, it } from 'vitest';
import { Box, difference } from '../e2e/harness.ts';
import { dumpOf } from '../e2e/picture.ts';
import { Figures } from '../fixture/figures.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { makeScriptedHost, type ScriptedHost, type ScriptedOptions } from '../fixture/scripted/host.ts';
import { FEWEST_LOCKS } from './locks.ts';

let box: Box<ScriptedHost>;
const figures = new Figures('Injected faults', 'dropping');
afterEach(async ({ task }) => {
  figures.count(task.result?.state !== 'fail');
  await box?.destroy();
});
afterAll(() => figures.tell());

async function make(more: Partial<ScriptedOptions> = {}): Promise<void> {
  box = new Box<ScriptedHost>();
  box.server = await PostgresServer.start({ contents: 'nothing' });
  box.host = await makeScriptedHost({ dir: box.root, shape: '3.2', server: box.server, services: true, ...more });
}

interface Fault {
  spoil(): Promise<unknown>;
  mend(): Promise<unknown>;
  /** In which it shows. */
  step: string;
  error: RegExp;
  hint: RegExp;
}

/** A run that fails in one step, and changes nothing but what runs leave of themselves; then one that finishes. */
async function meets({ spoil, mend, step, error, hint }: Fault): Promise<void> {
  const [files, running, data] = [box.host.listing(), box.host.services.running(), await dumpOf(box, 'engine')];
  await spoil();
  const { report } = await box.json(['-u', '--timeout', '5']);
  expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete', intact: true });
  expect(report.steps.filter(({ status }) => status === 'failed')).toMatchObject([
    { id: step, error: expect.stringMatching(error), hint: expect.stringMatching(hint) },
  ]);
  const { gone, changed } = difference(files, box.host.listing());
  const ofServices = (path: string): boolean => /^\/(?:var\/)?run\/|^\/var\/log\//.test(path);
  expect({ gone, changed: changed.filter((path) => !ofServices(path)) }).toEqual({ gone: [], changed: [] });
  expect(box.host.services.running()).toEqual(running);
  await mend();
  expect(await dumpOf(box, 'engine')).toBe(data);

  const again = await box.json(['-u']);
  expect(again.report.steps.filter((one) => one.error)).toEqual([]);
  expect(again.report).toMatchObject({ exitCode: 0, databases: [{ action: 'drop' }], verify: { ready: true } });
  expect(await box.server.superuser("SELECT 1 FROM pg_database WHERE datname = 'engine'")).toEqual([]);
}

it('a lock table that is too small for the dump (53200)', async () => {
  await make();
  const { server } = box;
  // As many as an engine has: the stand-in of setup makes few.
  await server.superuser(
    "DO $$BEGIN FOR i IN 1..400 LOOP EXECUTE 'CREATE TABLE public.table_' || i || ' (id int)'; END LOOP; END$$",
    'engine',
  );
  await meets({
    spoil: () => server.restart(FEWEST_LOCKS),
    mend: () => server.restart(),
    step: 'dump:engine',
    error: /out of shared memory/,
    hint: /max_locks_per_transaction/,
  });
});

it('a transaction that was prepared in it and not ended (55006)', async () => {
  await make();
  const { server } = box;
  await server.restart({ max_prepared_transactions: 2 });
  await meets({
    spoil: async () => {
      const session = await server.connectAs('postgres', ENGINE_PASSWORD, 'engine');
      for (const sql of ['BEGIN', 'SELECT txid_current()', "PREPARE TRANSACTION 'forgotten'"]) await session.query(sql);
      await session.end();
    },
    mend: () => server.superuser("ROLLBACK PREPARED 'forgotten'", 'engine'),
    step: 'drop:engine',
    error: /in use.*prepared transaction/,
    hint: /pg_prepared_xacts/,
  });
});

it('somebody who is connected, whom an administrator that is no superuser may not send away', async () => {
  await make({ remoteAdmin: { role: 'dba', password: ENGINE_PASSWORD } });
  let inside: Awaited<ReturnType<PostgresServer['connectAs']>>;
  await meets({
    spoil: async () => {
      await box.server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x'");
      inside = await box.server.connectAs('reader', 'x', 'engine', { applicationName: 'reporting' });
    },
    mend: () => inside.end(),
    step: 'drop:engine',
    error: /reader reporting/,
    hint: /Stop what uses it/,
  });
});
