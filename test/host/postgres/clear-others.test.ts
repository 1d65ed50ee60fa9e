/** Clearing where others have something in the database, hold locks in it, or pull the plug. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/host/port.ts';
import { ClearSession } from '../../../src/host/postgres/clear.ts';
import { isLost } from '../../../src/host/postgres/errors.ts';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { Dropper } from '../../../src/host/postgres/owned.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';
import type { DatabaseContent } from '../../../src/model/facts.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { copyOf, errorOf, everything, login } from './helpers.ts';

const HOW = { cascades: [], extensions: ['uuid-ossp'] };

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
});
afterAll(() => server?.destroy());

async function open(database: string, timeoutMs = 20_000): Promise<ClearSession> {
  return ClearSession.open(await login(server, { database, timeoutMs }), {
    place: `database "${database}"`,
    timeoutMs,
  });
}

async function look(database: string, more: Parameters<typeof login>[1] = {}): Promise<DatabaseContent> {
  const connection = await login(server, { database, ...more });
  try {
    return await inspectContent(connection, engine.database!);
  } finally {
    await connection.close();
  }
}

/** A role that may work in the database and see the engine's tables. */
async function letIn(database: string): Promise<void> {
  await server.superuser(
    'GRANT ALL ON SCHEMA public, aaa_jdbc TO other; GRANT ALL ON ALL TABLES IN SCHEMA public TO other; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO other',
    database,
  );
}

const as = (database: string, sql: string) => server.as('other', 'other', database, sql);

describe('objects of other owners', () => {
  it('that hang on ours fall only where the plan names them, every kind of them', async () => {
    const database = await copyOf(server, 'engine');
    await letIn(database);
    await as(
      database,
      `CREATE VIEW public."Re.port" AS SELECT * FROM public.vds_static; CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) FROM public."Re.port";
       CREATE FUNCTION public.typed(public.idtexttype) RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE TABLE public.theirs (host uuid REFERENCES public.vds_static, n bigint DEFAULT nextval('public.vdc_options_seq'), kept text);
       INSERT INTO public.theirs VALUES (NULL, 1, 'data')`,
    );
    const { cascades, foreignObjects } = await look(database);
    expect(cascades.map(({ name }) => name).sort()).toEqual([
      'default value for public.theirs.n',
      'function public.typed(public.idtexttype)',
      'materialized view public.counted',
      'table constraint theirs_host_fkey on public.theirs',
      'view public."Re.port"',
    ]);
    expect(foreignObjects).toEqual(['table public.theirs']);

    const before = await everything(server, database);
    const error = await errorOf((await open(database)).clear({ ...HOW, cascades: cascades.slice(1) }));
    expect(error.message).toContain(cascades[0]!.name);
    // Nor if it is another by now.
    const other = cascades.map((one, index) => (index === 0 ? { ...one, definition: 'another' } : one));
    expect((await errorOf((await open(database)).clear({ ...HOW, cascades: other }))).message).toContain(
      cascades[0]!.name,
    );
    expect(await everything(server, database)).toEqual(before);

    await (await open(database)).clear({ ...HOW, cascades });
    expect(await as(database, 'SELECT * FROM public.theirs')).toEqual([{ host: null, n: '1', kept: 'data' }]);
    expect(await look(database)).toMatchObject({ ownedObjects: 0, foreignObjects: ['table public.theirs'], tables: 1 });
  });

  it('that hold data never fall, whatever is named: a child table, a column of our type', async () => {
    const database = await copyOf(server, 'engine');
    await letIn(database);
    await server.superuser(
      'CREATE TABLE public.child () INHERITS (public.job); CREATE TABLE public.typed (a public.idtexttype, b int)',
      database,
    );
    const { cascades, foreignObjects } = await look(database);
    expect(cascades).toEqual([]);
    expect(foreignObjects).toEqual(['table public.child', 'table public.typed']);
    const before = await everything(server, database);
    const named = [...foreignObjects, 'table column public.typed.a'].map((name) => ({ name, definition: '' }));
    const error = await errorOf((await open(database)).clear({ ...HOW, cascades: named }));
    expect(error.message).toContain('public.child');
    expect(await everything(server, database)).toEqual(before);
  });

  it('stay with the schema they lie in, and a second look finds nothing more to do', async () => {
    const database = await copyOf(server, 'engine');
    await letIn(database);
    await as(
      database,
      'CREATE TABLE aaa_jdbc.theirs (x int); CREATE FUNCTION public.free() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
    );
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({
      ownedObjects: 0,
      ownedSchemas: ['aaa_jdbc'],
      foreignObjects: ['function public.free()', 'table aaa_jdbc.theirs'],
      obstacles: ['schema aaa_jdbc'],
    });
  });
});

