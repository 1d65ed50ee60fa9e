/** Setup of 3.0, 3.1 and 3.2: what it leaves, and where a second run fails or goes wrong. */
import { lstatSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PKI, TestHost } from './testing.ts';

const GOOD = { code: 0, outcome: { taken: 'new', damage: [] } };
const KEPT = { code: 0, outcome: { taken: 'upgrade', damage: [] } };

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.create({ release: '4.5' });
});
afterAll(async () => host?.destroy());

const rows = () => host.rows('select vm_name, vm_guid::text from vm_static order by 1');

describe('3.0', () => {
  const AS7 = '/usr/share/jboss-as/standalone';

  it('deploys by links, makes a superuser, and keeps data on another run', async () => {
    await host.reset({ release: '3.0' });
    expect(host.setup()).toMatchObject(GOOD);
    const link = `${AS7}/deployments/engine.ear`;
    expect(readlinkSync(join(host.dir, link))).toBe('/usr/share/ovirt-engine/engine.ear');
    expect(host.exists(`${link}.dodeploy`)).toBe(true);
    const root = '/usr/share/ovirt-engine/resources/jboss/ROOT.war';
    expect(lstatSync(join(host.dir, root, 'web-conf.js')).nlink).toBe(2);
    const { port } = host.server;
    const line = (database: string, role: string) => `localhost:${port}:${database}:${role}:sample-password\n`;
    expect(host.read('/root/.pgpass')).toBe(line('*', 'postgres') + line('engine', 'engine'));
    expect(await host.rows("select rolsuper from pg_roles where rolname = 'engine'", 'postgres')).toEqual([[true]]);
    const before = await rows();
    expect(host.setup()).toMatchObject(KEPT);
    expect(await rows()).toEqual(before);

    // The way of an upgrade does not write the password into a fresh configuration of the server.
    host.remove(`${AS7}/configuration/standalone.xml`);
    expect(host.setup().outcome.damage).toEqual([expect.stringMatching(/^database-password:/)]);
  });

  it('fails at a dangling link, and finds no database without its password file', async () => {
    await host.reset({ release: '3.0', args: ['--no-use'] });
    host.setup();
    host.remove('/usr/share/ovirt-engine/engine.ear');
    expect(host.setup()).toMatchObject({ code: 1, outcome: { failed: expect.stringContaining('EEXIST') } });
    rmSync(join(host.dir, `${AS7}/deployments/engine.ear`));
    host.packages();
    host.remove('/root/.pgpass');
    expect(host.setup()).toMatchObject({ code: 0, outcome: { taken: 'new' } });
  });

  it('keeps a keystore that decides for everything, however broken the rest', async () => {
    await host.reset({ release: '3.0', args: ['--no-use'] });
    host.setup();
    host.remove(`${PKI}/private/ca.pem`, `${PKI}/.truststore`);
    const { code, outcome } = host.setup();
    expect(code).toBe(0);
    expect(outcome.damage.map((text) => text.split(':')[0])).toEqual(['ca-key', 'truststore']);
  });

  it('runs on JBoss EAP 5 too', async () => {
    await host.reset({ release: '3.0', args: ['--jboss=eap5', '--no-use'] });
    expect(host.setup()).toMatchObject(GOOD);
    expect(readlinkSync(join(host.dir, '/usr/local/jboss/server/default/deploy/postgres-ds.xml'))).toBe(
      '/usr/share/ovirt-engine/conf/postgres-ds.xml',
    );
    expect(host.setup()).toMatchObject(KEPT);
  });
});

describe('3.1', () => {
  it('has a section in the password file, and renames a database while it is upgraded', async () => {
    await host.reset({ release: '3.1' });
    host.write('/root/.pgpass', 'somebody:5432:else:owns:this\n');
    expect(host.setup()).toMatchObject(GOOD);
    const text = host.read('/root/.pgpass');
    expect(text.split('\n')[0]).toBe('#####  oVirt-engine DB ADMIN settings section. Do not change!!');
    expect(text.split('\n').at(-2)).toBe('#####  End of oVirt-engine DB ADMIN settings section.');
    expect(host.files('/root')).toContainEqual(expect.stringMatching(/^\.pgpass\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d$/));
    expect(host.read('/etc/httpd/conf.d/ssl.conf')).toMatch(
      /^SSLCertificateKeyFile \/etc\/pki\/ovirt-engine\/keys\/engine_id_rsa$/m,
    );
    const before = await rows();
    expect(host.setup()).toMatchObject(KEPT);
    expect(await rows()).toEqual(before);

    expect(host.setup(['--die-at=schema-half']).signal).toBe('SIGKILL');
    const databases = (
      await host.rows("select datname from pg_database where datname like 'engine%'", 'postgres')
    ).flat();
    expect(databases).toEqual([expect.stringMatching(/^engine_\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d$/)]);
  });

  it('trusts a keystore of which setup was killed before it was signed', async () => {
    await host.reset({ release: '3.1', args: ['--no-use'] });
    expect(host.setup(['--die-at=pki-half']).signal).toBe('SIGKILL');
    const { code, outcome } = host.setup();
    expect(code).toBe(0);
    expect(outcome.damage.map((text) => text.split(':')[0])).toEqual(['engine-keystore', 'truststore']);
  });
});

