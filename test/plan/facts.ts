/** Facts for pure tests: a finished 4.5 host, and the parts it is made of. */
import { g5 } from '../../src/layouts/g5.ts';
import type { Credentials } from '../../src/model/credentials.ts';
import type { DatabaseContent, DatabaseFact, Facts, FileFact, Identity } from '../../src/model/facts.ts';
import type { ComponentId, Phase } from '../../src/model/layout.ts';
import type { Wishes } from '../../src/model/plan.ts';

export const WISHES: Wishes = {
  keepDatabases: false,
  keepPki: false,
  keepChanged: false,
  dropOldDatabases: false,
  backup: true,
  force: [],
  timeoutMs: 1000,
  unattended: true,
};

export function identity(ino: number, type: Identity['type'] = 'file'): Identity {
  return { type, dev: 1, ino, size: 10, mtimeMs: 0 };
}

export function credentials(component: ComponentId, source: string): Credentials {
  const name = component === 'engine' ? 'engine' : 'ovirt_engine_history';
  return {
    host: 'localhost',
    port: 5432,
    database: name,
    role: name,
    secured: false,
    validation: false,
    source,
    origin: 'drop-in',
    mtimeMs: 0,
    secret: 'secret-1',
  };
}

export function content(more: Partial<DatabaseContent> = {}): DatabaseContent {
  return {
    serverVersion: 150004,
    serverId: '1795000000000000/16384',
    sizeBytes: 21_000_000,
    owner: 'engine',
    tables: 156,
    ownedTables: 166,
    ownedObjects: 1800,
    obstacles: [],
    ownedSchemas: ['aaa_jdbc'],
    publicSchema: true,
    mayCreateInPublic: true,
    missingExtensions: [],
    foreignObjects: [],
    misowned: [],
    cascades: [],
    sessions: [],
    missing: [],
    encrypted: {},
    stumbles: { state: 'asked', found: [] },
    recognised: true,
    dwh: null,
    hostedEngine: 'none',
    ovnProvider: null,
    renewalDays: null,
    lockCapacity: 9600,
    ...more,
  };
}

export const EMPTY_CONTENT = content({
  tables: 0,
  ownedTables: 0,
  ownedObjects: 0,
  ownedSchemas: [],
  missing: ['vms'],
  recognised: false,
});

export function database(more: Partial<DatabaseFact> = {}): DatabaseFact {
  const own = credentials('engine', '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf');
  return {
    component: 'engine',
    title: 'engine database',
    enabled: true,
    speculative: false,
    foreign: null,
    credentials: own,
    candidates: [own],
    adminLogins: [],
    others: [],
    local: true,
    providedByOthers: false,
    reach: { state: 'connected' },
    dropInRejected: false,
    content: content(),
    admin: {
      available: false,
      why: '',
      via: null,
      database: null,
      role: null,
      readOnlyRoles: [],
      leftovers: [],
      siblings: [],
      serverVersion: null,
    },
    newestDump: null,
    ...more,
  };
}

export function superuserView(): DatabaseFact['admin'] {
  return {
    available: true,
    why: '',
    via: { socket: 5432 },
    database: {
      exists: true,
      owner: 'engine',
      connectionLimit: -1,
      sizeBytes: 21_000_000,
      recognised: true,
      partial: true,
      tables: 156,
      mayDrop: true,
    },
    role: { name: 'engine', exists: true, superuser: false, elsewhere: [] },
    readOnlyRoles: [],
    leftovers: [],
    siblings: [],
    serverVersion: 150004,
  };
}

let inode = 100;
export function file(path: string, phase: Phase, more: Partial<FileFact> = {}): FileFact {
  inode += 1;
  return {
    path,
    identity: identity(inode),
    mode: 0o600,
    uid: 0,
    gid: 0,
    phase,
    why: 'written by setup',
    component: 'engine',
    recorded: false,
    changed: false,
    reset: false,
    ...more,
  };
}

/** A finished installation with what matters for the order. */
export function finished(more: Partial<Facts> = {}): Facts {
  const database_ = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
  return {
    root: '/',
    readAt: '2026-01-01T00:00:00Z',
    caller: { uid: 0, user: 'root', mayWrite: true },
    release: '4.5',
    releaseWhy: 'post-install marker: 4.5.8',
    setup: 'complete',
    package: 'installed',
    packageVersion: '4.5.8-1.el9',
    setupPackageVersion: '4.5.8-1.el9',
    components: ['engine'],
    marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_APACHE/configured': true } },
    records: {
      paths: ['/etc/ovirt-engine/uninstall.d/20260101000000-uninstall.conf'],
      empty: [],
      entries: [{ path: database_, current: true }],
      lines: 2,
      databasesGone: false,
    },
    files: [
      file('/etc/pki/ovirt-engine/ca.pem', 'ca', { keep: 'pki' }),
      file('/etc/pki/ovirt-engine/keys/engine.p12', 'keystores', { keep: 'pki' }),
      file('/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf', 'drop-ins'),
      file('/etc/ovirt-engine/uninstall.d/20260101000000-uninstall.conf', 'records', { keep: 'database' }),
      file(g5.marker, 'marker', { keep: 'database' }),
      file(database_, 'credentials', { keep: 'database', credentialsOf: ['engine'] }),
      file(`${database_}.20250101000000`, 'credentials', { copyOf: database_, credentialsOf: ['engine'] }),
    ],
    outside: [],
    lines: [
      {
        path: '/etc/httpd/conf.d/ssl.conf',
        identity: identity(99),
        sha256: '',
        component: 'engine',
        edits: [{ added: 'SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer', removed: null }],
        why: 'recorded by setup',
      },
    ],
    services: ['ovirt-engine-notifier', 'ovirt-engine'].map((unit, index) => ({
      unit,
      component: 'engine',
      order: index,
      manager: 'systemd',
      active: true,
      enabled: true,
      masked: false,
      failedLoop: false,
      pids: [],
    })),
    strays: [],
    databases: [database()],
    dwhUuid: null,
    pki: {
      dir: '/etc/pki/ovirt-engine',
      present: ['/etc/pki/ovirt-engine/ca.pem', '/etc/pki/ovirt-engine/keys/engine.p12'],
      ca: 'ok',
      usable: true,
      signs: true,
      usableWhy: '',
      organization: 'Test',
      caPem: null,
      certificates: [],
      copies: [],
      thirdPartyWebCertificate: false,
    },
    ovn: [],
    otherHosts: [],
    hollow: [],
    kept: [],
    directories: [
      {
        path: '/etc/ovirt-engine/uninstall.d',
        identity: identity(98, 'dir'),
        entries: ['20260101000000-uninstall.conf'],
      },
    ],
    tools: {
      pgDump: { path: '/usr/bin/pg_dump', version: 150000 },
      pgRestore: { path: '/usr/bin/pg_restore', version: 150000 },
      psql: { path: '/usr/bin/psql', version: 150000 },
      tar: { path: '/usr/bin/tar' },
    },
    space: { backupDir: '/var/lib/engine-cleanup', trouble: null, freeBytes: 1e12, filesBytes: 1000 },
    sslConf: 'ours',
    webServer: null,
    notes: [],
    faults: [],
    ...more,
  };
}
