/** The script of roles and databases, held against owners who want it to do something for them. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { quoteIdentifier, quoteLiteral } from '../../../src/host/postgres/quote.ts';
import { rolesScript } from '../../../src/host/postgres/roles.ts';
import { runScript } from '../../../src/host/postgres/script.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { run } from '../../fixture/run.ts';
import { adminOf, LIMIT } from './helpers.ts';

/** What a shell that should not run leaves its marks in. */
const dir = mkdtempSync(join(tmpdir(), 'ec-'));
const mark = join(dir, 'm');
let server: PostgresServer;

beforeAll(async () => {
  chmodSync(dir, 0o777);
  server = await PostgresServer.start({ contents: 'nothing' });
});
afterAll(async () => {
  await server?.destroy();
  rmSync(dir, { recursive: true });
});

/** Made as the restore makes them: by psql, as the superuser. */
async function runAsSuperuser(script: string): Promise<void> {
  const login = await adminOf(server).login(dir);
  const { signal } = new AbortController();
  await runScript({ psql: join(server.programs.bin, 'psql'), login, script, timeoutMs: LIMIT, signal });
}

const scriptOf = (roles: string[], databases: string[]): Promise<string> =>
  rolesScript(
    adminOf(server),
    roles,
    databases.map((name) => ({ name, limit: null })),
  );

