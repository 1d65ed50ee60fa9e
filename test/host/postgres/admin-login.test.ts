/** A login of setup's password file that administers a server: as superuser, and as an owner who is none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminConnection } from '../../../src/host/port.ts';
import { loginAdmin } from '../../../src/host/postgres/admin-login.ts';
import { dropDatabase, dropRole } from '../../../src/host/postgres/drop.ts';
import { rawError } from '../../../src/host/postgres/errors.ts';
import { type AdminSubject, inspectAdmin } from '../../../src/host/postgres/inspect-admin.ts';
import { rolesScript } from '../../../src/host/postgres/roles.ts';
import { sealAsOwner } from '../../../src/host/postgres/seal.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { run } from '../../fixture/run.ts';
import { adminOf, copyOf, credentialsOf, databasesOf, errorOf, LIMIT, login } from './helpers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
  for (const role of ['maker', 'stranger'])
    await server.superuser(`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD '${role}-password'`);
});
afterAll(() => server?.destroy());

function as(role: string, database = 'postgres', password = `${role}-password`): AdminConnection {
  const credentials = credentialsOf(server, { role, database });
  const secret = role === 'postgres' ? server.superuserPassword : password;
  const options = { password: secret, timeoutMs: LIMIT, extraCa: [] };
  return loginAdmin(databasesOf(server).connect, credentials, options);
}

let made = 0;

/** A copy of the engine's database that is the maker's, with everything in it. */
async function owned(): Promise<string> {
  made += 1;
  const name = `owned_${made}`;
  await server.superuser(`CREATE DATABASE ${name} TEMPLATE engine OWNER engine`);
  await server.superuser('REASSIGN OWNED BY engine TO maker', name);
  // The engine's own database is a shared object, and was reassigned with it.
  await server.superuser('ALTER DATABASE engine OWNER TO engine');
  return name;
}

const limitOf = async (database: string): Promise<unknown> =>
  (await server.superuser(`SELECT datconnlimit AS limit FROM pg_database WHERE datname = '${database}'`))[0]?.limit;

