/** Facts for pure tests: a finished 4.5 host, and arbitrary ones. */
import fc from 'fast-check';
import { g5 } from '../../src/layouts/g5/index.ts';
import type { Credentials } from '../../src/model/credentials.ts';
import type { DatabaseContent, DatabaseFact, Facts, FileFact, Identity, Reach } from '../../src/model/facts.ts';
import type { ComponentId, KeepWith, Phase } from '../../src/model/layout.ts';
import type { Plan, Wishes } from '../../src/model/plan.ts';

export const WISHES: Wishes = {
  keepDatabases: false,
  keepPki: false,
  keepChanged: false,
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
    sizeBytes: 21_000_000,
    owner: 'engine',
    tables: 156,
    ownedTables: 166,
    ownedObjects: 1800,
    obstacles: [],
    ownedSchemas: ['aaa_jdbc'],
    publicSchema: true,
    mayCreateInPublic: true,
    uuidOssp: true,
    foreignObjects: [],
    cascades: [],
    sessions: [],
    missing: [],
    encrypted: {},
    unsupportedLevels: [],
    recognised: true,
    dwh: null,
    hostedEngine: 'none',
    ovnProvider: null,
    legacyPassword: false,
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
    others: [],
    local: true,
    providedByOthers: false,
    reach: { state: 'connected' },
    dropInRejected: false,
    content: content(),
    admin: {
      available: false,
      why: '',
      database: null,
      role: null,
      readOnlyRoles: [],
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
    database: {
      exists: true,
      owner: 'engine',
      connectionLimit: -1,
      sizeBytes: 21_000_000,
      recognised: true,
      tables: 156,
    },
    role: { name: 'engine', exists: true, superuser: false, elsewhere: [] },
    readOnlyRoles: [],
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
      copies: [],
      thirdPartyWebCertificate: false,
    },
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
    sslConf: 'engine',
    webServer: null,
    notes: [],
    faults: [],
    ...more,
  };
}

const reach: fc.Arbitrary<Reach> = fc.constantFrom<Reach>(
  { state: 'connected' },
  { state: 'absent', message: 'no such database' },
  { state: 'rejected', message: 'wrong password' },
  { state: 'unreachable', message: 'no answer' },
);

const databaseFact = (component: ComponentId, path: string): fc.Arbitrary<DatabaseFact> =>
  fc
    .record({ reach, admin: fc.boolean(), full: fc.boolean(), others: fc.boolean(), foreign: fc.boolean() })
    .map((one) => {
      const own = credentials(component, path);
      return database({
        component,
        title: `${component} database`,
        credentials: own,
        candidates: [own],
        reach: one.reach,
        content: one.reach.state !== 'connected' ? null : one.full ? content() : EMPTY_CONTENT,
        admin: one.admin
          ? {
              ...superuserView(),
              database: { ...superuserView().database!, owner: own.role, exists: one.reach.state !== 'absent' },
              role: { name: own.role, exists: true, superuser: false, elsewhere: [] },
            }
          : database().admin,
        providedByOthers: one.others,
        foreign: one.foreign ? 'belongs to another host' : null,
      });
    });

const PATHS: [string, Phase, KeepWith | undefined, ComponentId | undefined][] = [
  ['/etc/pki/ovirt-engine/ca.pem', 'ca', 'pki', undefined],
  ['/etc/pki/ovirt-engine/keys/engine.p12', 'keystores', 'pki', undefined],
  ['/etc/pki/ovirt-engine/.truststore', 'keystores', 'pki', undefined],
  ['/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf', 'drop-ins', undefined, undefined],
  ['/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf', 'drop-ins', 'database', undefined],
  ['/var/lib/ovirt-engine/dbmd5/a.md5', 'state', 'database', undefined],
  ['/etc/ovirt-engine/uninstall.d/20260101000000-uninstall.conf', 'records', 'database', undefined],
  [g5.marker, 'marker', 'database', undefined],
  ['/etc/ovirt-engine/engine.conf.d/10-setup-database.conf', 'credentials', 'database', 'engine'],
  ['/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf', 'credentials', 'database', 'dwh'],
  ['/tmp/tmpabcdefgh', 'credentials', undefined, 'engine'],
];

