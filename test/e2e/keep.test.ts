/** Runs that keep the database, with and without the keys. */
import { afterEach, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const DATABASE = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const MARKER = '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf';

async function rows(): Promise<string> {
  const [row] = await box.server.superuser<{ hash: string }>(
    "SELECT md5(string_agg(option_name || '=' || coalesce(option_value, ''), ',' ORDER BY option_name, version)) AS hash FROM vdc_options",
    'engine',
  );
  return row!.hash;
}

describe('-d', () => {
  it('leaves the database, its credentials and the marker, and takes everything else', async () => {
    box = await Box.make({ services: true });
    const [objects, data] = [await box.objects(), await rows()];
    const { report } = await box.json(['-u', '-d']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'keep' }], verify: { ready: true } });
    expect(await box.objects()).toEqual(objects);
    expect(await rows()).toBe(data);
    for (const path of [
      DATABASE,
      MARKER,
      '/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf',
      '/etc/ovirt-engine/engine.conf.d/10-setup-managedblock.conf',
      '/etc/ovirt-engine/aaa/internal.properties',
      '/etc/ovirt-engine/extensions.d/internal-authn.properties',
    ]) {
      expect(box.exists(path), path).toBe(true);
    }
    for (const path of [
      '/etc/pki/ovirt-engine/ca.pem',
      '/etc/pki/ovirt-engine/keys/engine.p12',
      '/etc/ovirt-engine/engine.conf.d/11-setup-sso.conf',
      '/etc/ovirt-engine/engine.conf.d/10-setup-pki.conf',
    ]) {
      expect(box.exists(path), path).toBe(false);
    }
    expect(box.text(MARKER)).not.toContain('OVESETUP_APACHE/configured');
    expect(box.text(MARKER)).toContain('OVESETUP_ENGINE_CORE/enable=bool:True');
    expect(report.warnings.map(({ code }) => code)).toContain('passwords-unreadable');
    const text = await box.run(['-u', '-d']);
    expect(text.stdout).toContain('Finished cleanup it is now safe to rerun engine-setup.');
  });

  it('says the words about hosts, and how engine-setup finds the database', async () => {
    box = await Box.make();
    const { code, stdout } = await box.run(['-ud']);
    expect(code).toBe(0);
    expect(stdout).toContain("Note that after re-install you'll have to run Hosts re-install/re-approve");
    expect(stdout).toContain('Finished cleanup it is now safe to rerun engine-setup.');
    expect(stdout).toContain('ENGINE_VACUUM_FULL');
  });

  it('changes nothing the second time, and a later run without -d still drops everything', async () => {
    box = await Box.make();
    await box.json(['-u', '-d']);
    const again = await box.json(['-u', '-d']);
    expect(again.report.steps).toEqual([]);
    expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false });
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.exists(DATABASE)).toBe(false);
    expect(box.exists(MARKER)).toBe(false);
  });

  it('with --keep-pki keeps the CA and keys whole', async () => {
    box = await Box.make();
    const ca = box.text('/etc/pki/ovirt-engine/ca.pem');
    const { report } = await box.json(['-u', '-d', '--keep-pki']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.text('/etc/pki/ovirt-engine/ca.pem')).toBe(ca);
    expect(box.exists('/etc/pki/ovirt-engine/keys/engine.p12')).toBe(true);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-pki.conf')).toBe(true);
    expect(report.warnings.map(({ code }) => code)).not.toContain('passwords-unreadable');
  });

  it('with --keep-pki after the package was removed puts back the newest copy whose CA and keys match', async () => {
    box = await Box.make({ package: 'reinstalled' });
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(false);
    const { report } = await box.json(['-u', '-d', '--keep-pki']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(true);
    expect(box.exists('/etc/pki/ovirt-engine/keys/engine.p12')).toBe(true);
  });

  it('refuses a half-built database, and keeps it when forced', async () => {
    box = await Box.make({ failed: 'killed-tables' });
    const { report } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ exitCode: 3, changed: false });
    expect(report.refusals.map(({ check }) => check)).toContain('half-built');
    const forced = await box.json(['-u', '-d', '--force', 'half-built']);
    expect(forced.code).toBe(6);
  });
});

describe('setups that died', () => {
  it.each(['killed-tables', 'killed-aaa', 'killed-pki', 'killed-closing', 'sigint'] as const)(
    '%s: nothing is left beyond a host that never was set up',
    async (failed) => {
      box = await Box.make({ failed });
      const unready = await box.json(['verify']);
      expect(unready.code).toBe(6);
      const { report } = await box.json(['-u']);
      expect(report.steps.filter(({ error }) => error)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      const left = box.host.listing().map(({ path }) => path);
      expect(
        left.filter(
          (path) =>
            /\.tmp$|^\/tmp\/tmp|10-setup-|11-setup-|12-setup-|uninstall|\/keys\/.|\.truststore$/.test(path) &&
            path !== '/tmp/tmpsomebody' &&
            !path.includes('-backups/') &&
            !path.includes('engine-cleanup'),
        ),
      ).toEqual([]);
      expect((await box.objects()).filter((name) => !name.startsWith('public.uuid'))).toEqual([]);
    },
  );
});
