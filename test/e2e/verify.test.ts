/** `verify` on real states of a host: the rows that were measured with the real engine-setup 4.5.8. */
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

const PKI = '/etc/pki/ovirt-engine';
const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';

let box: Box;
/** A second host as setup left it, to take files from. */
let source: Box;

beforeAll(async () => {
  [box, source] = [await Box.make(), await Box.make()];
  await box.json(['-u']);
});
afterAll(async () => {
  await box.destroy();
  await source.destroy();
});

async function verdict(): Promise<{ ready: boolean; obstacles: string[]; warnings: string[] }> {
  const { report, code } = await box.json(['verify']);
  const checks = report.verify!.checks;
  expect(code).toBe(report.verify!.ready ? 0 : 6);
  return {
    ready: report.verify!.ready,
    obstacles: checks.filter(({ ok }) => !ok).map(({ id }) => id),
    warnings: checks.filter(({ ok, severity }) => ok && severity === 'warning').map(({ id }) => id),
  };
}

/** Puts files of a finished setup back. */
function putBack(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(box.path(path)), { recursive: true });
    copyFileSync(source.path(path), box.path(path));
  }
}

describe('files left behind in an otherwise clean host', () => {
  const made: string[] = [];
  const leave = (...names: string[]): void => {
    const paths = names.map((name) => (name.startsWith('/') ? name : `${PKI}/${name}`));
    putBack(...paths);
    made.push(...paths);
  };
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(box.path(path), { force: true });
  });

  it('none: ready', async () => {
    expect(await verdict()).toMatchObject({ ready: true, obstacles: [] });
  });

  it.each([
    ['keys/engine.p12', 'pki-half'],
    ['.truststore', 'pki-half'],
    ['keys/engine_id_rsa', 'pki-half'],
    ['ca.pem', 'pki-pair-ca.pem'],
    ['qemu-ca.pem', 'pki-pair-qemu-ca.pem'],
  ])('only %s: setup asks, fails, or is broken silently', async (name, id) => {
    leave(name);
    expect((await verdict()).obstacles).toContain(id);
  });

  it('ca.pem and its key, but none of the keys they signed', async () => {
    leave('ca.pem', 'private/ca.pem');
    expect((await verdict()).obstacles).toContain('pki-keys');
  });

  it('apache-ca.pem of the old CA', async () => {
    symlinkSync('ca.pem', box.path(`${PKI}/apache-ca.pem`));
    made.push(`${PKI}/apache-ca.pem`);
    expect((await verdict()).obstacles).toContain('pki-web');
  });

  it.each([
    [['certs/1000.pem', 'database.txt', 'serial.txt']],
    [['keys/apache.p12', 'keys/apache.key.nopass', 'certs/apache.cer']],
    [['/var/lib/ovirt-engine/dbmd5/127.0.0.1-engine.scripts.md5']],
  ])('only %j: harmless', async (names) => {
    leave(...names);
    expect(await verdict()).toMatchObject({ ready: true });
  });

  it('the marker, which says that the web server is configured', async () => {
    leave(box.host.marker);
    expect((await verdict()).obstacles).toContain('marker-apache');
  });

  it('a record that is empty for ever', async () => {
    mkdirSync(dirname(box.path(box.host.record)), { recursive: true });
    box.host.write(box.host.record, '');
    made.push(box.host.record);
    expect((await verdict()).obstacles).toContain('records');
  });
});

describe('an empty database with its drop-in', () => {
  /** The drop-in of this box's own server, which the cleanup removed. */
  const dropIn = (): string => source.text(DROP_IN).replaceAll(String(source.server.port), String(box.server.port));
  beforeAll(() => box.host.write(DROP_IN, dropIn(), 0o640));

  it('is ready', async () => {
    expect(await verdict()).toMatchObject({ ready: true });
  });

  it.each([
    ['a table, whoever owns it', 'CREATE TABLE public.t (id int)', 'DROP TABLE public.t'],
    ['a sequence', 'SET ROLE engine; CREATE SEQUENCE public.s', 'DROP SEQUENCE public.s'],
    ['a composite type', 'SET ROLE engine; CREATE TYPE public.c AS (a int)', 'DROP TYPE public.c'],
    ['schema aaa_jdbc', 'CREATE SCHEMA aaa_jdbc AUTHORIZATION engine', 'DROP SCHEMA aaa_jdbc'],
    ['no uuid-ossp', 'DROP EXTENSION "uuid-ossp"', 'CREATE EXTENSION "uuid-ossp"'],
    [
      'no right to create in public',
      'ALTER SCHEMA public OWNER TO postgres; REVOKE ALL ON SCHEMA public FROM engine',
      'ALTER SCHEMA public OWNER TO pg_database_owner',
    ],
    [
      'no schema public',
      'DROP SCHEMA public CASCADE',
      'CREATE SCHEMA public AUTHORIZATION pg_database_owner; CREATE EXTENSION "uuid-ossp"',
    ],
    [
      'a password that was changed',
      "ALTER ROLE engine PASSWORD 'another'",
      "ALTER ROLE engine PASSWORD 'sample-password'",
    ],
    ['a closed database', 'ALTER DATABASE engine CONNECTION LIMIT 0', 'ALTER DATABASE engine CONNECTION LIMIT -1'],
  ])('with %s: not ready', async (_, spoil, mend) => {
    await box.server.superuser(spoil, 'engine');
    expect((await verdict()).obstacles).toContain('database-engine');
    await box.server.superuser(mend, 'engine');
    expect(await verdict()).toMatchObject({ ready: true });
  });

  it('with functions only: harmless', async () => {
    await box.server.superuser(
      "SET ROLE engine; CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      'engine',
    );
    expect(await verdict()).toMatchObject({ ready: true });
    await box.server.superuser('DROP FUNCTION public.f()', 'engine');
  });

  it('whose server does not answer: not ready, with the way on', async () => {
    await box.server.stop();
    const { report } = await box.json(['verify']);
    const check = report.verify!.checks.find(({ ok }) => !ok)!;
    expect(check).toMatchObject({ id: 'database-engine' });
    expect(check.hint).toContain('start');
    await box.server.restart();
  });

  it('that is gone: not ready', async () => {
    await box.server.superuser('DROP DATABASE engine');
    expect((await verdict()).obstacles).toContain('database-engine');
  });
});

describe('a host that was never cleaned', () => {
  it('is ready: setup upgrades it', async () => {
    const never = await Box.make();
    try {
      const { report } = await never.json(['verify']);
      expect(report).toMatchObject({ outcome: 'ok', changed: false, verify: { ready: true } });
      // And stops where its Data Warehouse seems to run, or its hosts are not in maintenance.
      await never.server.superuser(
        "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'",
        'engine',
      );
      const running = await never.json(['verify']);
      expect(running.report.verify!.checks.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(['dwh-running']);
      rmSync(join(never.root, '/var/log'), { recursive: true, force: true });
    } finally {
      await never.destroy();
    }
  });
});
