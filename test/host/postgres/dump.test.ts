/** Dumps of real servers, and of programs that fail in every way. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DumpRequest, dumpDatabase } from '../../../src/host/postgres/dump.ts';
import { checkBytes } from '../../../src/host/postgres/dump-check.ts';
import { excludeArguments } from '../../../src/host/postgres/exclude.ts';
import { roleLogin } from '../../../src/host/postgres/login.ts';
import { findAllTables, findOwned, type OwnedObject } from '../../../src/host/postgres/owned.ts';
import { quoteLiteral } from '../../../src/host/postgres/quote.ts';
import { InterruptedError } from '../../../src/model/errors.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { run } from '../../fixture/run.ts';
import { adminOf, copyOf, credentialsOf, errorOf, type Login, login } from './helpers.ts';

const scratch = mkdtempSync(join(tmpdir(), 'engine-cleanup-dump-'));
let server: PostgresServer;
let tables: OwnedObject[];
let files = 0;

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
  const connection = await login(server);
  tables = (await findOwned(connection, 150000)).filter(({ kind }) => kind === 'table');
  await connection.close();
});
afterAll(async () => {
  await server?.destroy();
  rmSync(scratch, { recursive: true, force: true });
});

function target(): string {
  files += 1;
  return join(scratch, `dump-${files}`);
}

function request(login: DumpRequest['login'], more: Partial<DumpRequest> = {}): DumpRequest {
  return {
    pgDump: join(server.programs.bin, 'pg_dump'),
    pgRestore: join(server.programs.bin, 'pg_restore'),
    login,
    place: 'database "engine"',
    target: target(),
    snapshot: null,
    exclude: [],
    tables,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onBytes: () => undefined,
    ...more,
  };
}

async function asRole(how: Login = {}, more: Partial<DumpRequest> = {}) {
  const { timeoutMs = 20_000, extraCa = [], password = ENGINE_PASSWORD, ...rest } = how;
  const access = await roleLogin(credentialsOf(server, rest), { password, timeoutMs, extraCa }, scratch);
  const wanted = request(access, more);
  try {
    return { wanted, dump: await dumpDatabase(wanted) };
  } finally {
    access.close();
  }
}

/** A program of ours in the place of one of PostgreSQL's. */
function program(script: string): string {
  const path = target();
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a dump', () => {
  it('is whole, 0600, hashed on the way and told while it grows', async () => {
    const seen: number[] = [];
    const { wanted, dump } = await asRole({}, { onBytes: (done) => seen.push(done) });
    const stat = statSync(wanted.target);
    expect(stat.mode & 0o777).toBe(0o600);
    expect(dump.sizeBytes).toBe(stat.size);
    expect(dump.sha256).toBe((await run('sha256sum', [wanted.target])).split(' ')[0]);
    expect(seen.at(-1)).toBe(stat.size);
    expect(seen.length).toBeGreaterThan(3);
    const text = await run(join(server.programs.bin, 'pg_restore'), ['-f', '-', wanted.target]);
    expect(text.match(/^CREATE TABLE /gm)).toHaveLength(166);
  });

  it('as superuser holds every table, whoever owns it', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      'CREATE TABLE public.theirs (x int); CREATE TABLE public.parted (x int) PARTITION BY HASH (x)',
      database,
    );
    const admin = adminOf(server, database);
    const all = await findAllTables(admin);
    expect(all.map(({ identity }) => identity)).toEqual(
      expect.arrayContaining(['public.theirs', 'public.parted', 'aaa_jdbc.users']),
    );
    expect((await dumpDatabase(request(await admin.login(scratch), { tables: all }))).sizeBytes).toBeGreaterThan(
      100_000,
    );
  });

  it.each(['a:b\\c', "it's 'quoted'", ' blanks ', 'äö€', '\\\\::', '#'])(
    'works with the password %j',
    async (password) => {
      await server.superuser(`ALTER ROLE engine PASSWORD ${quoteLiteral(password)}`);
      try {
        expect((await asRole({ password })).dump.sizeBytes).toBeGreaterThan(100_000);
      } finally {
        await server.superuser(`ALTER ROLE engine PASSWORD '${ENGINE_PASSWORD}'`);
      }
    },
  );

  it('uses TLS as setup does, verified where setup verifies', async () => {
    const ca = readFileSync(server.caFile, 'utf8');
    const hba = join(server.dir, 'data/pg_hba.conf');
    const before = readFileSync(hba, 'utf8');
    writeFileSync(hba, before.replaceAll('host all', 'hostssl all'));
    await server.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
    try {
      expect((await asRole({ secured: true })).dump.sizeBytes).toBeGreaterThan(0);
      expect((await asRole({ secured: true, validation: true, extraCa: [ca] })).dump.sizeBytes).toBeGreaterThan(0);
      expect((await errorOf(asRole({ secured: false }))).message).toMatch(/no encryption|pg_hba/);
      expect((await errorOf(asRole({ secured: true, validation: true }))).message).toMatch(/certificate verify failed/);
    } finally {
      writeFileSync(hba, before);
      await server.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
    }
  });

  it('leaves no file but the dump, and hands no secret to the program in a way that others see', async () => {
    const said = target();
    const spy = program(
      `{ tr '\\0' '\\n' < /proc/$$/environ; tr '\\0' '\\n' < /proc/$$/cmdline; ls -l /proc/$$/fd; echo "$PGPASSFILE"; cat "$PGPASSFILE"; } > ${said}; exit 1`,
    );
    await errorOf(asRole({ password: 'a:b-secret' }, { pgDump: spy }));
    const text = readFileSync(said, 'utf8');
    const [seen, file] = text.split('\n/proc/self/fd/3\n');
    expect(seen).toContain('dbname=');
    expect(seen).not.toContain('b-secret');
    expect(seen).toContain('(deleted)');
    expect(file).toBe('*:*:*:*:a\\:b-secret\n');
    expect(readdirSync(scratch).filter((name) => !name.startsWith('dump-'))).toEqual([]);
  });

  it('leaves out what is named, whatever it is called', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      'CREATE SCHEMA "Their; s"; CREATE TABLE "Their; s".t (x int); CREATE TABLE public."T*x.y" (id serial); CREATE TABLE public."Tax.y" (x int); ALTER TABLE public."Tax.y" OWNER TO engine; SELECT lo_create(1)',
      database,
    );
    const names = [
      'schema "Their; s"',
      'table "Their; s".t',
      'table public."T*x.y"',
      'sequence public."T*x.y_id_seq"',
      'large object 1',
      'function public.f()',
    ];
    expect((await errorOf(asRole({ database }))).message).toMatch(/permission denied/);
    const { wanted } = await asRole({ database }, { exclude: excludeArguments(names, false) });
    const list = await run(join(server.programs.bin, 'pg_restore'), ['--list', wanted.target]);
    expect(list).toContain(' TABLE public Tax.y engine');
    expect(list).not.toMatch(/Their|T\*x|BLOB/);
    expect(excludeArguments(names, true)).not.toContain('--no-blobs');
  });
});

