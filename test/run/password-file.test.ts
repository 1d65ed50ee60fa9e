/**
 * Whole runs on a host whose setup kept the login of a database administrator in a password file, as 3.0 to 3.2 did. Below a root, so that everything goes over TCP: the server may be
 * on this machine or on another.
 */
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { ComponentLayout, Layout } from '../../src/model/layout.ts';
import type { Plan, Wishes } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import { cleanupRun } from '../../src/run.ts';
import { putBack, readmeOf } from '../backup/by-hand.ts';
import { validateReport } from '../cli/schema.ts';
import { dumpOf } from '../e2e/picture.ts';
import { makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { WISHES } from '../plan/facts.ts';

/** A host of 4.5 in everything but where the database's credentials are. */
vi.mock('../../src/layouts/g5.ts', async (original) => {
  const { g5 } = await original<{ g5: Layout }>();
  const path = '/etc/ovirt-engine/.pgpass';
  const components = g5.components.map((component): ComponentLayout => {
    if (component.database === undefined || component.id !== 'engine') return component;
    const { elsewhere: _elsewhere, properties: _properties, ...database } = component.database;
    return {
      ...component,
      files: [
        { path, phase: 'credentials', why: 'password file of setup', keep: 'database', credentialsOf: 'engine' },
        ...component.files,
      ],
      database: {
        ...database,
        credentials: [],
        passwordFiles: [
          {
            path,
            begin: /^# This section was created during oVirt Engine setup\.$/,
            end: /^##### {2}End of oVirt Engine DB settings section\.$/,
          },
        ],
        traces: ['tags_vm_pool_map'],
        leftovers: /^engine_\d{4}(_\d{2}){5}$/,
        madeAnew: true,
      },
    };
  });
  return { g5: { ...g5, components } };
});

const PGPASS = '/etc/ovirt-engine/.pgpass';
const DBA_PASSWORD = 'a:password\\of a DBA';

let dir: string;
let server: PostgresServer;
let host: ThrowAwayHost;
beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-run-')));
  server = await PostgresServer.start({ size: 'small' });
  host = await makeHost({ dir: join(dir, 'host'), server });
  vi.stubEnv('PATH', `${server.programs.bin}:${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  host?.stop();
  await server?.destroy();
  rmSync(dir, { recursive: true, force: true });
});

/** The password file as setup of 3.2 writes it: on this machine with two lines, for a remote database with the administrator's alone. */
function passwordFile(...lines: string[]): void {
  const [admin = '', user] = lines.map((line) => `localhost:${server.port}:*:${line}`);
  const section = user === undefined ? ['# DB USER credentials.', admin] : [admin, '# DB USER credentials.', user];
  const text = [
    '# This section was created during oVirt Engine setup.',
    '# DO NOT CHANGE IT MANUALLY - OTHER UTILITIES AND TOOLS DEPEND ON ITS STRUCTURE.',
    '# Beginning of the oVirt Engine DB settings section',
    '# DB ADMIN credentials.',
    ...section,
    '#####  End of oVirt Engine DB settings section.',
    '',
  ].join('\n');
  host.write(PGPASS, text, 0o600);
}

/** As on a remote server: everything is the property of a role that may make databases, and nothing else. */
async function remoteOwner(): Promise<void> {
  await server.superuser("CREATE ROLE dba LOGIN CREATEDB PASSWORD 'x'");
  await server.superuser(`ALTER ROLE dba PASSWORD E'${DBA_PASSWORD.replaceAll('\\', '\\\\')}'`);
  await server.superuser('REASSIGN OWNED BY engine TO dba', 'engine');
  await server.superuser('DROP ROLE engine');
}

interface Ran {
  report: Report;
  plan: Plan;
  facts: Facts;
}

async function run(wishes: Partial<Wishes> = {}): Promise<Ran> {
  const { signal } = new AbortController();
  let seen: Omit<Ran, 'report'> | undefined;
  const report = await cleanupRun(
    {
      command: 'cleanup',
      version: '0.0.0',
      root: host.dir,
      wishes: { ...WISHES, timeoutMs: 20_000, ...wishes },
      backupDir: null,
      log: join(dir, 'log'),
      stop: { signal, name: () => 'SIGINT' },
    },
    {
      host: createHost({ root: host.dir, timeoutMs: 20_000 }),
      vault: new Vault(),
      dialogue: {
        decide: async (_, wanted, replan) => replan(wanted),
        progress: { begin: () => undefined, bytes: () => undefined, end: () => undefined },
        planned: (facts, plan) => {
          seen = { facts, plan };
        },
      },
    },
  );
  expect(validateReport(report)).toEqual([]);
  return { report, ...seen! };
}

const failed = ({ steps }: Report): unknown[] =>
  steps.filter(({ status }) => status === 'failed').map(({ id, error }) => ({ id, error }));

/** What keeps engine-setup from being run. */
const obstacles = ({ verify }: Report): unknown[] => verify!.checks.filter(({ ok }) => !ok);

const databases = async (): Promise<string[]> =>
  (await server.superuser<{ name: string }>('SELECT datname AS name FROM pg_database ORDER BY 1'))
    .map(({ name }) => name)
    .filter((name) => name.startsWith('engine'));

/** The database as PostgreSQL writes it down, with its settings. */
const picture = (database = 'engine'): Promise<string> => dumpOf({ server }, database, '--create');

/** Nobody is there to be asked for a password. */
const shell = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, ...server.programs.env, HOME: dir });

/** Everything the run wrote but its backup. */
function written({ report, plan }: Ran): string {
  const runs = join(host.dir, 'var/lib/engine-cleanup', report.run!.id);
  const files = readdirSync(runs).filter((name) => name.includes('.'));
  const texts = files.map((name) => readFileSync(join(runs, name), 'utf8'));
  return [...texts, JSON.stringify(plan), JSON.stringify(report), readmeOf(report.run!.backup!)].join('\n');
}

describe('a superuser in the password file', () => {
  it('drops database and role, and the backup brings both back with their password', async () => {
    passwordFile(`postgres:${server.superuserPassword}`, `engine:${ENGINE_PASSWORD}`);
    await server.superuser('ALTER DATABASE engine CONNECTION LIMIT 42');
    const before = await picture();
    const ran = await run();
    const { report } = ran;
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop', why: /password file/ }] });
    expect(await databases()).toEqual([]);
    expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname = 'engine'")).toEqual([]);
    expect(host.exists(PGPASS)).toBe(false);
    const backup = report.run!.backup!;
    expect(readFileSync(join(backup, 'roles.sql'), 'utf8')).toContain('SCRAM-SHA-256$');
    for (const secret of [server.superuserPassword, ENGINE_PASSWORD]) expect(written(ran)).not.toContain(secret);

    putBack(backup, shell());
    expect(await picture()).toBe(before);
    await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1');
    expect(host.exists(PGPASS)).toBe(true);
  });

  it('leaves nothing for a second run', async () => {
    passwordFile(`postgres:${server.superuserPassword}`, `engine:${ENGINE_PASSWORD}`);
    await run();
    expect((await run()).report).toMatchObject({ outcome: 'nothing-to-do', steps: [] });
  });

  it('drops the database that it made itself, as 3.0 does, and a half of one, but not somebody else’s of that name', async () => {
    passwordFile(`postgres:${server.superuserPassword}`);
    await server.superuser('REASSIGN OWNED BY engine TO postgres', 'engine');
    expect((await run({ keepDatabases: false })).report.databases).toMatchObject([{ action: 'drop' }]);
    const again = async (sql: string): Promise<Report> => {
      passwordFile(`postgres:${server.superuserPassword}`);
      await server.superuser('CREATE DATABASE engine');
      await server.superuser(sql, 'engine');
      return (await run()).report;
    };
    const half = await again('CREATE TABLE public.tags_vm_pool_map (x int)');
    expect(obstacles(half)).toEqual([]);
    expect(half).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop' }] });
    expect(await databases()).toEqual([]);
    expect(await again('CREATE TABLE public.machines (x int)')).toMatchObject({ databases: [{ action: 'clear' }] });
    expect(await databases()).toEqual(['engine']);
  });

  it('whose password is wrong does not: the database is emptied by its own role, and setup stops at it', async () => {
    passwordFile('postgres:wrong', `engine:${ENGINE_PASSWORD}`);
    const { report } = await run();
    expect(failed(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'unready', databases: [{ action: 'clear' }] });
    expect(report.databases[0]!.why).toMatch(/login "postgres" in .*\.pgpass does not get in/);
    expect(report.verify!.checks.find(({ id }) => id === 'database-engine')).toMatchObject({
      ok: false,
      hint: expect.stringContaining('DROP DATABASE "engine";'),
    });
    expect(await databases()).toEqual(['engine']);
  });

  it('of another server than the database is on is not asked: its database is somebody else’s', async () => {
    await using other = await PostgresServer.start({ size: 'small' });
    passwordFile(`postgres:${other.superuserPassword}`, 'engine:wrong');
    host.write(PGPASS, host.read(PGPASS).replace(`${server.port}:*:postgres`, `${other.port}:*:postgres`), 0o600);
    const { report } = await run();
    expect(report).toMatchObject({ outcome: 'refused', databases: [{ action: 'refuse' }] });
    expect(await other.superuser("SELECT 1 FROM pg_database WHERE datname = 'engine'")).toHaveLength(1);
  });

  it('is not asked where the databases are kept, but to open what a killed run closed', async () => {
    passwordFile(`postgres:${server.superuserPassword}`, `engine:${ENGINE_PASSWORD}`);
    const before = await picture();
    await server.superuser('ALTER DATABASE engine CONNECTION LIMIT 0');
    const { report } = await run({ keepDatabases: true });
    expect(report).toMatchObject({ databases: [{ action: 'keep' }] });
    expect(await picture()).toBe(before);
    await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1');
    expect(host.exists(PGPASS)).toBe(true);
  });
});

describe('a password file that survives only as the one an earlier setup moved aside', () => {
  const COPY = `${PGPASS}.2013_01_02_03_04_05`;
  const both = () => [`postgres:${server.superuserPassword}`, `engine:${ENGINE_PASSWORD}`];

  beforeEach(() => {
    passwordFile(...both());
    host.write(COPY, host.read(PGPASS), 0o600);
    host.remove(PGPASS);
  });

  it('becomes the real one where the database is kept, and stays so', async () => {
    const text = host.read(COPY);
    const { report } = await run({ keepDatabases: true });
    expect(failed(report)).toEqual([]);
    expect(report.databases).toMatchObject([{ action: 'keep' }]);
    expect(host.read(PGPASS)).toBe(text);
    expect(statSync(host.real(PGPASS)).mode & 0o777).toBe(0o600);
    expect(host.exists(COPY)).toBe(false);
    expect((await run({ keepDatabases: true })).report.steps).toEqual([]);
  });

  it('is not written over one that is there with other people’s lines', async () => {
    host.write(PGPASS, 'db:5432:accounting:me:secret\n', 0o600);
    const { report } = await run({ keepDatabases: true });
    expect(failed(report)).toMatchObject([{ id: 'promote:engine', error: /other people's lines/ }]);
    expect(host.read(PGPASS)).toBe('db:5432:accounting:me:secret\n');
    expect(host.exists(COPY)).toBe(true);
  });

  it('is good enough to drop with, and goes', async () => {
    const { report } = await run();
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop' }] });
    expect(host.exists(COPY)).toBe(false);
  });
});

describe('an administrator who is no superuser', () => {
  beforeEach(async () => {
    await remoteOwner();
    passwordFile(`dba:${DBA_PASSWORD}`);
  });

  it('drops the database it owns, and the backup brings it back', async () => {
    const before = await picture();
    const inside = await server.connectAs('dba', DBA_PASSWORD, 'engine', { applicationName: 'ovirt-engine' });
    const ran = await run();
    const { report } = ran;
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop', role: 'dba' }] });
    expect(report.warnings).toContainEqual({
      code: 'sessions-ended',
      message: expect.stringContaining('dba ovirt-engine'),
    });
    await inside.end();
    expect(await databases()).toEqual([]);
    expect(written(ran)).not.toContain('password\\\\of');
    expect(written(ran)).not.toContain('password\\of');

    putBack(report.run!.backup!, shell());
    expect(await picture()).toBe(before);
  });

  it('drops it without a backup, where none is wanted', async () => {
    const { report } = await run({ backup: false });
    expect(failed(report)).toEqual([]);
    expect(report.outcome).toBe('ok');
    expect(await databases()).toEqual([]);
  });

  it('goes on where a killed run had closed the database to itself', async () => {
    await server.superuser('ALTER DATABASE engine CONNECTION LIMIT 0');
    const { report } = await run();
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop' }] });
    expect(await databases()).toEqual([]);
  });

  it('leaves everything as it was where somebody else is connected', async () => {
    await server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x'; ALTER DATABASE engine CONNECTION LIMIT 9");
    const inside = await server.connectAs('reader', 'x', 'engine');
    const before = await picture();
    const { report } = await run();
    expect(report).toMatchObject({ outcome: 'incomplete', intact: true });
    expect(failed(report)).toMatchObject([{ id: 'drop:engine', error: /reader fixture/ }]);
    await inside.query('SELECT 1');
    await inside.end();
    expect(await picture()).toBe(before);
    expect(host.exists(PGPASS)).toBe(true);
    expect((await run()).report.outcome).toBe('ok');
  });

  it('may not drop what holds something of others: then it is refused, or cleared without that', async () => {
    await server.superuser('CREATE TABLE public.figures (x int)', 'engine');
    const { report } = await run();
    expect(report).toMatchObject({ outcome: 'refused', databases: [{ action: 'clear' }] });
    expect(report.refusals).toMatchObject([{ check: 'foreign-objects' }]);
    expect(await databases()).toEqual(['engine']);
  });

  it('gets in with TLS, where the server asks for it: the file does not say', async () => {
    const hba = join(server.dir, 'data/pg_hba.conf');
    writeFileSync(hba, readFileSync(hba, 'utf8').replaceAll('host all', 'hostssl all'));
    await server.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
    const before = await picture();
    const { report } = await run();
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', databases: [{ action: 'drop' }] });
    putBack(report.run!.backup!, shell());
    expect(await picture()).toBe(before);
  });
});

describe('databases that upgrades left', () => {
  const OURS = 'engine_2013_01_02_03_04_05';
  const THEIRS = 'engine_2013_02_02_03_04_05';
  const EMPTY = 'engine_2013_03_02_03_04_05';

  async function leave(): Promise<void> {
    await server.superuser("CREATE ROLE accounting LOGIN PASSWORD 'x'");
    await server.superuser(`CREATE DATABASE ${THEIRS} TEMPLATE engine`);
    // Databases are shared objects: the engine's own is reassigned too, and given back.
    await server.superuser('REASSIGN OWNED BY engine TO accounting', THEIRS);
    await server.superuser(`ALTER DATABASE engine OWNER TO engine; ALTER DATABASE ${THEIRS} OWNER TO accounting`);
    await server.superuser(`CREATE DATABASE ${OURS} TEMPLATE engine OWNER engine`);
    await server.superuser(`CREATE DATABASE ${EMPTY} TEMPLATE template0 OWNER engine`);
    passwordFile(`postgres:${server.superuserPassword}`, `engine:${ENGINE_PASSWORD}`);
  }

  it('are told with their size, and stay where nobody asked for more', async () => {
    await leave();
    const sizeOf = async (): Promise<number> =>
      Number((await server.superuser<{ size: string }>(`SELECT pg_database_size('${OURS}') AS size`))[0]!.size);
    const before = await sizeOf();
    const { report } = await run();
    expect(report.databases).toMatchObject([
      { name: 'engine', action: 'drop' },
      { name: OURS, action: 'keep', leftover: true, backup: null },
    ]);
    // A first session in it leaves a cache of the catalogue.
    expect(report.databases[1]!.sizeBytes).toBeGreaterThanOrEqual(before);
    expect(report.databases[1]!.sizeBytes).toBeLessThanOrEqual(await sizeOf());
    const told = report.warnings.find(({ code }) => code === 'old-database')!;
    expect(told.message).toContain(`DROP DATABASE "${OURS}";`);
    expect(report.warnings.find(({ code }) => code === 'siblings')!.message).toContain(THEIRS);
    expect(await databases()).toEqual([OURS, THEIRS, EMPTY]);
    // The role stays with what it owns, and setup stops at that.
    expect(report).toMatchObject({ outcome: 'unready' });
    expect(report.verify!.checks.find(({ id }) => id === 'database-engine-role')!.hint).toContain(
      `DROP DATABASE "${OURS}";`,
    );
  });

  it('go with the others where that is asked for, and only ours; the backup brings them back', async () => {
    await leave();
    await server.superuser(`DROP DATABASE ${EMPTY}`);
    const before = await Promise.all(['engine', OURS].map(picture));
    const { report } = await run({ dropOldDatabases: true });
    expect(failed(report)).toEqual([]);
    expect(obstacles(report)).toEqual([]);
    expect(report).toMatchObject({
      outcome: 'ok',
      databases: [
        { name: 'engine', action: 'drop' },
        { name: OURS, action: 'drop', leftover: true },
      ],
    });
    expect(new Set(report.databases.map(({ backup }) => backup)).size).toBe(2);
    expect(await databases()).toEqual([THEIRS]);
    expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname = 'engine'")).toEqual([]);
    putBack(report.run!.backup!, shell());
    expect(await Promise.all(['engine', OURS].map(picture))).toEqual(before);
    await server.as('engine', ENGINE_PASSWORD, OURS, 'SELECT 1');
  });

  it('stay where the databases are kept, whatever else is asked for', async () => {
    await leave();
    const { report } = await run({ keepDatabases: true, dropOldDatabases: true });
    expect(report.databases).toMatchObject([{ action: 'keep' }, { name: OURS, action: 'keep' }]);
    expect(await databases()).toEqual(['engine', OURS, THEIRS, EMPTY]);
  });

  it('may hold the only data there is, where the upgrade died: that is said', async () => {
    await leave();
    await server.superuser('DROP DATABASE engine');
    const { report } = await run({ keepDatabases: true });
    const told = report.warnings.find(({ code }) => code === 'upgrade-died')!;
    expect(told.message).toContain(`ALTER DATABASE "${OURS}" RENAME TO "engine";`);
    expect(await databases()).toEqual([OURS, THEIRS, EMPTY]);
  });

  it('go too where their owner is no superuser', async () => {
    await remoteOwner();
    await server.superuser(`CREATE DATABASE ${OURS} TEMPLATE engine OWNER dba`);
    passwordFile(`dba:${DBA_PASSWORD}`);
    const before = await Promise.all(['engine', OURS].map(picture));
    const { report } = await run({ dropOldDatabases: true });
    expect(failed(report)).toEqual([]);
    expect(report.outcome).toBe('ok');
    expect(await databases()).toEqual([]);
    putBack(report.run!.backup!, shell());
    expect(await Promise.all(['engine', OURS].map(picture))).toEqual(before);
  });
});
