/** A script of ours, run as whoever may. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { roleLogin } from '../../../src/host/postgres/login.ts';
import { runScript } from '../../../src/host/postgres/script.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { credentialsOf } from './helpers.ts';

const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-script-'));
let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'nothing' });
  await server.superuser("CREATE ROLE admin LOGIN CREATEDB CREATEROLE PASSWORD 'admin'");
});
afterAll(async () => {
  await server?.destroy();
  rmSync(dir, { recursive: true });
});

async function runAsAdmin(script: string): Promise<void> {
  const credentials = { ...credentialsOf(server), role: 'admin', database: 'postgres' };
  const login = await roleLogin(credentials, { password: 'admin', timeoutMs: 20_000, extraCa: [] }, dir);
  const { signal } = new AbortController();
  try {
    await runScript({ psql: join(server.programs.bin, 'psql'), login, script, timeoutMs: 20_000, signal });
  } finally {
    login.close();
  }
}

it('needs no more rights than what is in it', async () => {
  await runAsAdmin('CREATE ROLE made LOGIN;\nCREATE DATABASE made;\n');
  expect(await server.superuser("SELECT 1 FROM pg_database WHERE datname = 'made'")).toHaveLength(1);
});

it('ends at the first statement that fails, and says which server message that was', async () => {
  await expect(runAsAdmin('CREATE ROLE super SUPERUSER;\nCREATE ROLE after;\n')).rejects.toThrow(
    /made again: .*superuser/i,
  );
  expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname = 'after'")).toEqual([]);
});
