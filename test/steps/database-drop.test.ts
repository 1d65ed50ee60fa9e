/** Closing, dumping, writing down and dropping as superuser, and the way back from the backup. */
import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan, StepOf } from '../../src/model/plan.ts';
import { databaseDrop } from '../../src/steps/database-drop.ts';
import { databaseDump } from '../../src/steps/database-dump.ts';
import { databaseSeal } from '../../src/steps/database-seal.ts';
import { roleDrop } from '../../src/steps/role-drop.ts';
import { rolesDump } from '../../src/steps/roles-dump.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { run } from '../fixture/run.ts';
import { adminOf, credentialsOf } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

const ODD = `O'Brien's "DB"; \\x :y`;
const quoted = `"${ODD.replaceAll('"', '""')}"`;
const literal = `E'${ODD.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const base = { title: '', needs: [], destructive: true };

let server: PostgresServer;
let context: TestContext;

beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'engine+dwh', size: 'small' });
});
afterAll(() => server?.destroy());
beforeEach(() => {
  context = stepContext(server);
});
afterEach(() => context.end());

const { bin, env } = { bin: () => server.programs.bin, env: () => server.programs.env };

/** Everything of the server's roles and of the database, as PostgreSQL itself writes it down. */
async function pictures(database: string): Promise<string[]> {
  const roles = await run(
    `${bin()}/pg_dumpall`,
    ['-h', server.socketDir, '-p', String(server.port), '-U', 'postgres', '--globals-only'],
    { env: env() },
  );
  const text = await run(
    `${bin()}/pg_dump`,
    [
      '-h',
      server.socketDir,
      '-p',
      String(server.port),
      '-U',
      'postgres',
      '--create',
      `--dbname=dbname=${conninfo(database)}`,
    ],
    { env: env() },
  );
  return [roles, text].map((one) => one.replace(/^\\(?:un)?restrict .*$/gm, ''));
}

function conninfo(name: string): string {
  return `'${name.replace(/[\\']/g, '\\$&')}'`;
}

function plan(names: string[], role: string): Plan {
  const databases = names.map((name) => ({
    component: 'engine' as const,
    name,
    host: 'localhost',
    port: server.port,
    role,
    local: true,
    action: 'drop' as const,
    why: '',
    sizeBytes: null,
  }));
  return { ...context.plan, databases };
}

async function dropAll(name: string, role: string, roles: string[]): Promise<void> {
  context.plan = plan([name], role);
  const seal: StepOf<'database-seal'> = {
    ...base,
    kind: 'database-seal',
    id: 'close',
    target: name,
    key: 'engine',
    database: name,
    server: { socket: server.port },
  };
  const dump: StepOf<'database-dump'> = {
    ...base,
    kind: 'database-dump',
    id: 'dump',
    target: name,
    key: 'engine',
    component: 'engine',
    as: 'admin',
    server: { socket: server.port },
    credentials: credentialsOf(server, { database: name, role }),
    file: 'engine.dump',
    ownedTables: 0,
    sizeBytes: 0,
    exclude: [],
  };
  await databaseSeal.apply(seal, context);
  await databaseDump.apply(dump, context);
  await rolesDump.apply(
    {
      ...base,
      kind: 'roles-dump',
      id: 'roles',
      target: 'roles.sql',
      server: { socket: server.port },
      roles,
      databases: [name],
      file: 'roles.sql',
    },
    context,
  );
  await databaseDrop.apply(
    {
      ...base,
      kind: 'database-drop',
      id: 'drop',
      target: name,
      key: 'engine',
      component: 'engine',
      database: name,
      server: { socket: server.port },
      role,
    },
    context,
  );
  for (const one of roles)
    await roleDrop.apply(
      { ...base, kind: 'role-drop', id: one, target: one, role: one, server: { socket: server.port } },
      context,
    );
}

/** The commands of the backup's README, and what they complain about. */
async function putBack(name: string): Promise<void> {
  const to = (database: string) =>
    `--dbname=host='${server.socketDir}' port='${server.port}' user='postgres' dbname=${conninfo(database)}`;
  const script = context.backup!.path('roles.sql');
  await run(`${bin()}/psql`, ['-X', '-v', 'ON_ERROR_STOP=1', to('postgres'), '-f', script], { env: env() });
  await run(`${bin()}/pg_restore`, [to(name), '--exit-on-error', context.backup!.path('engine.dump')], { env: env() });
}

