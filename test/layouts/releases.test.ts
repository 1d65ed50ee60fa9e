/** What each release has, named one by one: a table of its own, so that a layout that loses something is noticed. */
import { describe, expect, it } from 'vitest';
import { databasesOf, layoutOf } from '../../src/layouts/index.ts';
import type { ComponentId, Layout, Release } from '../../src/model/layout.ts';

interface Expected {
  /** Units that a cleanup stops and disables. */
  units: string[];
  /** Unit of the database server, which it never does. */
  server: string;
  databases: ComponentId[];
  /** Lowest and highest compatibility level that setup upgrades from. */
  levels: [string, string];
  accounts: boolean;
  extension: boolean;
  halfPki: boolean;
  encrypted: string[];
}

const ENGINE = ['ovirt-engine', 'ovirt-engine-notifier', 'ovirt-engine-dwhd', 'ovirt-websocket-proxy'];
const SINCE_35 = [...ENGINE, 'ovirt-fence-kdump-listener'];
const SINCE_36 = [...SINCE_35, 'ovirt-vmconsole-proxy-sshd'];
const SINCE_40 = [...SINCE_36, 'ovirt-imageio-proxy'];
const SINCE_42 = [...SINCE_40, 'ovirt-provider-ovn'];
const SINCE_44 = [...SINCE_36, 'ovirt-imageio', 'ovirt-provider-ovn', 'grafana-server'];

const OLDEST = ['providers', 'storage_server_connections', 'vds_static'];
const FENCE = [
  'fence_agents',
  'libvirt_secrets',
  'providers',
  'storage_server_connection_extension',
  'storage_server_connections',
  'vm_init',
];

const RELEASES: Record<string, Expected> = {
  '3.3': {
    units: [...ENGINE, 'engine-notifierd'],
    server: 'postgresql',
    databases: ['dwh', 'reports', 'engine'],
    levels: ['3.0', '3.3'],
    accounts: false,
    extension: false,
    halfPki: false,
    encrypted: OLDEST,
  },
  '3.4': {
    units: ENGINE,
    server: 'postgresql',
    databases: ['dwh', 'reports', 'engine'],
    levels: ['3.0', '3.4'],
    accounts: false,
    extension: false,
    halfPki: false,
    encrypted: [...OLDEST, 'vm_init'],
  },
  '3.5': {
    units: [...SINCE_35, 'ovirt-engine-reportsd'],
    server: 'postgresql',
    databases: ['dwh', 'reports', 'engine'],
    levels: ['3.0', '3.5'],
    accounts: false,
    extension: false,
    halfPki: false,
    encrypted: [...OLDEST, 'vm_init'],
  },
  '3.6': {
    units: [...SINCE_36, 'ovirt-engine-reportsd'],
    server: 'postgresql',
    databases: ['dwh', 'reports', 'engine'],
    levels: ['3.0', '3.6'],
    accounts: true,
    extension: false,
    halfPki: false,
    encrypted: FENCE,
  },
  '4.0': {
    units: SINCE_40,
    server: 'postgresql',
    databases: ['dwh', 'engine'],
    levels: ['3.6', '4.0'],
    accounts: true,
    extension: false,
    halfPki: false,
    encrypted: FENCE,
  },
  '4.1': {
    units: SINCE_40,
    server: 'postgresql',
    databases: ['dwh', 'engine'],
    levels: ['3.6', '4.1'],
    accounts: true,
    extension: false,
    halfPki: false,
    encrypted: FENCE,
  },
  '4.2': {
    units: SINCE_42,
    server: 'rh-postgresql95-postgresql',
    databases: ['dwh', 'engine'],
    levels: ['3.6', '4.2'],
    accounts: true,
    extension: true,
    halfPki: false,
    encrypted: FENCE,
  },
  '4.3': {
    units: SINCE_42,
    server: 'rh-postgresql10-postgresql',
    databases: ['dwh', 'cinderlib', 'engine'],
    levels: ['4.1', '4.3'],
    accounts: true,
    extension: true,
    halfPki: false,
    encrypted: ['cinder_storage', ...FENCE],
  },
  '4.4': {
    units: SINCE_44,
    server: 'postgresql',
    databases: ['dwh', 'keycloak', 'managedblock', 'cinderlib', 'engine'],
    levels: ['4.2', '4.8'],
    accounts: true,
    extension: true,
    halfPki: true,
    encrypted: ['cinder_storage', ...FENCE],
  },
};
RELEASES['4.5'] = RELEASES['4.4']!;

