/** Logging in as a role, and what the ways in which that fails say about the database. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLost } from '../../../src/host/postgres/errors.ts';
import { quoteLiteral } from '../../../src/host/postgres/quote.ts';
import { reachOf } from '../../../src/host/postgres/reach.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { freePort } from '../../fixture/server-process.ts';
import { errorOf, type Login, login } from './helpers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.destroy());

/** How and why a login fails. */
async function failure(how: Login, on = server) {
  const error = await errorOf(login(on, how));
  return { error, state: reachOf(error).state };
}

async function current(how: Login): Promise<string> {
  const connection = await login(server, how);
  const [row] = await connection.query<{ who: string }>('SELECT current_user::text AS who');
  await connection.close();
  return row!.who;
}

describe('a login', () => {
  it.each(['a:b\\c', "it's 'quoted'", ' blanks around ', 'äö€', '$(reboot)`', '"\\"'])(
    'works with the password %j',
    async (password) => {
      await server.superuser(`DROP ROLE IF EXISTS odd`);
      await server.superuser(`CREATE ROLE odd LOGIN PASSWORD ${quoteLiteral(password)}`);
      expect(await current({ role: 'odd', password })).toBe('odd');
    },
  );

  it('works with a role and a database of any name', async () => {
    const name = 'My "odd" role; it\'s.\\';
    await server.superuser(`CREATE ROLE "${name.replaceAll('"', '""')}" LOGIN PASSWORD 'x'`);
    await server.superuser(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    expect(await current({ role: name, database: name, password: 'x' })).toBe(name);
  });

  it('uses nothing of the environment: neither PGPASSWORD nor PGOPTIONS nor a password file', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      PGPASSWORD: ENGINE_PASSWORD,
      PGOPTIONS: '-c search_path=public',
      PGSSLMODE: 'require',
    });
    try {
      const { error, state } = await failure({ password: undefined });
      expect([state, error.code]).toEqual(['rejected', '28P01']);
      expect(error.message).toContain('10-setup-database.conf');
      const connection = await login(server);
      expect(await connection.query("SELECT current_setting('search_path') AS path")).toEqual([{ path: 'pg_catalog' }]);
      expect(await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([
        { ssl: false },
      ]);
      await connection.close();
    } finally {
      process.env = before;
    }
  });
});

describe('the reach of a database', () => {
  it('tells absent, rejected and unreachable apart', async () => {
    expect((await failure({ database: 'nowhere' })).state).toBe('absent');
    const { error, state } = await failure({ password: 'wrong-password' });
    expect([state, error.code]).toEqual(['rejected', '28P01']);
    expect(`${error.message}${error.hint}`).not.toContain('wrong-password');
    expect((await failure({ role: 'nobody-of-that-name' })).state).toBe('rejected');
    await server.superuser("CREATE ROLE nologin PASSWORD 'x'");
    expect((await failure({ role: 'nologin', password: 'x' })).state).toBe('rejected');

    const closed = await failure({ port: await freePort() });
    expect([closed.state, closed.error.code]).toEqual(['unreachable', 'ECONNREFUSED']);
    expect(closed.error.message).toContain('ECONNREFUSED');
    expect((await failure({ host: 'no-such-host.invalid' })).state).toBe('unreachable');
  });

  it('is sealed by a connection limit of the database only', async () => {
    await server.superuser('CREATE DATABASE closed CONNECTION LIMIT 0');
    const sealed = await failure({ database: 'closed' });
    expect([sealed.state, sealed.error.code]).toEqual(['sealed', '53300']);
    await server.superuser("CREATE ROLE limited LOGIN PASSWORD 'x' CONNECTION LIMIT 0");
    const limited = await failure({ role: 'limited', password: 'x' });
    expect([limited.state, limited.error.code]).toEqual(['unreachable', '53300']);
  });

  it('is half dropped where the server died while it dropped the database', async () => {
    await server.superuser('CREATE DATABASE begun');
    await server.superuser("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'begun'");
    const begun = await failure({ database: 'begun' });
    expect([begun.state, begun.error.code]).toEqual(['half-dropped', '55000']);
    await server.superuser('CREATE DATABASE shut ALLOW_CONNECTIONS false');
    const shut = await failure({ database: 'shut' });
    expect([shut.state, shut.error.code]).toEqual(['unreachable', '55000']);
  });

  it('of a full server is unreachable, not sealed', async () => {
    await using full = await PostgresServer.start({ settings: { max_connections: 5 } });
    const sessions = [await login(full), await login(full)];
    const { error, state } = await failure({}, full);
    expect([state, error.code]).toEqual(['unreachable', '53300']);
    for (const session of sessions) await session.close();
  });

  it('is unreachable where pg_hba.conf lets nobody in: the password may be right', async () => {
    await using strict = await PostgresServer.start();
    const hba = join(strict.dir, 'data/pg_hba.conf');
    for (const lines of [
      'host engine engine 127.0.0.1/32 reject\nhost engine engine ::1/128 reject\n',
      'local all all trust\n',
    ]) {
      writeFileSync(hba, `${lines}local all postgres trust\n`);
      await strict.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
      const { error, state } = await failure({}, strict);
      expect([state, error.code]).toEqual(['unreachable', '28000']);
      expect(error.hint).toContain('pg_hba.conf');
    }
    expect(readFileSync(hba, 'utf8')).toContain('trust');
  });

  it('is not guessed from a bug', () => {
    expect(() => reachOf(new TypeError('bug'))).toThrow(TypeError);
  });
});