describe('a failure', () => {
  it('of pg_dump says which program, on what and why, and leaves nothing of the dump', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser('REVOKE SELECT ON public.vds_static FROM engine', database);
    const wanted = target();
    const error = await errorOf(asRole({ database }, { target: wanted }));
    expect(error.message).toMatch(/pg_dump could not dump database "engine": .*vds_static.*Nothing was dropped/);
    expect(error.code).toBe('exit 1');
    expect(existsSync(wanted)).toBe(false);
  });

  it('to make progress ends it, a stop too, and both leave nothing', async () => {
    const silent = program('echo something; exec sleep 60');
    const wanted = target();
    expect((await errorOf(asRole({}, { pgDump: silent, timeoutMs: 300, target: wanted }))).code).toBe('ETIMEDOUT');
    expect(existsSync(wanted)).toBe(false);

    const stop = new AbortController();
    const stopped = asRole({}, { pgDump: silent, target: wanted, signal: stop.signal, onBytes: () => stop.abort() });
    await expect(stopped).rejects.toBeInstanceOf(InterruptedError);
    expect(existsSync(wanted)).toBe(false);
  });

  it('is left to itself as long as it is seen to work on the server, and ended where it is not', async () => {
    const slow = program('sleep 1; exec echo not a dump');
    const seen: string[] = [];
    const activity = async () => `query ${seen.push('asked')}`;
    const works = asRole({}, { pgDump: slow, timeoutMs: 300, activity });
    expect((await errorOf(works)).code).not.toBe('ETIMEDOUT');
    expect(seen.length).toBeGreaterThan(3);
    for (const still of [async () => 'the same', () => new Promise<string>(() => {}), () => Promise.reject()]) {
      const hangs = asRole({}, { pgDump: slow, timeoutMs: 300, activity: still });
      expect((await errorOf(hangs)).code).toBe('ETIMEDOUT');
    }
  });

  it('to start, or a place that is taken already, is told', async () => {
    expect((await errorOf(asRole({}, { pgDump: '/nowhere/pg_dump' }))).code).toBe('ENOENT');
    const taken = target();
    writeFileSync(taken, 'somebody’s');
    expect((await errorOf(asRole({}, { target: taken }))).code).toBe('EEXIST');
    expect(readFileSync(taken, 'utf8')).toBe('somebody’s');
  });

  it('of a frozen server ends in time', async () => {
    await using frozen = await PostgresServer.start();
    frozen.freeze();
    const access = await roleLogin(
      credentialsOf(frozen),
      { password: ENGINE_PASSWORD, timeoutMs: 300, extraCa: [] },
      scratch,
    );
    expect((await errorOf(dumpDatabase(request(access, { timeoutMs: 300 })))).code).toBe('ETIMEDOUT');
    access.close();
    frozen.thaw();
  });
});

