/** `verify` on real states of a host: the rows that were measured with the real engine-setup 4.5.8. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Check, Verdict } from '../../src/model/report.ts';
import { openssl } from '../fixture/certificates.ts';
import { DWH_UUID } from '../fixture/host-components.ts';
import { Box } from './harness.ts';

const PKI = '/etc/pki/ovirt-engine';
const CONF = '/etc/ovirt-engine/engine.conf.d';
const DROP_IN = `${CONF}/10-setup-database.conf`;
const RUNNING = "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'";

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

/** The statement that the only obstacle's hint ends with. */
function statementIn({ checks }: Verdict): string {
  return checks.find(({ ok }) => !ok)!.hint!.replace(/^.*?: /, '');
}

/** A statement that adds an option to an engine database. */
function option(name: string, value: string): string {
  return `INSERT INTO vdc_options SELECT 9999, '${name}', '${value}', 'general', ''`;
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
  let never: Box;
  beforeAll(async () => {
    never = await Box.make();
  });
  afterAll(() => never.destroy());

  async function judge(): Promise<Verdict> {
    return (await never.json(['verify'])).report.verify!;
  }
  const obstacles = ({ checks }: Verdict): string[] => checks.filter(({ ok }) => !ok).map(({ id }) => id);
  const notes = ({ checks }: Verdict): string[] =>
    checks.filter(({ ok, severity }) => ok && severity === 'warning').map(({ id }) => id);

  /** What is said while these files are away; they come back afterwards. */
  async function away(...paths: string[]): Promise<Verdict> {
    const aside = (path: string): string => `${never.path(path)}.aside`;
    for (const path of paths) renameSync(never.path(path), aside(path));
    try {
      return await judge();
    } finally {
      for (const path of paths) renameSync(aside(path), never.path(path));
    }
  }

  it('is ready: setup upgrades it', async () => {
    const { report } = await never.json(['verify']);
    expect(report).toMatchObject({ outcome: 'ok', changed: false, verify: { ready: true } });
  });

  it.each(['.truststore', 'serial.txt', 'database.txt', 'cert.conf'])(
    'without %s of its PKI: not ready, and nothing that can be kept',
    async (name) => {
      expect(obstacles(await away(`${PKI}/${name}`))).toEqual(['pki-keys']);
      renameSync(never.path(`${PKI}/${name}`), never.path('/aside'));
      const { report } = await never.json(['plan', '-d', '--keep-pki']);
      renameSync(never.path('/aside'), never.path(`${PKI}/${name}`));
      expect(report.refusals).toMatchObject([
        { check: 'keep-pki', message: expect.stringContaining(`${name} is missing`) },
      ]);
    },
  );

  it('without engine.p12: ready, because setup enrols it again, but stored passwords are lost', async () => {
    const verdict = await away(`${PKI}/keys/engine.p12`);
    expect(verdict.ready).toBe(true);
    expect(notes(verdict)).toEqual(['pki-store', 'stored-passwords']);
  });

  it('without the ssh key: ready, setup writes it anew', async () => {
    expect(await away(`${PKI}/keys/engine_id_rsa`)).toMatchObject({ ready: true });
  });

  it('with a CA that does not belong to its key: not ready', async () => {
    const key = never.path(`${PKI}/private/ca.pem`);
    const right = readFileSync(key);
    copyFileSync(never.path(`${PKI}/private/qemu-ca.pem`), key);
    try {
      expect(obstacles(await judge())).toEqual(['pki-keys']);
      expect(obstacles(await away(`${PKI}/keys/engine.p12`))).toEqual(['pki-keys']);
    } finally {
      writeFileSync(key, right);
    }
  });

  it('without its marker: not ready, setup would add a second OVN provider', async () => {
    expect(obstacles(await away(never.host.marker))).toEqual(['ovn-provider']);
  });

  it('without the words that enable the engine: not ready', async () => {
    const marker = never.text(never.host.marker);
    never.host.write(never.host.marker, marker.replace('OVESETUP_ENGINE_CORE/enable=bool:True\n', ''));
    expect(obstacles(await away(`${CONF}/10-setup-protocols.conf`))).toEqual(['engine-enable']);
    expect(await judge()).toMatchObject({ ready: true });
    never.host.write(never.host.marker, marker);
  });

  it('without the file setup takes the credentials from: told', async () => {
    const verdict = await away(DROP_IN);
    expect(verdict.ready).toBe(true);
    expect(notes(verdict)).toEqual(['database-engine']);
  });

  it.each([
    ['the password of the administrator from before 3.6', 'legacy-password', option('AdminPassword', 'x')],
    ['directories of engine-manage-domains', 'legacy-directory', option('DomainName', 'ad.example.com')],
    ['a provider whose URL is of another form', 'provider-urls', "UPDATE providers SET auth_url = 'http://a/v2'"],
  ])('with %s: not ready until the statement was run', async (_, id, insert) => {
    await never.server.superuser(insert, 'engine');
    const verdict = await judge();
    expect(obstacles(verdict)).toEqual([id]);
    await never.server.superuser(
      statementIn(verdict)
        .replace(/; else .*/, ';')
        .replace('PORT', '5000')
        .replace('NAME', 'ovirt-provider-ovn'),
      'engine',
    );
    expect(await judge()).toMatchObject({ ready: true });
  });

  it('with rows that refer to nothing, and a machine of an old level: not ready, each with its reason', async () => {
    const spoil = `SET session_replication_role = replica; UPDATE libvirt_secrets SET provider_id = secret_id;
      UPDATE vm_static SET custom_compatibility_version = '4.1' WHERE vm_name = 'vm3'`;
    const mend = `UPDATE libvirt_secrets SET provider_id = (SELECT id FROM providers); UPDATE vm_static SET custom_compatibility_version = NULL`;
    await never.server.superuser(spoil, 'engine');
    const verdict = await judge();
    expect(obstacles(verdict)).toEqual(['machine-levels', 'foreign-keys']);
    expect(verdict.checks.find(({ id }) => id === 'foreign-keys')!.detail).toContain('libvirt_secrets (provider_id)');
    await never.server.superuser(mend, 'engine');
    expect(await judge()).toMatchObject({ ready: true });
  });

  it('with certificates that end soon: not ready, setup asks', async () => {
    const path = never.path(`${PKI}/certs/apache.cer`);
    const before = readFileSync(path);
    const request = ['x509', '-req', '-in', 'requests/apache.req', '-CA', 'ca.pem', '-CAkey', 'private/ca.pem'];
    await openssl(never.path(PKI), [...request, '-set_serial', '77', '-days', '20', '-out', 'certs/apache.cer']);
    const { checks } = await judge();
    writeFileSync(path, before);
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([
      { id: 'pki-renewal', detail: expect.stringMatching(/\(apache\.cer ends \d{4}-\d\d-\d\d\)/) },
    ]);
  });

  it('whose database accepts no connections: not ready until the statement was run', async () => {
    await never.server.superuser('ALTER DATABASE engine ALLOW_CONNECTIONS false');
    const verdict = await judge();
    expect(obstacles(verdict)).toEqual(['database-engine']);
    await never.server.superuser(statementIn(verdict));
    expect(await judge()).toMatchObject({ ready: true });
  });

  it('whose engine database knows a Data Warehouse that runs elsewhere: not ready', async () => {
    await never.server.superuser(RUNNING, 'engine');
    expect(obstacles(await judge())).toEqual(['dwh-running']);
  });
});

