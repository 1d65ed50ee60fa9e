/** Closing and dropping databases and roles as superuser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropDatabase, dropRole } from '../../../src/host/postgres/drop.ts';
import { inspectAdmin } from '../../../src/host/postgres/inspect-admin.ts';
import { sealDatabase, unsealDatabase } from '../../../src/host/postgres/seal.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { adminOf, copyOf, errorOf, login } from './helpers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'engine+dwh' });
  for (const role of ['other', 'grafana']) await server.superuser(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
});
afterAll(() => server?.destroy());

async function exists(database: string): Promise<boolean> {
  return (await server.superuser(`SELECT 1 FROM pg_database WHERE datname = '${database}'`)).length > 0;
}

async function limitOf(database: string): Promise<unknown> {
  return (await server.superuser(`SELECT datconnlimit AS limit FROM pg_database WHERE datname = '${database}'`))[0]
    ?.limit;
}

const drop = (role: string) => dropRole(adminOf(server), role, (database) => adminOf(server, database));

describe('a database', () => {
  it('that is sealed lets nobody in but superusers, ends who is there, and can be opened again', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(`ALTER DATABASE "${database}" CONNECTION LIMIT 7`);
    const inside = await server.connectAs('engine', ENGINE_PASSWORD, database, { applicationName: 'ovirt-engine' });
    const { limit, sessions } = await sealDatabase(adminOf(server), database);
    expect(limit).toBe(7);
    expect(sessions).toMatchObject([{ role: 'engine', application: 'ovirt-engine', client: '127.0.0.1' }]);
    await expect(inside.query('SELECT 1')).rejects.toThrow();
    expect((await errorOf(login(server, { database }))).code).toBe('53300');
    expect(await adminOf(server, database).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await sealDatabase(adminOf(server), database)).limit).toBe(0);
    await unsealDatabase(adminOf(server), database, -1);
    await (await login(server, { database })).close();
    await inside.end();
  });

  it('goes with everybody who is connected to it, and a second time is no failure', async () => {
    const database = await copyOf(server, 'engine');
    const inside = await server.connectAs('engine', ENGINE_PASSWORD, database);
    await inside.query('BEGIN; LOCK TABLE public.vds_static');
    await dropDatabase(adminOf(server), database);
    expect(await exists(database)).toBe(false);
    await dropDatabase(adminOf(server), database);
    await unsealDatabase(adminOf(server), database, -1);
    await inside.end();
  });

  it('of any name is dropped, and no other', async () => {
    for (const name of ['Odd "name"', "it's; DROP", 'odd'])
      await server.superuser(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    await dropDatabase(adminOf(server), 'Odd "name"');
    await dropDatabase(adminOf(server), "it's; DROP");
    expect(await exists('Odd "name"')).toBe(false);
    expect(await exists('odd')).toBe(true);
  });

  it('in which a prepared transaction waits is left, and the error says why', async () => {
    await using busy = await PostgresServer.start({ settings: { max_prepared_transactions: 5 } });
    await busy
      .as('engine', ENGINE_PASSWORD, 'engine', 'BEGIN; CREATE TABLE public.waits (x int)')
      .catch(() => undefined);
    const session = await busy.connectAs('engine', ENGINE_PASSWORD, 'engine');
    await session.query("BEGIN; DELETE FROM public.job; PREPARE TRANSACTION 'waits'");
    await session.end();
    const error = await errorOf(dropDatabase(adminOf(busy), 'engine'));
    expect(error.code).toBe('55006');
    expect(error.hint).toContain('pg_prepared_xacts');
    expect(error.intact).toBe(true);
    expect(await busy.superuser("SELECT 1 AS one FROM pg_database WHERE datname = 'engine'")).toHaveLength(1);
  });
});

describe('a role', () => {
  it('goes when it owns and is granted nothing, and a second time is no failure', async () => {
    await server.superuser("CREATE ROLE free LOGIN PASSWORD 'x' IN ROLE other; GRANT free TO grafana");
    expect(await drop('free')).toEqual({ dropped: true, dependents: [] });
    expect(await drop('free')).toEqual({ dropped: true, dependents: [] });
    expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname = 'free'")).toEqual([]);
  });

  it('stays while it owns a database, or is granted something in one, and says where', async () => {
    expect(await drop('engine')).toEqual({ dropped: false, dependents: (await owned('engine')).sort() });
    await server.superuser('GRANT SELECT ON public.vds_static TO grafana', 'engine');
    expect(await drop('grafana')).toEqual({ dropped: false, dependents: ['engine'] });
    await server.superuser('REVOKE SELECT ON public.vds_static FROM grafana', 'engine');
    await server.superuser('GRANT CONNECT ON DATABASE ovirt_engine_history TO grafana');
    expect(await drop('grafana')).toEqual({ dropped: false, dependents: ['ovirt_engine_history'] });
    await server.superuser('REVOKE CONNECT ON DATABASE ovirt_engine_history FROM grafana');
  });

  /** Databases of the server that the role owns: its own, and copies of other tests. */
  async function owned(role: string): Promise<string[]> {
    const rows = await server.superuser<{ name: string }>(
      `SELECT datname AS name FROM pg_database WHERE pg_get_userbyid(datdba) = '${role}'`,
    );
    return rows.map(({ name }) => name);
  }

  it('takes its own default privileges along, which belong to nobody else', async () => {
    await server.superuser("CREATE ROLE leaver LOGIN PASSWORD 'x'");
    await server.superuser(
      'ALTER DEFAULT PRIVILEGES FOR ROLE leaver GRANT SELECT ON TABLES TO other',
      'ovirt_engine_history',
    );
    expect(await drop('leaver')).toEqual({ dropped: true, dependents: [] });
  });

  it('that is a superuser or the server’s own is never dropped', async () => {
    await server.superuser('CREATE ROLE mighty SUPERUSER');
    for (const role of ['mighty', 'postgres', 'pg_monitor'])
      expect((await errorOf(drop(role))).message).toContain('never dropped');
    expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname IN ('mighty', 'pg_monitor')")).toHaveLength(2);
  });
});