describe('3.2', () => {
  it('has the exact password file, and writes the encrypted password on the way of an upgrade too', async () => {
    await host.reset({ release: '3.2' });
    expect(host.setup()).toMatchObject(GOOD);
    const { port } = host.server;
    expect(host.read('/etc/ovirt-engine/.pgpass')).toBe(
      [
        '# This section was created during oVirt Engine setup.',
        '# DO NOT CHANGE IT MANUALLY - OTHER UTILITIES AND TOOLS DEPEND ON ITS STRUCTURE.',
        '# Beginning of the oVirt Engine DB settings section',
        '# DB ADMIN credentials.',
        `localhost:${port}:*:postgres:sample-password`,
        '# DB USER credentials.',
        `localhost:${port}:*:engine:sample-password`,
        '#####  End of oVirt Engine DB settings section.',
        '',
      ].join('\n'),
    );
    expect(readlinkSync(join(host.dir, PKI, 'apache-ca.pem'))).toBe('ca.pem');
    const before = await rows();
    host.remove('/etc/sysconfig/ovirt-engine');
    expect(host.setup()).toMatchObject(KEPT);
    expect(await rows()).toEqual(before);

    host.remove(PKI);
    host.packages();
    const { outcome } = host.setup();
    expect(outcome.damage.map((text) => text.split(':')[0])).toEqual(['unreadable-values', 'hosts-unapproved']);
  });

  it('fails at a half-made database, a link for the web server, and lost books of the CA', async () => {
    await host.reset({ release: '3.2', args: ['--no-use'] });
    host.setup(['--die-at=schema-half']);
    expect(await host.rows("select 1 from pg_tables where tablename = 'vdc_options'")).toEqual([]);
    expect(host.setup()).toMatchObject({
      code: 1,
      outcome: { taken: 'upgrade', failed: expect.stringContaining('vdc_options') },
    });
    const half = host.setup(['--answers=/dev/null'], '[general]\nDB_LOCAL_PASS=another\n');
    expect(half).toMatchObject({ code: 1, outcome: { taken: 'new', failed: expect.stringContaining('vdc_options') } });

    host.remove(`${PKI}/ca.pem`);
    expect(host.setup()).toMatchObject({
      code: 1,
      outcome: { failed: expect.stringContaining('apache-ca.pem: file exists') },
    });
    host.remove(`${PKI}/ca.pem`, `${PKI}/apache-ca.pem`, `${PKI}/serial.txt`);
    expect(host.setup()).toMatchObject({ code: 1, outcome: { failed: expect.stringContaining('serial.txt missing') } });
    host.write(`${PKI}/serial.txt`, '');
    expect(host.setup()).toMatchObject({ code: 1, outcome: { failed: expect.stringContaining('no serial number') } });
  });

  it('has no key to encrypt with where setup was killed before it made one', async () => {
    await host.reset({ release: '3.2', args: ['--no-use'] });
    expect(host.setup(['--die-at=pki-half']).signal).toBe('SIGKILL');
    expect(host.setup()).toMatchObject({
      code: 1,
      outcome: { taken: 'new', failed: expect.stringContaining('keys/engine.p12 does not open') },
    });
  });

  it('keeps a stale trust store, and does not listen to SIGINT', async () => {
    await host.reset({ release: '3.2', args: ['--no-use'] });
    expect(host.setup(['--sigint-at=schema-done'])).toMatchObject(GOOD);
    host.remove(`${PKI}/ca.pem`, `${PKI}/apache-ca.pem`);
    const { code, outcome } = host.setup();
    expect(code).toBe(0);
    expect(outcome.damage).toContainEqual(expect.stringMatching(/^truststore: it does not hold/));
  });

  it('makes the database on another server as its administrator, whose line is then the only one', async () => {
    await host.reset({ release: '3.2', args: ['--no-use'] });
    const { port, superuserPassword } = host.server;
    const remote = `[general]\nDB_REMOTE_INSTALL=remote\nDB_HOST=localhost\nDB_PORT=${port}\nDB_ADMIN=postgres\n`;
    expect(host.setup([], remote)).toMatchObject({ code: 1, outcome: { question: 'DB_REMOTE_PASS' } });
    await host.server.superuser(`alter role postgres password '${superuserPassword}'`);
    const answers = `${remote}DB_REMOTE_PASS=${superuserPassword}\nDB_SECURE_CONNECTION=yes\n`;
    expect(host.setup([], answers)).toMatchObject(GOOD);
    const labels = '# DB ADMIN credentials.\n# DB USER credentials.\n';
    expect(host.read('/etc/ovirt-engine/.pgpass')).toContain(
      `${labels}localhost:${port}:*:postgres:${superuserPassword}\n#####`,
    );
    expect(host.read('/etc/sysconfig/ovirt-engine')).toContain(
      'engine?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory\n',
    );
    expect(host.setup([], answers)).toMatchObject(KEPT);
  });
});
