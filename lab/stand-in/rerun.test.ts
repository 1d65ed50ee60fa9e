/** A second setup of 4.5 on hosts brought into each measured state: the stand-in ends as the real one did. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clearStatements } from './database/clear.ts';
import { MARKER } from './otopi/run.ts';
import { PKI, TestHost } from './testing.ts';

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const VACUUM = 'QUESTION/1/ENGINE_VACUUM_FULL=str:no\n';
const ENABLE = 'OVESETUP_ENGINE_CORE/enable=bool:True\n';
const GOOD = { code: 0, outcome: { taken: 'new', damage: [] } };

let host: TestHost;

beforeAll(async () => {
  host = await TestHost.create({ release: '4.5', manual: true, args: ['--no-use'] });
  expect(host.setup()).toMatchObject(GOOD);
  await host.save();
});
afterAll(async () => host?.destroy());

/** What a cleanup by record does: every recorded file goes, the database is cleared, role and database stay. */
async function cleanupByRecord(): Promise<void> {
  const [record] = host.files('/etc/ovirt-engine/uninstall.d');
  const text = host.read(`/etc/ovirt-engine/uninstall.d/${record}`);
  const removable = text.split(/^\[unremovable\]$/m)[0]!;
  host.remove(...[...removable.matchAll(/^file\.\d+\.name = (.*)$/gm)].map((match) => match[1]!));
  host.remove('/etc/ovirt-engine/uninstall.d');
  await host.server.as('engine', 'sample-password', 'engine', clearStatements());
}

describe('after a drop', () => {
  beforeEach(async () => {
    host.restoreFiles();
    await host.emptyDatabase();
  });

  it('takes a cleared database with its extension for new, and minds neither functions nor checksums that are left', async () => {
    await host.restoreDatabase();
    const checksums = '/var/lib/ovirt-engine/dbmd5/localhost-engine.scripts.md5';
    const text = host.read(checksums);
    host.forget();
    host.write(checksums, text);
    const stray = "create function stray() returns integer language sql as 'select 1'";
    await host.server.as('engine', 'sample-password', 'engine', `${clearStatements()} ${stray}`);
    expect(host.setup()).toMatchObject(GOOD);
  });

  it('takes an empty one with the extension for new, and refuses one without', async () => {
    host.forget();
    expect(host.setup(['--sigint-at=database-created']).outcome.taken).toBe('new');
    await host.emptyDatabase(false);
    expect(host.setup()).toMatchObject({
      code: 1,
      outcome: { failed: expect.stringContaining('uuid-ossp extension is not installed') },
    });
  });

  it('works on what a cleanup by record leaves, and the PKI grows', async () => {
    expect(host.files(PKI)).toHaveLength(75);
    await host.restoreDatabase();
    await cleanupByRecord();
    expect(host.files(PKI)).toHaveLength(44);
    expect(host.files(PKI)).toContain('keys/vmconsole-proxy-host.p12');
    host.packages();
    expect(host.setup()).toMatchObject(GOOD);
    expect(host.files(PKI).length).toBeGreaterThan(100);
  });

  it.each(['keys/engine.p12', '.truststore', 'keys/engine_id_rsa'])(
    'asks about a PKI of which only %s is left',
    (name) => {
      host.leaveOfPki(name);
      const question = 'OVESETUP_PKI_VERIFY_MISSING_CA_PEM';
      expect(host.setup()).toMatchObject({ code: 1, outcome: { taken: 'new', question } });
    },
  );

  it('fails to enrol, without a question and again, where only ca.pem is left', () => {
    for (const left of [['ca.pem', 'private/ca.pem'], ['ca.pem']]) {
      host.leaveOfPki(...left);
      for (let run = 0; run < 2; run += 1) {
        expect(host.setup()).toMatchObject({
          code: 1,
          outcome: { taken: 'new', failed: expect.stringContaining('Cannot sign') },
        });
      }
    }
  });

  it('never makes the key of a QEMU CA of which only the certificate is left', () => {
    host.leaveOfPki('qemu-ca.pem');
    expect(host.setup()).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [expect.stringMatching(/^qemu-ca-key:/)] },
    });
  });

  it('makes certificates, books and the web server’s files anew, but keeps a stale apache-ca.pem', () => {
    const apache = ['certs/apache.cer', 'keys/apache.p12', 'keys/apache.key.nopass'];
    const stale = host.read(`${PKI}/ca.pem`);
    host.leaveOfPki(
      'serial.txt',
      'database.txt',
      ...apache,
      ...host.files(PKI).filter((name) => name.startsWith('certs/')),
    );
    host.write(`${PKI}/apache-ca.pem`, stale);
    expect(host.setup()).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [expect.stringMatching(/^apache-ca:.*stale/)] },
    });
  });

  it('takes a database with one table for an upgrade, whoever owns it', async () => {
    host.forget();
    await host.server.superuser('create table stray (id integer)', 'engine');
    const failed = expect.stringContaining('relation "providers" does not exist');
    expect(host.setup([], ENABLE)).toMatchObject({ code: 1, outcome: { taken: 'upgrade', failed } });
  });

  it.each([
    ['sequence', 'create sequence audit_log_seq'],
    ['composite type', 'create type idtexttype as (id uuid)'],
  ])('fails to create the schema beside a %s', async (_, sql) => {
    await host.server.as('engine', 'sample-password', 'engine', sql);
    expect(host.setup()).toMatchObject({
      code: 1,
      outcome: { taken: 'new', failed: expect.stringContaining('already exists') },
    });
  });

  it('misses the administrator’s id beside a schema aaa_jdbc, late', async () => {
    await host.server.as('engine', 'sample-password', 'engine', 'create schema aaa_jdbc');
    host.forget();
    expect(host.setup()).toMatchObject({ code: 1, outcome: { taken: 'new', failed: 'Missing admin user id' } });
    expect(host.exists(`${PKI}/ca.pem`)).toBe(false);
    expect(host.exists(`${PKI}/keys/engine.p12`)).toBe(true);
  });

  it('asks for the host again where role or database is missing', async () => {
    host.forget();
    const asks = { code: 1, outcome: { question: 'OVESETUP_ENGINE_DB_HOST' } };
    await host.dropDatabase();
    expect(host.setup()).toMatchObject(asks);
    await host.hideRole();
    await host.server.superuser('create database engine');
    expect(host.setup()).toMatchObject(asks);
  });

  it('does not get past a drop-in whose database is gone or rejects it', async () => {
    const failed = expect.stringMatching(
      /^Cannot connect to Engine database using existing credentials: engine@localhost/,
    );
    await host.server.superuser("alter role engine password 'another'");
    expect(host.setup()).toMatchObject({ code: 1, outcome: { taken: null, failed } });
    await host.dropDatabase();
    expect(host.setup()).toMatchObject({ code: 1, outcome: { taken: null, failed } });
  });

  it('asks less with a drop-in whose database is empty', () => {
    host.leaveOfPki();
    const asked = host.setup(['--sigint-at=database-created'], 'OVESETUP_DB/password=str:not-asked-for\n');
    expect(asked).toMatchObject({ outcome: { taken: 'new', failed: 'SIGINT at stage database-created' } });
  });

  it('does not record a marker that was left', () => {
    const marker = host.read(MARKER);
    const ssl = host.read('/etc/httpd/conf.d/ssl.conf');
    host.forget();
    host.write(MARKER, marker);
    host.write('/etc/httpd/conf.d/ssl.conf', ssl);
    const damage = [expect.stringContaining(`unrecorded: 1 files, ${MARKER}`)];
    expect(host.setup()).toMatchObject({ code: 0, outcome: { taken: 'new', damage } });
  });

  it('names another organisation in a new database than in a kept CA', () => {
    expect(host.setup()).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [expect.stringMatching(/^organization: "oVirt"/)] },
    });
  });
});

