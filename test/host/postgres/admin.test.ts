/** The local superuser: psql as the account of the server, over its socket. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAccount, socketDirectory } from '../../../src/host/postgres/account.ts';
import { adminConnection } from '../../../src/host/postgres/admin.ts';
import { createDatabases } from '../../../src/host/postgres/connect.ts';
import { rawError } from '../../../src/host/postgres/errors.ts';
import { quoteLiteral } from '../../../src/host/postgres/quote.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { adminOf, errorOf, testAccount } from './helpers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.destroy());

describe('the local superuser', () => {
  it('gets typed values, whatever is in them', async () => {
    const text = 'a|b\n"c"\t\\ :name \'x\' €';
    const rows = await adminOf(server).query(
      `SELECT 1 AS number, true AS flag, NULL AS nothing, ${quoteLiteral(text)}::text AS text, ARRAY['a', 'b'] AS list`,
    );
    expect(rows).toEqual([{ number: 1, flag: true, nothing: null, text, list: ['a', 'b'] }]);
    expect(await adminOf(server).query('SELECT 1 AS one WHERE false')).toEqual([]);
  });

  it('is superuser, in the database that was asked for, under any name', async () => {
    const name = `odd 'name' = "x"\\`;
    await adminOf(server).execute(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    const rows = await adminOf(server, name).query(
      "SELECT current_database()::text AS name, current_setting('is_superuser') AS super",
    );
    expect(rows).toEqual([{ name, super: 'on' }]);
  });

  it('stops at the first error, and says its SQLSTATE and detail in a language that can be read', async () => {
    const sql = 'CREATE TABLE public.first (x int); DROP ROLE engine; CREATE TABLE public.second (x int)';
    const error = await errorOf(adminOf(server).execute(sql));
    expect(error.code).toBe('2BP01');
    expect(rawError(error.cause).detail).toContain('owner of database engine');
    const [row] = await adminOf(server).query(
      "SELECT to_regclass('public.first') AS first, to_regclass('public.second') AS second",
    );
    expect(row).toEqual({ first: 'public.first', second: null });
  });

  it('says which database there is not, and how to go on where the server is down', async () => {
    expect((await errorOf(adminOf(server, 'nowhere').query('SELECT 1'))).message).toContain('"nowhere" does not exist');
    await using stopped = await PostgresServer.start({ contents: 'nothing' });
    await stopped.stop();
    const error = await errorOf(adminOf(stopped).query('SELECT 1'));
    expect(error.code).toBe('exit 2');
    expect(error.hint).toContain('Start the server');
  });

  it('ends in time with a slow statement, and with a frozen server', async () => {
    expect((await errorOf(adminOf(server, 'postgres', 300).query('SELECT pg_sleep(60)'))).code).toBe('57014');
    await using frozen = await PostgresServer.start({ contents: 'nothing' });
    frozen.freeze();
    expect((await errorOf(adminOf(frozen, 'postgres', 300).query('SELECT 1'))).code).toBe('ETIMEDOUT');
    frozen.thaw();
  });

  it('speaks only to a server of its own account: anybody can make a socket', async () => {
    const psql = join(server.programs.bin, 'psql');
    const account = { ...testAccount(), name: 'somebody-else' };
    const admin = adminConnection({
      psql,
      account,
      socketDir: server.socketDir,
      port: server.port,
      database: 'postgres',
      timeoutMs: 5000,
    });
    expect((await errorOf(admin.query('SELECT 1'))).message).toMatch(/requirepeer/);
  });

  it('hands nothing of our environment to psql', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-psql-'));
    try {
      chmodSync(dir, 0o755);
      const psql = join(dir, 'psql');
      writeFileSync(psql, '#!/bin/sh\nexport -p | grep -o "^export [A-Za-z_]*" | tr "\\n" " " >&2; exit 1\n', {
        mode: 0o755,
      });
      process.env.SAMPLE_SECRET = 'x';
      const admin = createDatabases({ psql, account: testAccount(), socketDir: dir }).admin(5432, 'postgres', 5000);
      const { message } = await errorOf(admin!.execute('SELECT 1'));
      const names = [...message.matchAll(/export (\w+)/g)]
        .map(([, name]) => name)
        .filter((name) => !['PWD', 'OLDPWD', 'SHLVL'].includes(name!));
      expect(names.sort()).toEqual(['HOME', 'LC_ALL', 'PATH', 'PGCLIENTENCODING']);
    } finally {
      delete process.env.SAMPLE_SECRET;
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('a machine', () => {
  it('without the account, or where this process may not be it, has no local superuser', () => {
    const psql = join(server.programs.bin, 'psql');
    expect(createDatabases({ psql, account: null }).admin(5432, 'postgres', 1000)).toBeNull();
    const own = process.getuid;
    process.getuid = () => 12345;
    try {
      const account = { name: 'postgres', uid: 26, gid: 26, home: '/' };
      expect(createDatabases({ psql, account }).admin(5432, 'postgres', 1000)).toBeNull();
      expect(
        createDatabases({ psql, account: { ...account, uid: 12345 } }).admin(5432, 'postgres', 1000),
      ).not.toBeNull();
    } finally {
      process.getuid = own!;
    }
  });

  it('names its accounts, and where the socket of a port lies', () => {
    expect(findAccount('root')).toEqual({ name: 'root', uid: 0, gid: 0, home: '/root' });
    expect(findAccount('no-such-account')).toBeNull();
    expect(socketDirectory(server.port, ['/nowhere', server.socketDir])).toBe(server.socketDir);
    expect(socketDirectory(1, ['/nowhere', server.socketDir])).toBeNull();
  });
});