describe('a dropped database', () => {
  it('comes back whole from roles.sql and the dump, with roles, passwords, rights and settings', async () => {
    for (const sql of [
      `ALTER DATABASE engine CONNECTION LIMIT 42`,
      `CREATE ROLE readers; CREATE ROLE "read only" LOGIN PASSWORD 'x' VALID UNTIL '2030-01-01' CONNECTION LIMIT 3 NOINHERIT IN ROLE readers; GRANT "read only" TO ovirt_engine_history WITH ADMIN OPTION`,
      `ALTER ROLE engine SET search_path TO "$user", public, "odd; schema"; ALTER ROLE engine IN DATABASE engine SET work_mem TO '8MB'; ALTER DATABASE engine SET "custom.word" TO 'it''s'`,
      `COMMENT ON DATABASE engine IS 'the engine''s'; REVOKE ALL ON DATABASE engine FROM PUBLIC; GRANT CONNECT ON DATABASE engine TO "read only" WITH GRANT OPTION; GRANT TEMPORARY ON DATABASE engine TO readers`,
    ])
      await server.superuser(sql);
    await server.superuser(
      'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "read only"; ALTER DEFAULT PRIVILEGES FOR ROLE engine IN SCHEMA public GRANT SELECT ON TABLES TO "read only"',
      'engine',
    );
    const before = await pictures('engine');
    await dropAll('engine', 'engine', ['engine', 'read only']);
    expect(
      await server.superuser(
        "SELECT 1 FROM pg_roles WHERE rolname IN ('engine', 'read only') UNION SELECT 1 FROM pg_database WHERE datname = 'engine'",
      ),
    ).toEqual([]);
    expect(context.undo.databases).toEqual([]);
    expect(context.warnings).toEqual([]);
    const { members } = context.backup!;
    expect(members.map(({ name }) => name)).toEqual(['engine.dump', 'roles.sql']);
    expect(statSync(context.backup!.path('roles.sql')).mode & 0o777).toBe(0o600);

    await putBack('engine');
    const after = await pictures('engine');
    expect(after[1]).toBe(before[1]);
    expect(after[0]).toBe(before[0]);
    expect(
      await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT count(*)::int FROM public.vdc_options'),
    ).toEqual([{ count: 795 }]);
    // A second time it only alters what is there.
    await run(
      `${bin()}/psql`,
      ['-X', '-v', 'ON_ERROR_STOP=1', ...server.clientArgs('postgres'), '-f', context.backup!.path('roles.sql')],
      { env: env() },
    );
    expect(await pictures('engine')).toEqual(after);
  });

  it('of any name comes back too', async () => {
    await server.superuser(`CREATE ROLE ${quoted} LOGIN PASSWORD 'it''s \\ odd'`);
    await server.superuser(`CREATE DATABASE ${quoted} OWNER ${quoted} TEMPLATE template0`);
    await adminOf(server, ODD).execute(
      `CREATE TABLE public.${quoted} (${quoted} int); ALTER TABLE public.${quoted} OWNER TO ${quoted}; INSERT INTO public.${quoted} VALUES (7)`,
    );
    const before = await pictures(ODD);
    await dropAll(ODD, ODD, [ODD]);
    expect(await server.superuser(`SELECT 1 FROM pg_database WHERE datname = ${literal}`)).toEqual([]);
    await putBack(ODD);
    expect(await pictures(ODD)).toEqual(before);
  });
});

it('of which the drop was begun and not finished goes all the same', async () => {
  await server.superuser('CREATE DATABASE begun');
  await server.superuser("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'begun'");
  const step: StepOf<'database-drop'> = {
    ...base,
    kind: 'database-drop',
    id: 'd',
    target: 'begun',
    key: 'engine',
    component: 'engine',
    database: 'begun',
    server: { socket: server.port },
    role: 'engine',
  };
  await databaseDrop.apply(step, context);
  expect(await databaseDrop.probe(step, context)).toBe(true);
  expect(await server.superuser("SELECT 1 FROM pg_database WHERE datname = 'begun'")).toEqual([]);
});

describe('a role', () => {
  it('that is granted something elsewhere stays, with a warning that says where', async () => {
    await server.superuser(
      "CREATE ROLE busy LOGIN PASSWORD 'x'; GRANT CONNECT ON DATABASE ovirt_engine_history TO busy",
    );
    const step: StepOf<'role-drop'> = {
      ...base,
      kind: 'role-drop',
      id: 'r',
      target: 'busy',
      role: 'busy',
      server: { socket: server.port },
    };
    await roleDrop.apply(step, context);
    expect(context.warnings).toMatchObject([{ code: 'role-kept' }]);
    expect(context.warnings[0]!.message).toContain('ovirt_engine_history');
    expect(await roleDrop.probe(step, context)).toBe(false);
  });

  it('that is gone before it was written down is an error, not an empty script', async () => {
    const step: StepOf<'roles-dump'> = {
      ...base,
      kind: 'roles-dump',
      id: 'r',
      target: 'roles.sql',
      server: { socket: server.port },
      roles: ['ghost'],
      databases: [],
      file: 'roles.sql',
    };
    await expect(rolesDump.apply(step, context)).rejects.toThrow('"ghost"');
  });
});