/** Any host: any subset of the files, services and databases in any state. */
export const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    files: fc.subarray(PATHS),
    changed: fc.boolean(),
    services: fc.array(fc.record({ active: fc.boolean(), enabled: fc.boolean() }), { maxLength: 3 }),
    databases: fc.tuple(
      fc.option(databaseFact('engine', PATHS[8]![0]), { nil: null }),
      fc.option(databaseFact('dwh', PATHS[9]![0]), { nil: null }),
    ),
    lines: fc.boolean(),
  })
  .map((one) => {
    const base = finished();
    const files = one.files.map(([path, phase, keep, owner]) =>
      file(path, phase, {
        changed: one.changed && phase === 'drop-ins',
        ...(keep ? { keep } : {}),
        ...(owner ? { credentialsOf: [owner] } : {}),
        ...(path.startsWith('/tmp/') ? { copyOf: '/tmp' } : {}),
      }),
    );
    const has = (path: string): boolean => files.some((fact) => fact.path === path);
    return {
      ...base,
      files,
      marker: has(g5.marker) ? base.marker : null,
      records: {
        ...base.records,
        paths: base.records.paths.filter(has),
        entries: has(PATHS[6]![0]) ? base.records.entries : [],
      },
      directories: [],
      lines: one.lines ? base.lines : [],
      services: one.services.map((service, index) => ({ ...base.services[0]!, unit: `unit-${index}`, ...service })),
      databases: one.databases.filter((fact): fact is DatabaseFact => fact !== null),
    };
  });

export const anyWishes: fc.Arbitrary<Wishes> = fc
  .record({ keepDatabases: fc.boolean(), keepPki: fc.boolean(), keepChanged: fc.boolean(), backup: fc.boolean() })
  .map((one) => ({ ...WISHES, ...one }));

/** The facts of the host after a plan was executed without a failure. */
export function after(facts: Facts, plan: Plan): Facts {
  const has = (kind: string, component?: string): boolean =>
    plan.steps.some(
      (step) =>
        step.kind === kind && (component === undefined || ('component' in step && step.component === component)),
    );
  const removed = new Set(
    plan.steps.flatMap((step) => (step.kind === 'files-remove' ? step.files.map(({ path }) => path) : [])),
  );
  const rewrite = plan.steps.find((step) => step.kind === 'records-rewrite');
  const files = facts.files.filter(
    ({ path }) => !removed.has(path) && !(rewrite && rewrite.keep.length === 0 && rewrite.paths.includes(path)),
  );
  // A run that keeps files although nothing recorded them makes a record of its own.
  if (rewrite && rewrite.keep.length > 0 && !files.some(({ path }) => path === rewrite.path))
    files.push(file(rewrite.path, 'records', { keep: 'database' }));
  const left = (path: string): boolean => files.some((fact) => fact.path === path);
  const stopped = new Set(plan.steps.flatMap((step) => (step.kind === 'service-stop' ? [step.unit] : [])));
  const disabled = new Set(plan.steps.flatMap((step) => (step.kind === 'service-disable' ? [step.unit] : [])));
  const dropKeys = plan.steps.flatMap((step) => (step.kind === 'marker-rewrite' ? step.dropKeys : []));
  const values = Object.fromEntries(
    Object.entries(facts.marker?.values ?? {}).filter(([key]) => !dropKeys.includes(key)),
  );
  return {
    ...facts,
    files,
    lines: facts.lines.filter(
      ({ path }) => !plan.steps.some((step) => step.kind === 'lines-revert' && step.path === path),
    ),
    services: facts.services.map((service) => ({
      ...service,
      active: service.active && !stopped.has(service.unit),
      enabled: service.enabled && !disabled.has(service.unit),
    })),
    marker: left(g5.marker) && facts.marker ? { ...facts.marker, values } : null,
    records: rewrite
      ? {
          paths: rewrite.keep.length > 0 ? [rewrite.path] : [],
          empty: [],
          entries: rewrite.keep.map((path) => ({ path, current: !rewrite.edited.includes(path) })),
          lines: 0,
          databasesGone: rewrite.databasesGone,
        }
      : {
          ...facts.records,
          paths: facts.records.paths.filter(left),
          ...(left(PATHS[6]![0]) ? {} : { entries: [], lines: 0 }),
        },
    databases: facts.databases.map((fact) => {
      const roleGone = plan.steps.some((step) => step.kind === 'role-drop' && step.role === fact.admin.role?.name);
      const role = fact.admin.role && { ...fact.admin.role, exists: fact.admin.role.exists && !roleGone };
      if (has('database-drop', fact.component)) {
        return {
          ...fact,
          content: null,
          reach: { state: 'absent' as const, message: '' },
          admin: { ...fact.admin, role, database: fact.admin.database && { ...fact.admin.database, exists: false } },
        };
      }
      if (has('database-clear', fact.component)) return { ...fact, content: EMPTY_CONTENT };
      return { ...fact, admin: { ...fact.admin, role } };
    }),
  };
}