describe('a login', () => {
  it('gets typed values, as the local superuser does', async () => {
    const sql = `SELECT 1 AS number, 12345678901::int8 AS big, true AS flag, NULL AS nothing, 'a|"b"\n\\' AS text, ARRAY['a', 'b'] AS list`;
    expect(await as('maker').query(sql)).toEqual(await adminOf(server).query(sql));
    expect(await as('maker').query('SELECT 1 AS one WHERE false')).toEqual([]);
  });

  it('says why it does not get in, and what a statement failed of', async () => {
    expect((await errorOf(as('maker', 'postgres', 'wrong').query('SELECT 1'))).code).toBe('28P01');
    expect((await errorOf(as('maker', 'nowhere').query('SELECT 1'))).code).toBe('3D000');
    const error = await errorOf(as('postgres').execute('DROP ROLE engine'));
    expect(error.code).toBe('2BP01');
    expect(rawError(error.cause).detail).toContain('owner of database engine');
  });

  it('leaves no session behind', async () => {
    await as('maker').query('SELECT 1 AS one');
    await as('maker').execute('SELECT 1');
    const rows = await server.superuser("SELECT pid FROM pg_stat_activity WHERE usename = 'maker'");
    expect(rows).toEqual([]);
  });

  it('hands pg_dump its password in a file without a name', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-login-'));
    try {
      const { connection, env, fds, close } = await as('postgres', 'engine').login(dir);
      expect(connection).not.toContain(server.superuserPassword);
      expect(Object.values(env).join()).not.toContain(server.superuserPassword);
      expect(fds).toHaveLength(1);
      close();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('its look', () => {
  const subject: AdminSubject = {
    database: 'engine',
    role: 'engine',
    defaultName: 'engine',
    signature: ['vdc_options', 'schema_version'],
    traces: ['tags_vm_pool_map'],
    leftovers: /^engine_\d{4}(_\d{2}){5}$/,
    owners: ['maker', 'engine'],
    readOnlyRoles: [],
  };
  const look = (role: string, more: Partial<AdminSubject> = {}) =>
    inspectAdmin(as(role), (database) => as(role, database), { ...subject, ...more });

  it('as superuser sees what the local superuser sees', async () => {
    const local = await inspectAdmin(adminOf(server), (database) => adminOf(server, database), subject);
    // It grows while it is looked at.
    const { database } = local.view;
    const view = { ...local.view, database: { ...database, sizeBytes: expect.any(Number) } };
    expect(await look('postgres')).toEqual({ ...local, view });
    expect(local).toMatchObject({ superuser: true, view: { database: { mayDrop: true, recognised: true } } });
  });

  it('as a plain role says what it may drop: what it owns, where nobody else has anything in it', async () => {
    const database = await owned();
    expect(await look('maker', { database })).toMatchObject({
      superuser: false,
      view: { database: { owner: 'maker', mayDrop: true, recognised: true, tables: 156 } },
    });
    await server.superuser('CREATE TABLE public.theirs (x int)', database);
    expect((await look('maker', { database })).view.database).toMatchObject({ mayDrop: false, recognised: true });
    expect((await look('stranger', { database })).view.database).toMatchObject({ mayDrop: false });
    await server.superuser(`DROP DATABASE ${database}`);
  });

  it('tells a database in which setup died: by a relation that no other kind has, or by none at all', async () => {
    await server.superuser('CREATE DATABASE half OWNER maker');
    const half = () => look('maker', { database: 'half' }).then(({ view }) => view.database);
    expect(await half()).toMatchObject({ recognised: false, partial: true, tables: 0 });
    await as('maker', 'half').execute('CREATE SCHEMA theirs');
    await as('maker', 'half').execute('CREATE TABLE theirs.x (x int)');
    expect(await half()).toMatchObject({ recognised: false, partial: false, tables: 0 });
    await as('maker', 'half').execute('CREATE TABLE public.tags_vm_pool_map (x int)');
    expect(await half()).toMatchObject({ recognised: false, partial: true, tables: 1 });
    await server.superuser('DROP DATABASE half');
  });

  it('finds what upgrades left by name, owner and content together', async () => {
    const name = (day: string) => `engine_2013_01_${day}_03_04_05`;
    const database = await owned();
    await server.superuser(`ALTER DATABASE ${database} RENAME TO ${name('01')}`);
    await server.superuser(`CREATE DATABASE ${name('02')} TEMPLATE engine OWNER stranger`);
    await server.superuser(`CREATE DATABASE ${name('03')} TEMPLATE template0 OWNER maker`);
    await server.superuser('CREATE DATABASE engine_20130104030405 TEMPLATE engine OWNER engine');
    const { view } = await look('postgres');
    expect(view.leftovers).toMatchObject([{ name: name('01'), owner: 'maker', recognised: true, mayDrop: true }]);
    expect(view.leftovers[0]!.sizeBytes).toBeGreaterThan(15_000_000);
    expect(view.siblings).toEqual(['engine_20130104030405', name('02')]);
    expect((await look('postgres', { leftovers: null })).view).toMatchObject({
      leftovers: [],
      siblings: ['engine_20130104030405', name('01'), name('02')],
    });
    for (const one of [name('01'), name('02'), name('03'), 'engine_20130104030405'])
      await server.superuser(`DROP DATABASE ${one}`);
  });

  it('of a database that a killed run closed tells that it is closed, and of one it may not enter why', async () => {
    const database = await owned();
    await server.superuser(`ALTER DATABASE ${database} CONNECTION LIMIT 0`);
    expect((await look('maker', { database })).view.database).toMatchObject({
      connectionLimit: 0,
      recognised: false,
      mayDrop: true,
    });
    await server.superuser(`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
    await server.superuser(`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
    expect((await errorOf(look('stranger', { database }))).code).toBe('42501');
    await server.superuser(`DROP DATABASE ${database}`);
  });
});

describe('an owner who is no superuser', () => {
  it('closes a database to everybody but the session that holds it, ends its own sessions, and drops it', async () => {
    const database = await owned();
    const inside = await server.connectAs('maker', 'maker-password', database, { applicationName: 'engine' });
    const holder = await login(server, { role: 'maker', database, password: 'maker-password' });
    const [row] = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const limits: number[] = [];
    const ended = await sealAsOwner(as('maker'), database, row!.pid, (limit) => void limits.push(limit));
    expect(ended).toMatchObject([{ role: 'maker', application: 'engine' }]);
    expect(limits).toEqual([-1]);
    expect((await errorOf(login(server, { role: 'maker', database, password: 'maker-password' }))).code).toBe('53300');
    expect(await holder.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await holder.close();
    await inside.end();
    await dropDatabase(as('maker'), database);
    expect(await limitOf(database)).toBeUndefined();
  });

  it('leaves a database to which others are connected, and names them', async () => {
    const database = await owned();
    const inside = await server.connectAs('stranger', 'stranger-password', database, { applicationName: 'report' });
    const error = await errorOf(sealAsOwner(as('maker'), database, 0, () => undefined));
    expect(error.code).toBe('55006');
    expect(error.message).toContain('stranger report');
    await inside.query('SELECT 1');
    await inside.end();
    await server.superuser(`DROP DATABASE ${database}`);
  });

  it('writes down how its database was made, from which it can make it again', async () => {
    const database = await owned();
    await server.superuser(`ALTER DATABASE ${database} SET client_min_messages TO error`);
    await server.superuser(`ALTER DATABASE ${database} CONNECTION LIMIT 12`);
    const script = await rolesScript(as('maker'), [], [{ name: database, limit: null }]);
    expect(script).not.toContain('PASSWORD');
    await dropDatabase(as('maker'), database);
    const target = `--dbname=host=localhost port=${server.port} user=maker dbname=postgres`;
    const env = { ...server.programs.env, PGPASSWORD: 'maker-password' };
    const psql = join(server.programs.bin, 'psql');
    await run(psql, ['-X', '-v', 'ON_ERROR_STOP=1', target, '-f', '-'], { env, input: script });
    expect(await limitOf(database)).toBe(12);
    expect(await rolesScript(as('maker'), [], [{ name: database, limit: null }])).toBe(script);
    await server.superuser(`DROP DATABASE ${database}`);
  });
});

describe('a superuser with a password', () => {
  it('drops a database with whoever is in it, and then its role', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(`CREATE ROLE leaver LOGIN PASSWORD 'x'; ALTER DATABASE ${database} OWNER TO leaver`);
    const inside = await server.connectAs('stranger', 'stranger-password', database);
    await dropDatabase(as('postgres'), database);
    expect(await limitOf(database)).toBeUndefined();
    await inside.end();
    const dropped = await dropRole(as('postgres'), 'leaver', (name) => as('postgres', name));
    expect(dropped).toEqual({ dropped: true, dependents: [] });
  });
});