describe('with a kept database', () => {
  // None of these changes what is in it.
  beforeAll(async () => host.restoreDatabase());
  beforeEach(() => host.restoreFiles());

  it('upgrades it with its credentials and keys', () => {
    expect(host.setup([], VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
  });

  it('stops at a question that an answer file of the first installation lacks', () => {
    expect(host.setup()).toMatchObject({ code: 1, outcome: { taken: 'upgrade', question: 'ENGINE_VACUUM_FULL' } });
  });

  it('upgrades it with credentials from answers; automatic provisioning makes a second one beside it', async () => {
    host.remove(DROP_IN);
    expect(host.setup([], VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
    host.remove(DROP_IN);
    const second = host.setup([], 'OVESETUP_PROVISIONING/postgresProvisioningEnabled=bool:True\n');
    expect(second).toMatchObject({
      code: 0,
      outcome: { taken: 'new', databases: { engine: expect.stringMatching(/^engine_\d{14}$/) } },
    });
    expect(second.outcome.damage).toContainEqual(expect.stringMatching(/^renamed-database:/));
  });

  it('leaves the engine out without a word where its name is lost', () => {
    host.remove(MARKER, '/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf');
    expect(host.setup([], VACUUM)).toMatchObject({
      code: 0,
      outcome: { damage: [expect.stringMatching(/^engine-not-configured:/)] },
    });
  });

  it('does not configure the web server again where the marker says that it is', () => {
    host.packages();
    expect(host.setup([], VACUUM).outcome.damage).toEqual([expect.stringMatching(/^apache:/)]);
  });

  it('knows no administrator’s id without the marker', () => {
    host.remove(MARKER);
    expect(host.setup([], VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
    expect(host.read(MARKER)).toContain('OVESETUP_CONFIG/adminUserId=none:None');
  });
});
