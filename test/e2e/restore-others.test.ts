/** Databases that hold more than setup makes: objects of every kind, and what other owners have in them. They are cleared and come back. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { putBack, readmeOf } from '../backup/by-hand.ts';
import { ODD } from '../fixture/odd-objects.ts';
import { ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { run } from '../fixture/run.ts';
import { Box } from './harness.ts';
import { dumpOf } from './picture.ts';

let box: Box;
afterEach(() => box.destroy());

const dump = (): Promise<string> => dumpOf(box, 'engine');

/** Objects of others that stand in nobody's way: a plain role may neither drop nor make them. */
const BYSTANDERS = `CREATE ROLE reporting LOGIN; CREATE ROLE "an other" LOGIN; CREATE EXTENSION pg_trgm; COMMENT ON EXTENSION pg_trgm IS 'of the DBA';
  CREATE PUBLICATION everything FOR ALL TABLES; CREATE FOREIGN DATA WRAPPER wrapper; CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper;
  CREATE CAST (text AS integer) WITH INOUT AS ASSIGNMENT; COMMENT ON SCHEMA public IS 'of the DBA';
  ALTER DEFAULT PRIVILEGES FOR ROLE reporting GRANT SELECT ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE "an other" IN SCHEMA public GRANT ALL ON TABLES TO reporting`;

/** Objects of others that fall with ours, in the order in which they can be made. */
const FALLING = `GRANT ALL ON SCHEMA public TO reporting; GRANT SELECT, REFERENCES ON ALL TABLES IN SCHEMA public TO reporting WITH GRANT OPTION; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO reporting;
  SET SESSION AUTHORIZATION reporting;
  CREATE VIEW public."Re.port" AS SELECT vds_id, vds_name AS "it's" FROM public.vds_static; GRANT SELECT ON public."Re.port" TO "an other" WITH GRANT OPTION; GRANT SELECT ON public."Re.port" TO PUBLIC;
  CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) FROM public."Re.port"; CREATE UNIQUE INDEX counted_once ON public.counted (count);
  CREATE FUNCTION public.typed(public.idtexttype) RETURNS int LANGUAGE sql AS $$SELECT 1 -- ';'$$; REVOKE ALL ON FUNCTION public.typed(public.idtexttype) FROM PUBLIC;
  RESET SESSION AUTHORIZATION;
  CREATE PUBLICATION "some;" FOR TABLE public.job (job_id, action_type) WHERE (job_id IS NOT NULL), public.vds_static`;

/** Tables and more of others, for which a clearing has to be forced: they stay, and what hangs on ours does not. */
const STAYING = `CREATE SCHEMA reports AUTHORIZATION reporting; CREATE FUNCTION reports.told() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$;
  CREATE EVENT TRIGGER told ON ddl_command_end WHEN TAG IN ('CREATE COLLATION') EXECUTE FUNCTION reports.told();
  SELECT lo_create(99); ALTER LARGE OBJECT 99 OWNER TO reporting; GRANT USAGE, CREATE ON SCHEMA aaa_jdbc TO reporting;
  SET SESSION AUTHORIZATION reporting; CREATE TABLE aaa_jdbc.theirs (x int); CREATE FUNCTION public.free() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW reports.hosts AS SELECT vds_id FROM public.vds_static;
  CREATE TABLE public.theirs (host uuid REFERENCES public.vds_static, n bigint DEFAULT nextval('public.vdc_options_seq'), kept text); CREATE INDEX odd ON public.theirs (kept);
  INSERT INTO public.theirs VALUES (NULL, 1, 'data'); RESET SESSION AUTHORIZATION`;

/** What the run says of what fell, done as it says: by a superuser. */
async function makeAgain(backup: string): Promise<void> {
  const { bin, env } = box.server.programs;
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...box.server.clientArgs('engine')];
  await run(`${bin}/psql`, [...args, '-f', join(backup, 'engine.others.sql')], { env });
}

/** Nobody is there to be asked for a password. */
function shell(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, ...box.server.programs.env, HOME: box.dir };
}

async function cleared(...args: string[]): Promise<string> {
  const { report } = await box.json(['-u', ...args]);
  expect(report.steps.filter(({ error }) => error)).toEqual([]);
  expect(report).toMatchObject({ changed: true, databases: [{ action: 'clear' }] });
  return report.run!.backup!;
}

describe('a database with objects of every kind, and other owners beside it', () => {
  it('is cleared and filled again, by the program and by hand', { timeout: 300_000 }, async () => {
    box = await Box.make();
    await box.server.superuser(BYSTANDERS, 'engine');
    await box.server.as('engine', ENGINE_PASSWORD, 'engine', ODD);
    const text = await dump();

    await cleared();
    expect(await dump()).not.toBe(text);
    const { report } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', warnings: [] });
    expect(await dump()).toBe(text);

    // By hand it is taken out of the list, as the README says.
    await box.server.superuser('DROP CAST (text AS integer)', 'engine');
    const withoutCast = await dump();
    const backup = await cleared();
    putBack(backup, shell());
    expect(await dump()).toBe(withoutCast);
  });
});

describe('objects of others that hang on ours', () => {
  it('fall with them, and a script of the backup makes them again', { timeout: 300_000 }, async () => {
    box = await Box.make();
    await box.server.superuser(BYSTANDERS, 'engine');
    await box.server.superuser(FALLING, 'engine');
    const text = await dump();

    const backup = await cleared();
    expect(readmeOf(backup)).toContain('engine.others.sql');
    const { report } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', warnings: [{ code: 'cascade' }] });
    expect(report.warnings[0]!.message).toContain(join(backup, 'engine.others.sql'));
    expect(await dump()).not.toBe(text);
    await makeAgain(backup);
    expect(await dump()).toBe(text);
    expect((await box.json(['restore', '-u'])).report).toMatchObject({ outcome: 'nothing-to-do', kept: [] });
  });
});

describe('objects of others that make a clearing a matter of force', () => {
  it('stay, are in no dump, and are met by no restore', { timeout: 300_000 }, async () => {
    box = await Box.make();
    await box.server.superuser(BYSTANDERS, 'engine');
    await box.server.superuser(FALLING, 'engine');
    await box.server.superuser(STAYING, 'engine');
    const text = await dump();

    const refused = await box.json(['-u']);
    expect(refused.report).toMatchObject({ exitCode: 3, refusals: [{ check: 'foreign-objects' }] });
    expect(await dump()).toBe(text);

    const backup = await cleared('--force', 'foreign-objects');
    const { bin, env } = box.server.programs;
    const contents = await run(`${bin}/pg_restore`, ['--list', join(backup, 'engine.dump')], { env });
    expect(contents).not.toMatch(/theirs|hosts|BLOB|LARGE OBJECT/);
    expect(await box.server.superuser('SELECT kept FROM public.theirs', 'engine')).toEqual([{ kept: 'data' }]);

    const { report } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', warnings: [{ code: 'cascade' }] });
    await makeAgain(backup);
    expect(await dump()).toBe(text);
    expect((await box.json(['restore', '-u'])).report).toMatchObject({ outcome: 'nothing-to-do', kept: [] });
  });
});