describe('what setup needs', () => {
  it('stays where the role owns the schema public and the extension', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      'ALTER SCHEMA public OWNER TO engine; GRANT USAGE ON SCHEMA public TO other; DROP EXTENSION "uuid-ossp" CASCADE',
      database,
    );
    await server.as('engine', ENGINE_PASSWORD, database, 'CREATE EXTENSION "uuid-ossp" SCHEMA public');
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({
      ownedObjects: 0,
      publicSchema: true,
      mayCreateInPublic: true,
      missingExtensions: [],
    });
    // As they were, with what was granted on them.
    expect(
      await server.superuser(
        "SELECT has_schema_privilege('other', 'public', 'USAGE') AS may, nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'public'",
        database,
      ),
    ).toEqual([{ may: true, owner: 'engine' }]);
  });

  it('is made where it was missing', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser('DROP SCHEMA public CASCADE', database);
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({
      ownedObjects: 0,
      publicSchema: true,
      mayCreateInPublic: true,
      missingExtensions: [],
    });
  });

  it('stays in a schema of the role, where somebody has put the extension there', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser('DROP EXTENSION "uuid-ossp" CASCADE', database);
    await server.as(
      'engine',
      ENGINE_PASSWORD,
      database,
      'CREATE SCHEMA mine; CREATE EXTENSION "uuid-ossp" SCHEMA mine',
    );
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({ ownedObjects: 0, ownedSchemas: ['mine'], missingExtensions: [] });
    await server.as('engine', ENGINE_PASSWORD, database, 'SELECT mine.uuid_generate_v4()');
  });

  it('is the right to create tables, for a role that only was granted it', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      `ALTER DATABASE "${database}" OWNER TO other; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO engine;
       REVOKE ALL ON DATABASE "${database}" FROM PUBLIC; GRANT CONNECT ON DATABASE "${database}" TO engine`,
      database,
    );
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({ owner: 'other', ownedObjects: 0, mayCreateInPublic: true });
    await server.as('engine', ENGINE_PASSWORD, database, 'CREATE TABLE public.probe (x int)');
  });
});

describe('sessions of others', () => {
  it('of our own role are ended, and named', async () => {
    const database = await copyOf(server, 'engine');
    const leftover = await server.connectAs('engine', ENGINE_PASSWORD, database, { applicationName: 'a leftover' });
    await leftover.query('BEGIN; LOCK TABLE public.vds_static');
    const session = await open(database);
    expect(session.ended).toMatchObject([{ role: 'engine', application: 'a leftover' }]);
    await session.clear(HOW);
    await leftover.end();
  });

  it('that hold a lock on a table end the wait at its limit, are named, and nothing is changed', async () => {
    const database = await copyOf(server, 'engine');
    const before = await everything(server, database);
    await letIn(database);
    const holder = await server.connectAs('other', 'other', database, { applicationName: 'reporting' });
    await holder.query('BEGIN; LOCK TABLE public.vds_static IN ROW EXCLUSIVE MODE');
    const error = await errorOf(open(database, 500));
    expect(error.code).toBe('55P03');
    expect(error.message).toMatch(/role "other" \(reporting\).*vds_static/);
    await holder.query('ROLLBACK');

    // A reader does not keep the dump waiting, but the drop.
    const session = await open(database, 500);
    await holder.query('BEGIN; SELECT * FROM public.vds_static');
    const late = await errorOf(session.clear(HOW));
    expect(late.code).toBe('55P03');
    expect(late.message).toContain('reporting');
    await holder.end();
    expect(await everything(server, database)).toEqual(before);
  });

  it('can write nothing between the snapshot and the drop', async () => {
    const database = await copyOf(server, 'engine');
    await letIn(database);
    const session = await open(database);
    const blocked = await as(database, 'SET lock_timeout = 300; INSERT INTO public.job SELECT * FROM public.job').catch(
      (error) => error,
    );
    expect(blocked).toMatchObject({ code: '55P03' });
    expect((await as(database, 'SELECT count(*)::int FROM public.job'))[0]).toEqual({ count: 100 });
    await session.abort();
  });

  it('that make something after the snapshot stop the drop: it is in no dump', async () => {
    const database = await copyOf(server, 'engine');
    const before = await everything(server, database);
    const session = await open(database);
    await server.as('engine', ENGINE_PASSWORD, database, 'CREATE TABLE public.late (x int)');
    const error = await errorOf(session.clear(HOW));
    expect(error.message).toContain('table public.late');
    expect(await everything(server, database)).toEqual(expect.arrayContaining(before));
  });
});

describe('the end of the session in the middle', () => {
  it('undoes everything: the client is gone after the last drop', async () => {
    const database = await copyOf(server, 'engine');
    const before = await everything(server, database);
    const connection = (await login(server, { database })) as Connection & { destroy(): void };
    await connection.query('BEGIN');
    const dropper = new Dropper(connection, 150000);
    while (await dropper.round());
    // What a kill -9 leaves of the connection: it is closed without a word.
    connection.destroy();
    const looker = await login(server, { database });
    for (;;) {
      const rows = await looker.query(
        'SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      if (rows.length === 0) break;
    }
    await looker.close();
    expect(await everything(server, database)).toEqual(before);
  });

  it('is told by the error when a DBA ends it between dump and drop', async () => {
    const database = await copyOf(server, 'engine');
    const before = await everything(server, database);
    const session = await open(database);
    await server.superuser(`SELECT pg_terminate_backend(${session.pid})`);
    const error = await errorOf(session.clear(HOW));
    expect(isLost(error)).toBe(true);
    expect(await everything(server, database)).toEqual(before);
  });

  it('undoes everything: the server is killed while it drops', async () => {
    await using doomed = await PostgresServer.start();
    const before = await everything(doomed, 'engine');
    const session = await ClearSession.open(await login(doomed), { place: 'it', timeoutMs: 5000 });
    const cleared = errorOf(session.clear(HOW));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await doomed.kill();
    expect(isLost(await cleared)).toBe(true);
    await doomed.restart();
    expect(await everything(doomed, 'engine')).toEqual(before);
  });

  it('of a frozen server ends in time', async () => {
    await using frozen = await PostgresServer.start();
    const session = await ClearSession.open(await login(frozen, { timeoutMs: 500 }), { place: 'it', timeoutMs: 500 });
    frozen.freeze({ sessions: true });
    expect((await errorOf(session.clear(HOW))).code).toBe('ETIMEDOUT');
    await session.abort();
    frozen.thaw();
  });
});