/** Units of other products: setup starts or configures them, a cleanup lets them be. */
const NEVER = [
  'httpd',
  'postgresql',
  'nfs',
  'nfs-server',
  'rpcbind',
  'openvswitch',
  'ovn-northd',
  'docker',
  'firewalld',
];

function units({ components }: Layout): string[] {
  return components.flatMap(({ services }) => services.map(({ unit }) => unit));
}

describe.each(Object.entries(RELEASES))('%s', (release, expected) => {
  const layout = layoutOf(release as Release)!;
  const engine = layout.components.find(({ id }) => id === layout.main)!.database!;

  it('stops and disables its services, and no other product’s', () => {
    expect(units(layout).sort()).toEqual([...expected.units].sort());
    for (const unit of [...NEVER, expected.server]) expect(units(layout)).not.toContain(unit);
  });

  it('has its server of databases, whose configuration stays', () => {
    expect(layout.databaseServer.unit).toBe(expected.server);
    const { dataDir } = layout.databaseServer;
    for (const name of ['postgresql.conf', 'pg_hba.conf'])
      expect(layout.kept.map(({ path }) => path)).toContain(`${dataDir}/${name}`);
    expect(dataDir.includes(expected.server.replace(/-?postgresql$/, ''))).toBe(true);
  });

  it('has its databases', () => {
    expect(databasesOf(layout).map(({ component }) => component)).toEqual(expected.databases);
  });

  it('upgrades from its compatibility levels, and says what it stops at', () => {
    const check = engine.stumbles!.filter((one) => one.check === 'compatibility-levels');
    expect(check).toHaveLength(1);
    const levels = [...check[0]!.sql.matchAll(/'(\d\.\d)'/g)].map(([, level]) => level!);
    const [lowest, highest] = expected.levels;
    const known = [...new Set(levels)].sort();
    expect([known[0], known.at(-1)]).toEqual([lowest, highest]);
    const table = release < '4' ? 'vds_groups' : 'cluster';
    expect(check[0]!.needs).toContain(`${table}.compatibility_version`);
    expect(check[0]!.sql).toContain(`public.${table} `);
  });

  it('looks for the schema of the accounts and for the extension where setup makes them', () => {
    expect(engine.schemas).toEqual(expected.accounts ? ['aaa_jdbc'] : []);
    expect(engine.complete!.schemas).toEqual(engine.schemas);
    expect(engine.extensions).toEqual(expected.extension ? ['uuid-ossp'] : []);
  });

  it('asks about a half PKI from 4.4 on', () => {
    expect(layout.pki.halfQuestion).toBe(expected.halfPki);
  });

  it('knows the columns with encrypted values', () => {
    const tables = new Set(engine.encrypted.map((pair) => pair.split('.')[0]));
    expect([...tables].sort()).toEqual([...expected.encrypted].sort());
  });
});

