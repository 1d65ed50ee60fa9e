/** Clearing a database as the role that owns its content, on real servers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClearSession } from '../../../src/host/postgres/clear.ts';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { dwh } from '../../../src/layouts/otopi/dwh.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';
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

/** One object of every kind and of many a name, some of them hanging on each other in circles. */
const ODD = `
  CREATE SCHEMA "Odd; schema"; CREATE SCHEMA "it's ""quoted"""; CREATE TYPE public.mood AS ENUM ('a', 'b;');
  CREATE DOMAIN public."Domain.x" AS text CHECK (VALUE <> ''); CREATE TYPE "Odd; schema".pair AS (a int, b text); CREATE TYPE public.span AS RANGE (subtype = int4);
  CREATE TABLE public."Table one" (id serial PRIMARY KEY, "a.b" public.mood, d public."Domain.x", g bigint GENERATED ALWAYS AS IDENTITY);
  CREATE TABLE "it's ""quoted"""."ta""ble;" (id int REFERENCES public."Table one", p "Odd; schema".pair[]);
  CREATE TABLE public.parent (id int, at date) PARTITION BY RANGE (at); CREATE TABLE public.part PARTITION OF public.parent FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE TABLE public.parts PARTITION OF public.parent DEFAULT PARTITION BY HASH (id); CREATE TABLE public.child () INHERITS ("it's ""quoted"""."ta""ble;");
  CREATE UNLOGGED TABLE public.loose (x int); CREATE INDEX "index; odd" ON public."Table one" ("a.b"); CREATE STATISTICS public.stats ON id, d FROM public."Table one";
  CREATE VIEW public."View A" AS SELECT * FROM public."Table one"; CREATE MATERIALIZED VIEW "Odd; schema".mat AS SELECT count(*) FROM public."View A";
  CREATE UNIQUE INDEX ON "Odd; schema".mat (count);
  CREATE FUNCTION public.over(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION public.over(text, OUT a int, OUT b int) LANGUAGE sql AS 'SELECT 1, 2';
  CREATE FUNCTION public.over(VARIADIC text[]) RETURNS SETOF public."View A" LANGUAGE sql AS 'SELECT * FROM public."View A"';
  CREATE FUNCTION public."Def ault"(a int DEFAULT 3, "b c" public.mood DEFAULT 'a') RETURNS TABLE (x int) LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW public.circle AS SELECT public.over(id) FROM public."Table one"; ALTER TABLE public.loose ADD y int DEFAULT public.over(1);
  CREATE PROCEDURE public.proc(INOUT a int, b text) LANGUAGE plpgsql AS 'BEGIN END'; CREATE PROCEDURE public.proc2(a int, OUT b int) LANGUAGE plpgsql AS 'BEGIN b := 1; END';
  CREATE AGGREGATE public.total(int) (sfunc = int4pl, stype = int); CREATE AGGREGATE public.counted(*) (sfunc = int8inc, stype = bigint, initcond = '0');
  CREATE AGGREGATE public.ordered(ORDER BY int) (sfunc = int4pl, stype = int);
  CREATE FUNCTION public.trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TRIGGER "t r" BEFORE INSERT ON public."Table one" FOR EACH ROW EXECUTE FUNCTION public.trig();
  CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); CREATE OPERATOR public.!! (RIGHTARG = int, FUNCTION = public.over);
  CREATE TEXT SEARCH CONFIGURATION public."conf ig" (COPY = pg_catalog.simple); CREATE TEXT SEARCH DICTIONARY public.dict (TEMPLATE = pg_catalog.simple);
  CREATE COLLATION public."coll ate" (locale = 'C'); CREATE CONVERSION public.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
  CREATE SEQUENCE public."seq;uence"; ALTER TABLE public."Table one" ENABLE ROW LEVEL SECURITY; CREATE POLICY "po;licy" ON public."Table one" USING (true);
  CREATE RULE "ru;le" AS ON DELETE TO public.loose DO INSTEAD NOTHING; CREATE PUBLICATION "pub;" FOR TABLE public."Table one";
  SELECT lo_create(4711); SELECT lo_from_bytea(0, 'x'); INSERT INTO public."Table one" ("a.b", d) VALUES ('a', 'x');`;

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