async function dropAll(roles: string[], databases: string[]): Promise<void> {
  for (const name of databases) await server.superuser(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  for (const name of roles) await server.superuser(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`);
}

/** Roles and databases go, come back by their script and nothing else happens; what is there then would be written down alike. */
async function dropAndMake(roles: string[], databases: string[]): Promise<void> {
  const script = await scriptOf(roles, databases);
  await dropAll(roles, databases);
  await runAsSuperuser(script);
  expect(readdirSync(dir)).toEqual([]);
  expect(await server.superuser("SELECT rolname FROM pg_roles WHERE rolname = 'intruder'")).toEqual([]);
  expect(await server.superuser("SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'postgres'")).toEqual([]);
  expect(await scriptOf(roles, databases)).toBe(script);
}

/** Roles, databases and their settings, as PostgreSQL itself writes them down; in which order they were set is nothing that is kept. */
async function picture(): Promise<string> {
  const args = ['-h', server.socketDir, '-p', String(server.port), '-U', 'postgres', '--schema-only'];
  const text = await run(join(server.programs.bin, 'pg_dumpall'), args, { env: server.programs.env });
  return text
    .replace(/^\\(?:un)?restrict .*$/gm, '')
    .split('\n')
    .sort()
    .join('\n');
}

const SETTINGS = 'SELECT DISTINCT setconfig FROM pg_db_role_setting';

/** Texts that the server takes as lists of names unread, and that are a statement or a command of psql where they stand bare. */
const LISTS = [
  'x;alter/**/role/**/owner0/**/superuser;',
  `x;\\! ,;touch\${IFS}${mark}`,
  'x;create/**/role/**/intruder;',
  "x\\';create/**/role/**/intruder;--",
];

describe('a setting that is a list of names', () => {
  const owners = ['owner0', 'owner1', 'owner2', 'owner3'];

  beforeEach(async () => {
    for (const owner of owners) await server.superuser(`CREATE ROLE ${owner} LOGIN PASSWORD 'x'`);
    await server.superuser('CREATE DATABASE theirs OWNER owner0');
  });
  afterEach(async () => {
    rmSync(mark, { force: true });
    await dropAll([...owners, 'intruder'], ['theirs']);
  });

  const asOwner = (index: number, sql: string) => server.as(owners[index]!, 'x', 'theirs', sql);

  /** Whatever the server takes unread: SET would quote it. */
  const fromCurrent = (index: number, subject: string, setting: string, text: string) =>
    asOwner(
      index,
      `SELECT set_config('${setting}', ${quoteLiteral(text)}, false); ALTER ${subject} SET ${setting} FROM CURRENT`,
    );

  it('is no statement and no command, however its owner wrote it', async () => {
    for (const [index, text] of LISTS.entries()) {
      const role = `ROLE ${owners[index]}`;
      await fromCurrent(index, role, 'search_path', text);
      await fromCurrent(index, `${role} IN DATABASE theirs`, 'search_path', text);
    }
    await fromCurrent(0, 'DATABASE theirs', 'search_path', LISTS[1]!);
    const before = await picture();
    await dropAndMake(owners, ['theirs']);
    expect(await picture()).toBe(before);
  });

  it('comes back as pg_dumpall writes it', async () => {
    const odd = `"$user", public, "odd; schema", "a""b", "it's", "back\\slash", "new\n\\! touch ${mark}\nline"`;
    await fromCurrent(0, 'DATABASE theirs', 'search_path', odd);
    for (const [index, text] of [odd, '  spaced ,\ttabbed ', '"Upper", lower, mi"ddle', '""'].entries())
      await fromCurrent(index, `ROLE ${owners[index]}`, 'search_path', text);
    await asOwner(0, "ALTER ROLE owner0 SET datestyle TO 'SQL, DMY'; ALTER ROLE owner0 SET temp_tablespaces TO ''");
    const before = await picture();
    await dropAndMake(owners, ['theirs']);
    expect(await picture()).toBe(before);
  });

  it('that is empty comes back as the name of nothing', async () => {
    await fromCurrent(0, 'ROLE owner0', 'search_path', '');
    await dropAndMake(owners, ['theirs']);
    expect(await server.superuser(SETTINGS)).toEqual([{ setconfig: ['search_path=""'] }]);
  });

  it('that is no list stays away, as what pg_dumpall writes of it is no statement', async () => {
    // Nobody looks at the names of libraries before they are loaded.
    const none = [`x;\\! touch ${mark}`, 'x; CREATE ROLE intruder;', '"open; CREATE ROLE intruder;', 'a,,b'];
    for (const [index, text] of none.entries()) {
      await asOwner(index, `ALTER ROLE ${owners[index]} SET work_mem TO 4096`);
      await fromCurrent(index, `ROLE ${owners[index]}`, 'local_preload_libraries', text);
    }
    expect((await picture()).match(/SET local_preload_libraries TO ;/g)).toHaveLength(4);
    await dropAndMake(owners, ['theirs']);
    expect(await server.superuser(SETTINGS)).toEqual([{ setconfig: ['work_mem=4096'] }]);
  });
});

/** Ends of literals and names, new lines, and what psql would obey at the start of one or take for a variable. */
const TEXTS = [
  `\n\\! touch ${mark}\n`,
  `';\n\\! touch ${mark}\n--`,
  `";\n\\! touch ${mark}\n--`,
  `\\';\n\\! touch ${mark}\n--`,
  `\\'; CREATE ROLE intruder; --`,
  `"; CREATE ROLE intruder; --`,
  `$$; CREATE ROLE intruder; --`,
  `*/; CREATE ROLE intruder; /*`,
  `'\\gexec\n:USER :'USER' :"USER"\r\n\\q\n`,
  `\\\\\\`,
];

it('names, comments and values are only that, also where a backslash is one in any literal', async () => {
  await server.superuser('ALTER DATABASE postgres SET standard_conforming_strings = off');
  await server.superuser('CREATE ROLE friend');
  const databases = TEXTS.slice(0, 5);
  for (const text of TEXTS) {
    const [name, value] = [quoteIdentifier(text), quoteLiteral(text)];
    await server.superuser(
      `CREATE ROLE ${name} LOGIN PASSWORD ${value}; GRANT ${name} TO friend;
       ALTER ROLE ${name} SET search_path TO ${value}, "b"; ALTER ROLE ${name} SET "custom.word" TO ${value}`,
    );
    if (!databases.includes(text)) continue;
    await server.superuser(`CREATE DATABASE ${name} OWNER ${name}`);
    await server.superuser(
      `GRANT CONNECT ON DATABASE ${name} TO friend; COMMENT ON DATABASE ${name} IS ${value};
       ALTER DATABASE ${name} SET "custom.word" TO ${value}; ALTER ROLE ${name} IN DATABASE ${name} SET application_name TO ${value}`,
    );
  }
  const all = `SELECT r.rolname, r.rolpassword, d.datname, shobj_description(d.oid, 'pg_database') AS comment,
      (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) a) AS rights,
      (SELECT array_agg(one ORDER BY one) FROM (SELECT unnest(s.setconfig) AS one FROM pg_db_role_setting s WHERE s.setdatabase = d.oid OR s.setrole = r.oid) u) AS settings
    FROM pg_authid r LEFT JOIN pg_database d ON r.oid = d.datdba WHERE r.rolname !~ '^(pg_.*|postgres|friend)$' ORDER BY 1`;
  const before = await server.superuser(all);
  expect(before.map(({ rolname }) => rolname).sort()).toEqual([...TEXTS].sort());
  expect(before.flatMap(({ datname }) => datname ?? []).sort()).toEqual([...databases].sort());
  await dropAndMake(TEXTS, databases);
  expect(await server.superuser(all)).toEqual(before);
});
