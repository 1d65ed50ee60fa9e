/** A run that was killed before it removed anything: what it stopped runs again, what it closed is open again, and where nobody knows how, it says so. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import type { Host } from '../../src/host/port.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Report } from '../../src/model/report.ts';
import { restoreRun } from '../../src/restore/run.ts';
import { Box, difference } from '../e2e/harness.ts';
import { pictureOf } from '../e2e/picture.ts';
import { WISHES } from '../plan/facts.ts';

const SAME = { gone: [], made: [], changed: [] };
const UNIT = 'ovirt-engine';

let box: Box;
/** Real path of the directory of the killed run, and its id. */
let dir: string;
let id: string;
let running: string[];

beforeEach(async () => {
  box = await Box.make({ services: true });
  running = box.host.services.running();
  await box.server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x' SUPERUSER");
  const other = await box.server.connectAs('reader', 'x', 'engine', { applicationName: 'reporting' });
  await other.query('BEGIN; LOCK TABLE public.vds_static IN ROW EXCLUSIVE MODE');
  const run = box.start(['-u', '--timeout', '30']);
  await run.saw('Back up database');
  run.child.kill('SIGKILL');
  await run.ended;
  await other.end();
  expect(box.host.services.running()).toEqual([]);
  id = box.runs()[0]!;
  dir = box.path(`/var/lib/engine-cleanup/${id}`);
});
afterEach(() => box.destroy());

/** A restore as the program makes it, on a host that is told which script starts a service: below a root only a run that saw it stop knows. */
async function restore(): Promise<Report> {
  const real = createHost({ root: box.root, timeoutMs: 20_000 });
  const { services } = real;
  const known: Host['services'] = {
    jobs: async () => [],
    states: (units) => services.states(units),
    stop: (...about) => services.stop(...about),
    start: (...about) => services.start(...about),
    startScript: (unit) => box.path(`/etc/init.d/${unit}`),
    disable: (unit) => services.disable(unit),
    enable: (unit) => services.enable(unit),
    reload: (...about) => services.reload(...about),
    strays: (pids) => services.strays(pids),
  };
  const { signal } = new AbortController();
  return restoreRun(
    {
      command: 'restore',
      version: '0.0.0',
      root: box.root,
      wishes: { ...WISHES, timeoutMs: 20_000 },
      backupDir: null,
      log: join(box.dir, 'log'),
      stop: { signal, name: () => 'SIGINT' },
      source: null,
    },
    {
      host: { ...real, services: known },
      vault: new Vault(),
      dialogue: {
        confirm: async () => true,
        progress: { begin: () => undefined, bytes: () => undefined, end: () => undefined },
        planned: () => undefined,
      },
    },
  );
}

it('its services are started again too when the cleanup is put back that went on with it', async () => {
  const files = pictureOf(box);
  const { report: cleanup } = await box.json(['-u']);
  expect(cleanup).toMatchObject({ exitCode: 0, continues: { run: id } });
  const report = await restore();
  expect(report.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok', restores: cleanup.run!.id, warnings: [] });
  expect(box.host.services.running()).toEqual(running);
  expect(difference(files, pictureOf(box))).toEqual(SAME);
  expect(await restore()).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do' });
});

/** As if the run had made no backup. */
function withoutBackup(): void {
  rmSync(join(dir, 'backup'), { recursive: true });
  const plan = JSON.parse(readFileSync(join(dir, 'plan.json'), 'utf8')) as object;
  writeFileSync(join(dir, 'plan.json'), JSON.stringify({ ...plan, backupDir: null }));
}

/** As if it had closed the database as an administrator, whose password is where `restore` looks for it, or nowhere. */
function closedAsAdmin(password: string | null): Promise<unknown> {
  const admin = { host: '127.0.0.1', port: box.server.port, database: 'postgres', role: 'postgres' };
  const more = { secured: false, validation: false, source: '', origin: 'drop-in', mtimeMs: 0, secret: 'a key' };
  const step = { id: 'close:engine', kind: 'database-seal', title: 'Close', target: 'engine', needs: [] };
  const about = {
    destructive: false,
    key: 'engine',
    database: 'engine',
    server: { credentials: { ...admin, ...more } },
  };
  const plan = JSON.parse(readFileSync(join(dir, 'plan.json'), 'utf8')) as { steps: object[] };
  plan.steps.push({ ...step, ...about });
  writeFileSync(join(dir, 'plan.json'), JSON.stringify(plan));
  appendFileSync(
    join(dir, 'journal.jsonl'),
    `${JSON.stringify({ event: 'begin', step: step.id, touches: ['engine'] })}\n`,
  );
  if (password !== null)
    writeFileSync(join(dir, 'backup/pgpass'), `127.0.0.1:${box.server.port}:*:postgres:${password}\n`, { mode: 0o600 });
  return box.server.superuser('ALTER DATABASE engine CONNECTION LIMIT 0');
}

const limit = async (): Promise<unknown> =>
  (await box.server.superuser("SELECT datconnlimit AS it FROM pg_database WHERE datname = 'engine'"))[0]!.it;

it.each([true, false])('its services are started again; with a backup: %s', async (backup) => {
  const files = pictureOf(box);
  if (!backup) withoutBackup();
  const report = await restore();
  expect(report.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok', restores: id });
  expect(report.warnings).toMatchObject([{ code: 'not-removed', message: expect.stringContaining(id) }]);
  expect(box.host.services.running()).toEqual(running);
  expect(difference(files, pictureOf(box))).toEqual(SAME);
  expect(await restore()).toMatchObject({ outcome: 'nothing-to-do', restores: id });
  expect((await box.json(['-u'])).report).toMatchObject({ exitCode: 0, verify: { ready: true } });
});

it('a database that it closed is opened', async () => {
  await closedAsAdmin(box.server.superuserPassword);
  expect(await limit()).toBe(0);
  const report = await restore();
  expect(report.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(report).toMatchObject({ outcome: 'ok', restores: id });
  expect(await limit()).toBe(-1);
});

it('what nobody knows how to start or open is named, with the way on, and not called done', async () => {
  await closedAsAdmin(null);
  const before = pictureOf(box);
  const { report } = await box.json(['restore', '-u']);
  expect(report).toMatchObject({ exitCode: 3, changed: false, restores: id, refusals: [{ check: 'held' }] });
  const [{ message, hint }] = report.refusals as [Report['refusals'][0]];
  for (const what of [id, UNIT, 'before it removed anything', 'database "engine"']) expect(message).toContain(what);
  expect(hint).toContain('ALTER DATABASE "engine" CONNECTION LIMIT -1');
  expect(hint).toContain('start engine-cleanup: it goes on with that run');
  expect(difference(before, pictureOf(box))).toEqual(SAME);
});
