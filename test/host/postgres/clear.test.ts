/** Clearing a database as the role that owns its content, on real servers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClearSession } from '../../../src/host/postgres/clear.ts';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { dwh } from '../../../src/layouts/otopi/dwh.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';
import { ODD } from '../../fixture/odd-objects.ts';
import { ENGINE_PASSWORD, HISTORY_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { copyOf, everything, login } from './helpers.ts';

const HOW = { cascades: [], extensions: ['uuid-ossp'] };

let server: PostgresServer;
/** What a database of the same server holds that setup has never filled. */
let pristine: string[];

beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'engine+dwh' });
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
  await server.superuser('CREATE DATABASE pristine TEMPLATE template0');
  await server.superuser('CREATE EXTENSION "uuid-ossp"', 'pristine');
  pristine = (await everything(server, 'pristine')).filter((what) => what.includes('uuid'));
});
afterAll(() => server?.destroy());

async function open(database: string, timeoutMs = 20_000, role = 'engine', password = ENGINE_PASSWORD) {
  const connection = await login(server, { database, role, password, timeoutMs });
  return ClearSession.open(connection, { place: `database "${database}"`, timeoutMs });
}

describe('a database of the captured shape', () => {
  it.each([
    ['engine', ENGINE_PASSWORD, engine],
    ['ovirt_engine_history', HISTORY_PASSWORD, dwh],
  ] as const)('of %s is as setup needs it afterwards', async (role, password, layout) => {
    const database = await copyOf(server, role);
    const session = await open(database, 20_000, role, password);
    expect(session.owned.filter(({ kind }) => kind === 'table').length).toBe(role === 'engine' ? 166 : 40);
    await session.clear(HOW);

    const after = await everything(server, database);
    expect(after).toEqual(pristine);
    const connection = await login(server, { database, role, password });
    const content = await inspectContent(connection, layout.database!);
    expect(content).toMatchObject({
      tables: 0,
      ownedObjects: 0,
      obstacles: [],
      publicSchema: true,
      mayCreateInPublic: true,
      missingExtensions: [],
    });
    await connection.query('CREATE TABLE public.probe (id uuid DEFAULT public.uuid_generate_v1())');
    await connection.close();
  });
});

describe('objects of any kind and name', () => {
  it('all go, in every schema, and large objects too', async () => {
    const database = await copyOf(server, 'engine');
    await server.as('engine', ENGINE_PASSWORD, database, ODD);
    // Only a superuser can make these; they are the role's all the same.
    await server.superuser(
      `CREATE TYPE public.shell; ALTER TYPE public.shell OWNER TO engine; CREATE OPERATOR FAMILY public."fam ily" USING btree; ALTER OPERATOR FAMILY public."fam ily" USING btree OWNER TO engine;
       CREATE FOREIGN DATA WRAPPER "w;" ; ALTER ROLE engine SUPERUSER; ALTER FOREIGN DATA WRAPPER "w;" OWNER TO engine; ALTER ROLE engine NOSUPERUSER;
       CREATE SERVER "s;" FOREIGN DATA WRAPPER "w;"; ALTER SERVER "s;" OWNER TO engine; CREATE USER MAPPING FOR engine SERVER "s;";
       CREATE FOREIGN TABLE public."f t" (a int) SERVER "s;"; ALTER TABLE public."f t" OWNER TO engine`,
      database,
    );
    const session = await open(database);
    const kinds = new Set(session.owned.map(({ kind }) => kind));
    expect(kinds).toEqual(
      new Set([
        ...[
          'view',
          'materialized view',
          'table',
          'foreign table',
          'sequence',
          'function',
          'procedure',
          'aggregate',
          'operator',
          'operator family',
          'server',
        ],
        ...[
          'type',
          'domain',
          'composite type',
          'statistics object',
          'text search configuration',
          'text search dictionary',
          'conversion',
          'collation',
        ],
        ...['foreign-data wrapper', 'publication', 'large object', 'schema'],
      ]),
    );
    await session.clear(HOW);
    expect(await everything(server, database)).toEqual(pristine);
    expect(await server.superuser('SELECT oid FROM pg_largeobject_metadata', database)).toEqual([]);
  });
});
