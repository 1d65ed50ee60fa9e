/** Setups of 4.5 that died or rolled back, and what a second one makes of it, as measured. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PKI, TestHost } from './testing.ts';

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const VACUUM = 'QUESTION/1/ENGINE_VACUUM_FULL=str:no\n';
const ENABLE = 'OVESETUP_ENGINE_CORE/enable=bool:True\n';

let host: TestHost;

beforeAll(async () => {
  host = await TestHost.create({ release: '4.5', manual: true, args: ['--no-use'] });
});
afterAll(async () => host?.destroy());

describe('after a setup that failed', () => {
  beforeEach(async () => {
    host.forget();
    await host.emptyDatabase();
  });

  function temporary(): string[] {
    return host.files('/').filter((path) => /\.[a-z0-9_]{8}\.tmp$/.test(path));
  }

  it('never heals one that was killed while it created tables, and leaves keys and passwords', () => {
    expect(host.setup(['--die-at=schema-half']).signal).toBe('SIGKILL');
    expect(temporary().length).toBeGreaterThan(5);
    const passwords = host.files('/tmp').filter((name) => /^tmp[a-z0-9_]{8}$/.test(name));
    expect(passwords.length).toBeGreaterThanOrEqual(2);
    expect(host.read(`/tmp/${passwords[0]}`)).toBe(
      `# DB USER credentials.\nlocalhost:${host.server.port}:engine:engine:sample-password\n`,
    );
    const failed = expect.stringContaining('relation "vms" does not exist');
    for (let run = 0; run < 2; run += 1)
      expect(host.setup([], VACUUM + ENABLE)).toMatchObject({ code: 1, outcome: { taken: 'upgrade', failed } });
  });

  it('succeeds falsely after one that was killed while it made the accounts', async () => {
    host.setup(['--die-at=aaa-half']);
    expect(await host.rows("select tablename from pg_tables where schemaname = 'aaa_jdbc'")).toEqual([['settings']]);
    expect(temporary().some((path) => path.includes('10-setup-protocols.conf'))).toBe(true);
    const { code, outcome } = host.setup([], VACUUM + ENABLE);
    expect({ code, taken: outcome.taken }).toEqual({ code: 0, taken: 'upgrade' });
    expect(outcome.damage.map((text) => text.split(':')[0])).toEqual(
      expect.arrayContaining(['no-administrator', 'no-administrator-account']),
    );
  });

  it('leaves the record empty for ever after one that was killed while it closed', () => {
    host.setup(['--die-at=closing']);
    const [record] = host.files('/etc/ovirt-engine/uninstall.d');
    expect(host.read(`/etc/ovirt-engine/uninstall.d/${record}`)).toBe('');
    const { code, outcome } = host.setup([], VACUUM);
    expect(code).toBe(0);
    expect(outcome.damage).toEqual([
      expect.stringMatching(/^record-empty:/),
      expect.stringMatching(/^unrecorded: [2-9]\d files/),
    ]);
  });

  it('breaks the PKI silently after one that was killed between ca.pem and .truststore', () => {
    host.setup(['--die-at=pki-half']);
    expect(host.files(PKI)).toContain('ca.pem');
    expect(host.files(PKI)).not.toContain('.truststore');
    const { code, outcome } = host.setup();
    expect(code).toBe(0);
    expect(outcome.damage).toEqual(
      expect.arrayContaining([expect.stringMatching(/^truststore:/), expect.stringMatching(/^apache-ca:/)]),
    );
  });

  it('asks about the PKI after one that rolled back', async () => {
    expect(host.setup(['--sigint-at=schema-done'])).toMatchObject({ code: 1, outcome: { taken: 'new' } });
    const pki = host.files(PKI);
    expect(pki).not.toContain('ca.pem');
    expect(pki).toContain('keys/engine.p12');
    expect(pki.length).toBeGreaterThan(55);
    expect(temporary()).toEqual([]);
    expect(host.files('/etc/ovirt-engine/uninstall.d')).toHaveLength(1);
    expect(host.exists(DROP_IN)).toBe(false);
    expect(await host.rows("select tablename from pg_tables where schemaname in ('public', 'aaa_jdbc')")).toEqual([]);
    expect(host.setup()).toMatchObject({ code: 1, outcome: { question: 'OVESETUP_PKI_VERIFY_MISSING_CA_PEM' } });
  });

  it('leaves half of the files with their names', () => {
    host.setup(['--die-at=files-half']);
    expect(temporary().length).toBeGreaterThan(5);
    expect(host.exists('/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf')).toBe(true);
  });

  it('leaves everything but the marker', () => {
    host.setup(['--die-at=before-marker']);
    expect(temporary()).toEqual([expect.stringContaining('20-setup-ovirt-post.conf')]);
    expect(host.exists(DROP_IN)).toBe(true);
  });
});
