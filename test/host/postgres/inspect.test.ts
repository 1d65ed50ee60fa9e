/** What is found in a database: a finished one, every kind of half-built one, and ones that others work in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { g5 } from '../../../src/layouts/g5.ts';
import { databaseLayoutOf } from '../../../src/layouts/index.ts';
import type { DatabaseContent } from '../../../src/model/facts.ts';
import type { ComponentId, DatabaseLayout } from '../../../src/model/layout.ts';
import { ENCRYPTED_VALUES, emptyDatabase, halfBuilt } from '../../fixture/captured-database.ts';
import { ENGINE_PASSWORD, HISTORY_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { copyOf, errorOf, type Login, login } from './helpers.ts';

const layoutOf = (component: ComponentId): DatabaseLayout => databaseLayoutOf(g5, component)!;

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'engine+dwh' });
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
});
afterAll(() => server?.destroy());

async function look(how: Login, layout = layoutOf('engine')): Promise<DatabaseContent> {
  const connection = await login(server, how);
  try {
    return await inspectContent(connection, layout);
  } finally {
    await connection.close();
  }
}

/** What is found after SQL was run, as the role unless told otherwise, in a copy of the engine's database. */
async function lookAfter(sql: string, as: 'engine' | 'postgres' = 'engine'): Promise<DatabaseContent> {
  const database = await copyOf(server, 'engine');
  if (as === 'postgres') await server.superuser(sql, database);
  else await server.as('engine', ENGINE_PASSWORD, database, sql);
  return look({ database });
}

describe('a finished database', () => {
  it('of the engine has all that setup leaves', async () => {
    const content = await look({});
    const { serverVersion, serverId, sizeBytes, encrypted, ovnProvider, ...rest } = content;
    expect(serverVersion).toBeGreaterThanOrEqual(90200);
    expect(serverId).toMatch(/^\d{16}\/\d+$/);
    expect(sizeBytes).toBeGreaterThan(15_000_000);
    expect(Object.values(encrypted).reduce((sum, count) => sum + count, 0)).toBe(ENCRYPTED_VALUES);
    expect(ovnProvider).toMatch(/^[0-9a-f-]{36}$/);
    expect(rest).toEqual({
      owner: 'engine',
      tables: 156,
      ownedTables: 166,
      ownedObjects: 1721,
      obstacles: [],
      ownedSchemas: ['aaa_jdbc'],
      publicSchema: true,
      mayCreateInPublic: true,
      missingExtensions: [],
      foreignObjects: [],
      misowned: [],
      cascades: [],
      sessions: [],
      missing: [],
      stumbles: { state: 'asked', found: [] },
      recognised: true,
      dwh: { hostname: '', uuid: '', running: false },
      hostedEngine: 'none',
      renewalDays: null,
      lockCapacity: 9600,
    });
  });

  it('of the Data Warehouse is another kind', async () => {
    const how = { database: 'ovirt_engine_history', role: 'ovirt_engine_history', password: HISTORY_PASSWORD };
    expect(await look(how, layoutOf('dwh'))).toMatchObject({
      tables: 40,
      missing: [],
      recognised: true,
      encrypted: {},
      dwh: null,
      hostedEngine: 'unknown',
      ovnProvider: null,
      renewalDays: null,
      stumbles: { state: 'asked', found: [] },
    });
    expect(await look(how, layoutOf('keycloak'))).toMatchObject({
      recognised: false,
      missing: ['realm', 'databasechangelog'],
    });
    expect(await look(how, layoutOf('managedblock'))).toMatchObject({ missing: [], recognised: false });
  });
});

describe('a half-built database', () => {
  it.each([
    ['noVms', ['vms', 'schema aaa_jdbc', 'an administrator with the role SuperUser']],
    ['noAaa', ['schema aaa_jdbc', 'an administrator with the role SuperUser']],
    ['noAdmin', ['an administrator with the role SuperUser']],
    ['stateRunning', ['a finished schema_version']],
  ] as const)('%s says what it lacks', async (state, missing) => {
    expect((await lookAfter(halfBuilt[state])).missing).toEqual(missing);
  });

  it('without the tables that are looked into is no failure', async () => {
    const content = await lookAfter(
      'DROP TABLE public.providers, public.schema_version, public.users, public.vds_statistics, public.dwh_history_timekeeping CASCADE; ALTER TABLE public.fence_agents DROP agent_password CASCADE',
    );
    expect(content).toMatchObject({ recognised: false, dwh: null, hostedEngine: 'unknown', ovnProvider: null });
    expect(content.missing).toEqual(
      expect.arrayContaining(['providers', 'schema_version', 'users', 'a finished schema_version']),
    );
    expect(Object.keys(content.encrypted)).not.toContain('providers.auth_password');
    expect(Object.keys(content.encrypted)).toContain('vm_init.password');
  });

  it('whose tables the role may not read is no failure either', async () => {
    expect(await lookAfter('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM engine', 'postgres')).toMatchObject({
      tables: 156,
      encrypted: {},
      dwh: null,
      missing: expect.arrayContaining(['an administrator with the role SuperUser']),
    });
  });

  it('is not mistaken for one with two current versions or none', async () => {
    expect((await lookAfter('UPDATE public.schema_version SET current = false')).missing).toEqual([
      'a finished schema_version',
    ]);
    expect((await lookAfter('UPDATE public.schema_version SET current = true WHERE id < 3')).missing).toEqual([
      'a finished schema_version',
    ]);
  });
});

