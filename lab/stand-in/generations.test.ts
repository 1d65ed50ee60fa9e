/** One release of each generation of otopi's setup: what it leaves, what it keeps, and where it goes wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARKER } from './otopi/run.ts';
import { PKI, TestHost } from './testing.ts';

const VACUUM = 'QUESTION/1/ENGINE_VACUUM_FULL=str:no\n';
const CONF = '/etc/ovirt-engine/engine.conf.d';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.create({ release: '4.5' });
});
afterAll(async () => host?.destroy());

function record(): string {
  const dir = '/etc/ovirt-engine/uninstall.d';
  return host
    .files(dir)
    .map((name) => host.read(`${dir}/${name}`))
    .join('\n');
}

const rows = () =>
  host.rows(
    "select 'vm', vm_name, vm_guid::text from vm_static union select 'host', host_name, vds_id::text from vds_static order by 1, 2",
  );

describe.each([
  { release: '3.3', hash: 'md5', stores: true, accounts: 0, lock: 'yum/pluginconf.d', dump: 'sql' },
  { release: '3.6', hash: 'md5', stores: false, accounts: 1, lock: 'yum/pluginconf.d', dump: 'dump' },
  { release: '4.3', hash: 'sha256', stores: false, accounts: 1, lock: 'yum/pluginconf.d', dump: 'dump' },
  { release: '4.5', hash: 'sha256', stores: true, accounts: 1, lock: 'dnf/plugins', dump: 'dump' },
])('setup of $release', ({ release, hash, stores, accounts, lock, dump }) => {
  it('makes a host, keeps its data on another run, and loses its secrets with the PKI', async () => {
    await host.reset({ release });
    expect(host.setup()).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [], databases: { engine: 'engine' } },
    });
    expect(record()).toMatch(new RegExp(`^file\\.\\d+\\.${hash} = [0-9a-f]+$`, 'm'));
    expect(record().includes(`${PKI}/keys/engine.p12`)).toBe(stores);
    expect(host.exists(`${PKI}/qemu-ca.pem`)).toBe(release === '4.5');
    expect(host.read(`/etc/${lock}/versionlock.list`)).toContain(`ovirt-engine-backend-${release}.`);
    expect(await host.rows("select 1 from pg_namespace where nspname = 'aaa_jdbc'")).toHaveLength(accounts);
    const before = await rows();
    expect(before).toHaveLength(7);

    expect(host.setup([], VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
    expect(await rows()).toEqual(before);
    expect(host.files('/var/lib/ovirt-engine/backups')).toEqual([
      expect.stringMatching(new RegExp(`^engine-\\d{14}\\..*\\.${dump}$`)),
    ]);

    host.remove(PKI);
    const { code, outcome } = host.setup([], VACUUM);
    expect(code).toBe(0);
    expect(outcome.damage.map((text) => text.split(':')[0])).toEqual(['unreadable-values', 'hosts-unapproved']);
    expect(await rows()).toEqual(before);
  });
});

describe('setup', () => {
  it('does not record keystores in 4.4.3, and stops at what a cleanup by record leaves of them', async () => {
    await host.reset({ release: '4.4.3', args: ['--no-use'] });
    host.setup();
    expect(record()).not.toContain('engine.p12');
    host.leaveOfPki('keys/engine.p12');
    await host.dropDatabase();
    host.remove(`${CONF}/10-setup-database.conf`);
    expect(host.setup()).toMatchObject({ code: 1, outcome: { question: 'OVESETUP_PKI_VERIFY_MISSING_CA_PEM' } });
  });

  it('makes every component with its database, and takes all of them again', async () => {
    const all = 'engine,websocket-proxy,vmconsole-proxy,dwh,grafana,keycloak,managedblock,ovn-provider';
    await host.reset({ release: '4.5', args: [`--components=${all}`] });
    const databases = {
      dwh: 'ovirt_engine_history',
      keycloak: 'ovirt_engine_keycloak',
      managedblock: 'ovirt_managedblock',
    };
    expect(host.setup()).toMatchObject({ code: 0, outcome: { taken: 'new', damage: [], databases } });
    expect(host.setup([], VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [], databases } });
    const uuid = host.read('/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf').trim();
    expect(await host.rows("select var_value from dwh_history_timekeeping where var_name = 'dwhUuid'")).toEqual([
      [uuid.replace('DWH_UUID=', '')],
    ]);

    host.remove('/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf');
    expect(host.setup([], VACUUM)).toMatchObject({
      code: 1,
      outcome: { question: 'OVESETUP_DWH_DISCONNECT_EXISTING' },
    });
    host.write('/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf', `${uuid}\n`);

    await host.server.superuser(
      "update dwh_history_timekeeping set var_value = '1' where var_name = 'DwhCurrentlyRunning'",
      'engine',
    );
    expect(host.setup([], VACUUM)).toMatchObject({
      code: 1,
      outcome: { failed: expect.stringContaining('dwhd is currently running') },
    });
    await host.server.superuser(
      "update dwh_history_timekeeping set var_value = '0' where var_name = 'DwhCurrentlyRunning'",
      'engine',
    );

    const marker = host.read(MARKER);
    host.write(MARKER, marker.replace(/^OVESETUP_OVN\/ovirtProviderOvnId.*\n/m, ''));
    expect(host.setup([], VACUUM)).toMatchObject({
      code: 1,
      outcome: { failed: expect.stringContaining('ovirt-provider-ovn') },
    });
    host.write(MARKER, marker);

    await host.dropDatabase();
    await host.emptyDatabase();
    const { outcome } = host.setup();
    expect(outcome.damage).toContainEqual(expect.stringMatching(/^ovn-provider:/));
    expect(outcome.damage).toContainEqual(expect.stringMatching(/^stale-volumes:/));
  });

  it('sets up a Data Warehouse for the engine of another host', async () => {
    await host.reset({ release: '4.5', args: ['--no-use'] });
    host.setup();
    host.forget();
    const answers = 'OVESETUP_ENGINE_CORE/enable=bool:False\n';
    expect(host.setup(['--components=dwh'], answers)).toMatchObject({
      code: 0,
      outcome: { taken: null, damage: [], databases: { dwh: 'ovirt_engine_history' } },
    });
    expect(host.exists(PKI) && host.files(PKI).length > 0).toBe(false);
    expect(host.read('/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf')).toMatch(
      /^ENGINE_DB_HOST="localhost"$/m,
    );
    expect(
      await host.rows(
        "select count(*)::int from dwh_history_timekeeping where var_name = 'dwhUuid' and var_value <> ''",
      ),
    ).toEqual([[1]]);
  });

  it('makes a second pair where only a database is there', async () => {
    await host.reset({ release: '4.5' });
    await host.server.superuser('create database engine');
    const { outcome } = host.setup(['--sigint-at=database-created']);
    expect(outcome.databases).toEqual({ engine: expect.stringMatching(/^engine_\d{14}$/) });
  });

  it('makes a second pair where only a role is there, and asks where the hosted engine runs', async () => {
    await host.reset({ release: '4.5' });
    await host.server.superuser("create role engine login password 'somebody-elses'");
    const first = host.setup();
    expect(first).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [expect.stringMatching(/^renamed-database:/)] },
    });
    const name = first.outcome.databases!.engine!;
    expect(name).toMatch(/^engine_\d{14}$/);
    await host.server.superuser("update vm_static set vm_name = 'HostedEngine' where vm_name = 'vm1'", name);
    expect(host.setup([], VACUUM)).toMatchObject({
      code: 1,
      outcome: { failed: expect.stringContaining('hosted engine') },
    });
  });

  it('takes an empty pair again, extension and all, with a new password', async () => {
    await host.reset({ release: '4.5', args: ['--no-use'] });
    await host.emptyDatabase();
    await host.server.superuser("alter role engine password 'forgotten'");
    expect(host.setup()).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [], databases: { engine: 'engine' } },
    });
  });

  it('goes over TLS to a database that somebody else made, and says so in its drop-in', async () => {
    await host.reset({
      release: '4.5',
      manual: true,
      args: ['--no-use', '--db-host=localhost', '--db-secured=verify'],
    });
    expect(host.setup([`--db-ca=${host.server.otherCaFile}`])).toMatchObject({
      code: 1,
      outcome: { question: 'OVESETUP_ENGINE_DB_HOST' },
    });
    const tls = [`--db-ca=${host.server.caFile}`];
    expect(host.setup(tls)).toMatchObject({ code: 0, outcome: { taken: 'new', damage: [] } });
    expect(host.read(`${CONF}/10-setup-database.conf`)).toMatch(/^ENGINE_DB_SECURED_VALIDATION="True"$/m);
    expect(host.setup(tls, VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
  });
});

describe('certificates that are due', () => {
  it('stop an unattended setup of 4.4 where those of 4.3 were kept, and are renewed if it is told so', async () => {
    await host.reset({ release: '4.3' });
    host.setup();
    const release = ['--release=4.4'];
    expect(host.setup(release, VACUUM)).toMatchObject({
      code: 1,
      outcome: { taken: 'upgrade', question: 'OVESETUP_RENEW_PKI' },
    });
    const before = host.read(`${PKI}/certs/apache.cer`);
    const renewed = host.setup(release, `${VACUUM}OVESETUP_PKI/renew=bool:True\n`);
    expect(renewed).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
    expect(host.read(`${PKI}/certs/apache.cer`)).not.toBe(before);
    expect(host.setup(release, VACUUM)).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });
  });
});