describe('reading back', () => {
  async function made() {
    const { wanted, dump } = await asRole();
    return { wanted, dump, bytes: readFileSync(wanted.target) };
  }

  it('catches bytes on the disk that are not those pg_dump wrote', async () => {
    const { wanted, dump, bytes } = await made();
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(wanted.target, bytes);
    expect((await errorOf(checkBytes(wanted, dump))).message).toContain('not what pg_dump wrote');
  });

  it.each(['cut off in its data', 'zeroed in its data'])(
    'catches a dump that pg_dump itself wrote badly: %s',
    async (how) => {
      const { bytes } = await made();
      const bad = target();
      // Behind the table of contents, which with the text of all functions is most of an engine's dump.
      const size = bytes.length - 20_000;
      if (how.startsWith('cut')) writeFileSync(bad, bytes.subarray(0, size));
      else writeFileSync(bad, bytes.fill(0, size, size + 4096));
      // Its table of contents is whole: --list alone would find nothing wrong.
      const list = await run(join(server.programs.bin, 'pg_restore'), ['--list', bad]);
      expect(list.match(/ TABLE DATA /g)).toHaveLength(166);
      const wanted = target();
      const error = await errorOf(asRole({}, { pgDump: program(`cat ${bad}`), target: wanted }));
      expect(error.message).toMatch(/cannot be read back/);
      expect(existsSync(wanted)).toBe(false);
    },
  );

  it('catches a dump that lacks a table, or the rows of one', async () => {
    for (const option of ['--exclude-table=public.job', '--exclude-table-data=public.job']) {
      const error = await errorOf(asRole({}, { exclude: [option] }));
      expect(error.message).toMatch(/lacks 1 of 166 tables: public\.job/);
    }
  });
});