describe('an empty database', () => {
  it('is as setup needs it', async () => {
    expect(await lookAfter(emptyDatabase)).toMatchObject({
      tables: 0,
      ownedTables: 0,
      ownedObjects: 0,
      obstacles: [],
      ownedSchemas: [],
      missingExtensions: [],
      recognised: false,
      stumbles: { state: 'unasked' },
    });
  });

  it('without tables still names what stands in the way, whoever owns it', async () => {
    const content = await lookAfter(
      `SET SESSION AUTHORIZATION engine; ${emptyDatabase} RESET SESSION AUTHORIZATION; CREATE SEQUENCE public."Se.q"; CREATE VIEW public.v AS SELECT 1 AS x;
       CREATE TYPE public.comp AS (a int); CREATE TYPE public.mood AS ENUM ('a'); CREATE SCHEMA aaa_jdbc; CREATE EXTENSION pg_stat_statements; DROP EXTENSION "uuid-ossp"`,
      'postgres',
    );
    expect(content.obstacles).toEqual([
      'composite type public.comp',
      'schema aaa_jdbc',
      'sequence public."Se.q"',
      'view public.v',
    ]);
    expect(content).toMatchObject({ missingExtensions: ['uuid-ossp'], ownedObjects: 0 });
  });

  it('without the schema public, or the right to use it, says so', async () => {
    expect(await lookAfter('DROP SCHEMA public CASCADE', 'postgres')).toMatchObject({
      publicSchema: false,
      mayCreateInPublic: false,
      missingExtensions: ['uuid-ossp'],
    });
    expect(
      await lookAfter('ALTER SCHEMA public OWNER TO postgres; REVOKE CREATE ON SCHEMA public FROM PUBLIC', 'postgres'),
    ).toMatchObject({ publicSchema: true, mayCreateInPublic: false });
  });
});

describe('rows that matter', () => {
  it.each([
    [false, 'active'],
    [true, 'maintenance'],
  ] as const)('a hosted engine whose host has ha_global_maintenance %s is %s', async (maintenance, state) => {
    const sql = `UPDATE public.vm_static SET vm_name = 'HostedEngine' WHERE vm_name = 'vm2'; UPDATE public.vds_statistics SET ha_global_maintenance = ${maintenance};
      DROP VIEW IF EXISTS public.vms CASCADE`;
    expect((await lookAfter(sql)).hostedEngine).toBe(state);
  });

  it('a hosted engine of another name is found, one that runs nowhere is idle, and after a restore it is of no concern', async () => {
    const named = "UPDATE public.vdc_options SET option_value = 'vm2' WHERE option_name = 'HostedEngineVmName'";
    expect((await lookAfter(named)).hostedEngine).toBe('active');
    expect((await lookAfter(`${named}; UPDATE public.vm_dynamic SET run_on_vds = NULL`)).hostedEngine).toBe('idle');
    const restored = "UPDATE public.vdc_options SET option_value = '1' WHERE option_name = 'DbJustRestored'";
    expect((await lookAfter(`${named}; ${restored}`)).hostedEngine).toBe('none');
  });

  it.each([
    ['180', 180],
    ['soon', null],
  ])('CertExpirationWarnPeriodInDays of %s is %s days', async (value, days) => {
    const sql = `INSERT INTO public.vdc_options SELECT 9999, 'CertExpirationWarnPeriodInDays', '${value}', 'general', ''`;
    expect((await lookAfter(sql)).renewalDays).toBe(days);
  });

  it('the Data Warehouse that the engine knows; an empty value is blank, a missing row is none', async () => {
    const sql = `UPDATE public.dwh_history_timekeeping SET var_value = CASE var_name WHEN 'DwhCurrentlyRunning' THEN '1' WHEN 'dwhUuid' THEN 'u-1' END;
      DELETE FROM public.dwh_history_timekeeping WHERE var_name = 'dwhHostname'`;
    expect((await lookAfter(sql)).dwh).toEqual({ hostname: null, uuid: 'u-1', running: true });
  });

  it('only a provider of the name that setup gives', async () => {
    const sql = "UPDATE public.providers SET name = 'ovirt-provider-ovn-2'";
    expect((await lookAfter(sql)).ovnProvider).toBeNull();
  });

  it('passwords among the options are encrypted, other options are not', async () => {
    const option = (name: string, value: string): string =>
      `INSERT INTO public.vdc_options (option_name, option_value, default_value, version) VALUES ('${name}', '${value}', '', 'general')`;
    const sql = [option('AdminPassword', 'c2VjcmV0'), option('SysPrepDefaultPassword', ''), option('Other', 'x')];
    expect((await lookAfter(sql.join('; '))).encrypted).toMatchObject({ 'vdc_options.option_value': 1 });
  });

  it('values that are empty are not encrypted', async () => {
    const sql = "UPDATE public.fence_agents SET agent_password = ''; UPDATE public.vm_init SET password = NULL";
    expect((await lookAfter(sql)).encrypted).toMatchObject({
      'fence_agents.agent_password': 0,
      'vm_init.password': 0,
      'providers.auth_password': 1,
    });
  });
});