describe('TLS', () => {
  const secured = { secured: true, validation: true };
  const ca = () => readFileSync(server.caFile, 'utf8');

  it('is used where setup uses it, and not verified where setup does not', async () => {
    const connection = await login(server, { secured: true });
    expect(await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    await connection.close();
  });

  it('is verified against the CAs that are handed over', async () => {
    expect(await current({ ...secured, extraCa: [ca()] })).toBe('engine');
    expect(await current({ ...secured, host: '127.0.0.1', extraCa: [ca()] })).toBe('engine');
    for (const extraCa of [[], [readFileSync(server.otherCaFile, 'utf8')]]) {
      const { error, state } = await failure({ ...secured, extraCa });
      expect(state).toBe('unreachable');
      expect(error.code).toMatch(/CERT|SIGNATURE|ISSUER/);
      expect(error.hint).toContain('CA');
    }
  });

  it('is refused where the certificate is of another name', async () => {
    await using other = await PostgresServer.start({ settings: { listen_addresses: '127.0.0.2' } });
    const extraCa = [readFileSync(other.caFile, 'utf8')];
    const { error, state } = await failure({ ...secured, host: '127.0.0.2', extraCa }, other);
    expect([state, error.code]).toEqual(['unreachable', 'ERR_TLS_CERT_ALTNAME_INVALID']);
  });

  it('is refused by a server without it', async () => {
    await using plain = await PostgresServer.start({ settings: { ssl: 'off' } });
    expect((await failure({ secured: true }, plain)).state).toBe('unreachable');
  });
});

describe('a session', () => {
  it('says which statement failed, with its SQLSTATE, and goes on', async () => {
    const connection = await login(server);
    const error = await errorOf(connection.query('SELECT * FROM public.no_such_table'));
    expect(error.code).toBe('42P01');
    expect(error.message).toContain('database "engine" on localhost');
    expect(await connection.query('SELECT $1::int AS a; ', [3])).toEqual([{ a: 3 }]);
    expect(await connection.query('SELECT 1 AS a; SELECT 2 AS b')).toEqual([{ b: 2 }]);
    await connection.close();
  });

  it('is ended by the server at its limit, which tells more than a silence', async () => {
    const connection = await login(server, { timeoutMs: 300 });
    expect((await errorOf(connection.query('SELECT pg_sleep(60)'))).code).toBe('57014');
    await connection.close();
  });

  it('that the server ended is told as lost, at once and ever after', async () => {
    const connection = await login(server);
    const [row] = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await server.superuser(`SELECT pg_terminate_backend(${row!.pid})`);
    for (let n = 0; n < 2; n++) expect(isLost(await errorOf(connection.query('SELECT 1')))).toBe(true);
    await connection.close();
  });

  it('of a frozen server ends in time, and so does a login to one', async () => {
    await using frozen = await PostgresServer.start();
    const connection = await login(frozen, { timeoutMs: 300 });
    frozen.freeze({ sessions: true });
    expect((await errorOf(connection.query('SELECT 1'))).code).toBe('ETIMEDOUT');
    await connection.close();
    const { error, state } = await failure({ timeoutMs: 300 }, frozen);
    expect([state, error.code]).toEqual(['unreachable', 'ETIMEDOUT']);
    frozen.thaw();
  });

  it('of a server that froze while idle closes in time', async () => {
    await using frozen = await PostgresServer.start();
    const connection = await login(frozen, { timeoutMs: 300 });
    frozen.freeze({ sessions: true });
    await connection.close();
    frozen.thaw();
  });
});