describe('a host with engine and Data Warehouse', () => {
  it('is ready while it runs; killed, it is not, until engine-cleanup -d was run', async () => {
    const whole = await Box.make({ dwh: true, services: true });
    try {
      const judge = async (): Promise<Check[]> =>
        (await whole.json(['verify'])).report.verify!.checks.filter(({ ok }) => !ok);
      await whole.server.superuser(
        `${RUNNING}; UPDATE dwh_history_timekeeping SET var_value = '${DWH_UUID}' WHERE var_name = 'dwhUuid'`,
        'engine',
      );
      expect(await judge()).toEqual([]);
      const file = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf';
      const text = whole.text(file);
      whole.host.remove(file);
      const [lost, ...others] = await judge();
      expect(others).toEqual([]);
      expect(lost).toMatchObject({ id: 'dwh-identity', hint: expect.stringContaining(`DWH_UUID="${DWH_UUID}"`) });
      expect(lost!.detail).toContain(whole.path(file));
      whole.host.write(file, text);
      whole.host.stop();
      expect(await judge()).toMatchObject([
        { id: 'dwh-running', hint: expect.stringContaining('"engine-cleanup -d"') },
      ]);
      const { report } = await whole.json(['-u', '-d']);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    } finally {
      await whole.destroy();
    }
  });
});

describe('a host with Grafana, whose databases are kept', () => {
  it('keeps its configuration beside its database: setup would not write it again', async () => {
    const kept = await Box.make({ dwh: true, grafana: true });
    try {
      const { report } = await kept.json(['-u', '-d']);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(kept.text('/etc/grafana/grafana.ini')).toContain('oVirt Engine Auth');
      expect(kept.exists('/var/lib/grafana/grafana.db')).toBe(true);
      kept.host.write('/etc/grafana/grafana.ini', '');
      const again = await kept.json(['verify']);
      expect(again.report.verify!.checks.filter(({ ok }) => !ok)).toMatchObject([{ id: 'grafana-config' }]);
    } finally {
      await kept.destroy();
    }
  });
});

describe('a run on a host whose engine database an upgrade would stumble over', () => {
  it('is unready after -d, also when nothing is left to do, and ready once the database is cleared', async () => {
    const old = await Box.make();
    try {
      await old.server.superuser(
        "UPDATE vm_static SET custom_compatibility_version = '4.1' WHERE vm_name = 'vm3'",
        'engine',
      );
      for (const changed of [true, false]) {
        const { report, code } = await old.json(['-u', '-d']);
        expect(report).toMatchObject({ outcome: 'unready', changed });
        expect(code).toBe(6);
        expect(report.verify!.checks.filter(({ ok }) => !ok)).toMatchObject([{ id: 'machine-levels' }]);
      }
      expect((await old.json(['-u'])).report).toMatchObject({ outcome: 'ok', verify: { ready: true } });
    } finally {
      await old.destroy();
    }
  });
});