describe.each([
  ['3.0', ['engine-notifierd', 'jboss-as', 'jbossas', 'rhevm-notifierd'], ['engine'], '.keystore', '/root/.pgpass'],
  [
    '3.1',
    ['engine-notifierd', 'ovirt-engine', 'ovirt-engine-dwhd', 'ovirt-engine-etl'],
    ['dwh', 'reports', 'engine'],
    '.keystore',
    '/root/.pgpass',
  ],
  [
    '3.2',
    ['engine-notifierd', 'ovirt-engine', 'ovirt-engine-dwhd', 'ovirt-engine-etl'],
    ['dwh', 'reports', 'engine'],
    'ca.pem',
    '/etc/ovirt-engine/.pgpass',
  ],
] as const)('%s, which scripts set up', (release, expected, databases, madeWith, passwordFile) => {
  const layout = layoutOf(release)!;
  const engine = layout.components.find(({ id }) => id === 'engine')!.database!;

  it('stops and disables its services, and no other product’s', () => {
    expect(units(layout).sort()).toEqual(expected);
  });

  it('has its databases, that of the engine made anew by the login of its password file', () => {
    expect(databasesOf(layout).map(({ component }) => component)).toEqual(databases);
    expect(engine).toMatchObject({
      credentials: [],
      answers: null,
      madeAnew: true,
      passwordFiles: [{ path: passwordFile }],
    });
  });

  it('writes no marker, no records and no answers, and takes a CA for made by one file', () => {
    expect([layout.marker, layout.records, layout.answers]).toEqual([null, null, null]);
    expect(layout.pki.madeWith).toBe(`/etc/pki/ovirt-engine/${madeWith}`);
  });

  it('leaves databases of upgrades from 3.1 on', () => {
    for (const name of ['engine_2013_01_02_03_04_05', 'engine_2013'])
      expect(engine.leftovers?.test(name) ?? false).toBe(release !== '3.0' && name.length > 20);
  });
});

describe('what differs inside of a component', () => {
  const component = (release: Release, id: ComponentId) =>
    layoutOf(release)!.components.find((one) => one.id === id)?.database;

  it('the role of the Data Warehouse of 3.3, whose server is the engine’s', () => {
    expect(component('3.3', 'dwh')).toMatchObject({
      defaultRole: 'engine_history',
      answers: null,
      serverOf: { prefix: 'ENGINE_DB_' },
    });
    for (const release of ['3.4', '3.6', '4.3', '4.5'] as const) {
      expect(component(release, 'dwh')).toMatchObject({ defaultRole: 'ovirt_engine_history' });
      expect(component(release, 'dwh')!.serverOf).toBeUndefined();
    }
  });

  it('where the setups of Reports look for their database', () => {
    expect(component('3.3', 'reports')).toMatchObject({
      defaultName: 'ovirtenginereports',
      defaultRole: 'engine_reports',
      credentials: ['/etc/ovirt-engine-reports/ovirt-engine-reports.conf.d/10-setup-database.conf'],
    });
    for (const release of ['3.4', '3.5', '3.6'] as const) {
      expect(component(release, 'reports')).toMatchObject({
        defaultName: 'ovirt_engine_reports',
        defaultRole: 'ovirt_engine_reports',
        credentials: [],
        properties: [{ path: '/var/lib/ovirt-engine-reports/build-conf/master.properties', own: true }],
      });
    }
    // Their drop-in of that name holds the credentials of the Data Warehouse, which is another host's where Reports stand alone.
    expect(component('3.6', 'dwh')!.elsewhere).toContain(
      '/etc/ovirt-engine-reports/ovirt-engine-reports.conf.d/10-setup-database.conf',
    );
  });

  it('plain dumps up to 3.4', () => {
    for (const release of ['3.3', '3.4'] as const) expect(component(release, 'engine')!.dumps).toMatch(/\.sql$/);
    for (const release of ['3.5', '4.5'] as const) expect(component(release, 'engine')!.dumps).toMatch(/\.dump$/);
  });

  it('what a kept marker loses: nothing in 3.3, which configures the web server each time', () => {
    expect(layoutOf('3.3')!.undoneKeys).toEqual([]);
    for (const release of ['3.4', '3.6', '4.0', '4.3'] as const)
      expect(layoutOf(release)!.undoneKeys).toEqual(['OVESETUP_APACHE/configured']);
    expect(layoutOf('4.5')!.undoneKeys).toContain('OVESETUP_FAPOLICYD/configured');
  });

  it('Grafana’s role in the database of the Data Warehouse, from 4.4 on', () => {
    expect(component('4.3', 'dwh')!.readOnlyRoles).toBeUndefined();
    expect(component('4.5', 'dwh')!.readOnlyRoles).toMatchObject([{ defaultName: 'ovirt_engine_history_grafana' }]);
  });
});