describe('others in the database', () => {
  it('own objects of every kind, which are named; members of extensions are nobody’s', async () => {
    const content = await lookAfter(
      `SET ROLE other; RESET ROLE; GRANT ALL ON SCHEMA public TO other; CREATE EXTENSION pg_stat_statements; CREATE EXTENSION citext SCHEMA public; SET SESSION AUTHORIZATION other;
       CREATE TABLE public."T x" (id serial); CREATE FUNCTION public.f("a b" int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN public.d AS int; SELECT lo_create(99);
       RESET SESSION AUTHORIZATION; CREATE SCHEMA theirs AUTHORIZATION other; CREATE TEMP TABLE gone (x int)`,
      'postgres',
    );
    expect(content.foreignObjects).toEqual([
      'domain public.d',
      'function public.f("a b" integer)',
      'large object 99',
      'schema theirs',
      'sequence public."T x_id_seq"',
      'table public."T x"',
    ]);
    expect(content.cascades).toEqual([]);
  });

  it('own tables and views in any schema, which setup does not upgrade: not what extensions keep track of, nor what a role of ours owns', async () => {
    const content = await lookAfter(
      `CREATE ROLE team; GRANT team TO engine; CREATE EXTENSION pg_stat_statements; CREATE SCHEMA theirs AUTHORIZATION other; SET SESSION AUTHORIZATION other;
       CREATE TABLE theirs.figures (id int PRIMARY KEY); RESET SESSION AUTHORIZATION; GRANT SELECT ON public.job TO other; GRANT CREATE ON SCHEMA public TO other;
       SET SESSION AUTHORIZATION other; CREATE VIEW public.jobs AS SELECT job_id FROM public.job; RESET SESSION AUTHORIZATION;
       GRANT CREATE ON SCHEMA public TO team; CREATE TABLE public.shared (id int); ALTER TABLE public.shared OWNER TO team`,
      'postgres',
    );
    expect(content.misowned).toEqual(['index theirs.figures_pkey', 'table theirs.figures', 'view public.jobs']);
    // Nobody's data hangs on the view: a clearing takes it along, an upgrade stops at it.
    expect(content.cascades).toMatchObject([{ name: 'view public.jobs' }]);
  });

  it('have sessions, which are named as far as a plain role may see them', async () => {
    const database = await copyOf(server, 'engine');
    const other = await server.connectAs('other', 'other', database, { applicationName: 'reporting' });
    const same = await server.connectAs('engine', ENGINE_PASSWORD, database, { applicationName: 'leftover' });
    const { sessions } = await look({ database });
    expect(sessions).toMatchObject([
      { role: 'other', application: 'reporting', client: '', state: '' },
      { role: 'engine', application: 'leftover', client: '127.0.0.1', state: 'idle' },
    ]);
    await Promise.all([other.end(), same.end()]);
  });

  it('have publications of our tables, which fall with them', async () => {
    const content = await lookAfter(
      'GRANT CREATE ON DATABASE postgres TO other; CREATE PUBLICATION reports FOR TABLE public.job',
      'postgres',
    );
    expect(content).toMatchObject({
      foreignObjects: [],
      cascades: [
        {
          name: 'publication relation public.job in publication reports',
          definition: 'ALTER PUBLICATION reports ADD TABLE ONLY public.job;',
        },
      ],
    });
  });
});

it('a server that is too slow is an error, not a finding', async () => {
  const database = await copyOf(server, 'engine');
  const blocker = await server.connectAs('postgres', server.superuserPassword, database);
  await blocker.query('BEGIN; LOCK TABLE public.providers');
  expect((await errorOf(look({ database, timeoutMs: 300 }))).code).toBe('57014');
  await blocker.end();
});