describe('the look of the local superuser', () => {
  const subject = {
    database: 'engine',
    role: 'engine',
    defaultName: 'engine',
    signature: ['vdc_options', 'schema_version'],
    traces: [] as string[],
    leftovers: null as RegExp | null,
    owners: [] as string[],
    readOnlyRoles: ['grafana', 'no-such-role'],
  };
  const look = (more: Partial<typeof subject> = {}) =>
    inspectAdmin(adminOf(server), (database) => adminOf(server, database), { ...subject, ...more }).then(
      ({ view }) => view,
    );

  it('finds database, roles and siblings', async () => {
    for (const name of [
      'engine_20260101120000',
      'engine_2026_01_01_12_00_00',
      'engine_20260101',
      'engineX20260101120000',
      'engine_20260202120000',
    ])
      await server.superuser(`CREATE DATABASE "${name}" TEMPLATE ${name.includes('0202') ? 'template0' : 'engine'}`);
    await server.superuser('GRANT SELECT ON public.vds_static TO grafana', 'engine');
    await server.superuser(
      'CREATE TABLE public.theirs (x int); GRANT SELECT ON public.theirs TO grafana',
      'ovirt_engine_history',
    );
    const found = await look();
    expect(found).toMatchObject({
      serverVersion: expect.any(Number),
      database: { exists: true, owner: 'engine', connectionLimit: -1, recognised: true, tables: 156 },
      role: { name: 'engine', exists: true, superuser: false },
      readOnlyRoles: [
        { name: 'grafana', exists: true, superuser: false },
        { name: 'no-such-role', exists: false, superuser: false, elsewhere: [] },
      ],
      siblings: ['engine_20260101120000', 'engine_2026_01_01_12_00_00'],
    });
    expect(found.database!.sizeBytes).toBeGreaterThan(15_000_000);
    expect(found.role!.elsewhere).not.toContain('engine');
    expect(found.readOnlyRoles[0]!.elsewhere).toContain('ovirt_engine_history');
    expect(found.readOnlyRoles[0]!.elsewhere).not.toContain('engine');
  });

  it('tells another kind of database, an absent one, and one that nobody may enter', async () => {
    expect((await look({ database: 'ovirt_engine_history' })).database).toMatchObject({
      exists: true,
      recognised: false,
      tables: 41,
    });
    expect(await look({ database: 'nowhere', role: 'nobody' })).toMatchObject({
      database: { exists: false, owner: null, recognised: false },
      role: { exists: false },
    });
    await server.superuser('CREATE DATABASE shut ALLOW_CONNECTIONS false');
    expect((await look({ database: 'shut' })).database).toMatchObject({ exists: true, recognised: false, tables: 0 });
    await server.superuser('CREATE DATABASE sealed CONNECTION LIMIT 0');
    expect(await limitOf('sealed')).toBe(0);
    expect((await look({ database: 'sealed' })).database).toMatchObject({ exists: true, connectionLimit: 0 });
  });

  it('knows a superuser among the roles', async () => {
    expect((await look({ role: 'postgres' })).role).toMatchObject({ superuser: true });
  });
});
