/** Any host: any choice of files, services, records and databases in any state. And anything that can be wished for. */
import fc from 'fast-check';
import { g5 } from '../../src/layouts/g5.ts';
import { databasesOf } from '../../src/layouts/index.ts';
import { FORCIBLE } from '../../src/model/checks.ts';
import type { CopiedFile, DatabaseFact, Facts, FileFact, PkiCopy, ServiceFact } from '../../src/model/facts.ts';
import type { Phase } from '../../src/model/layout.ts';
import type { Wishes } from '../../src/model/plan.ts';
import { anyDatabases, DWH_UUID, PASSWORD_FILE, sourceOf } from './any-database.ts';
import { anyOutside } from './any-outside.ts';
import { file, finished, identity, WISHES } from './facts.ts';

export const UUID_CONF = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf';
const PKI = '/etc/pki/ovirt-engine';
const RECORDS = [20250101000000, 20260101000000].map((stamp) => `${g5.records}/${stamp}-uninstall.conf`);

type Sample = [path: string, phase: Phase, more?: Partial<FileFact>];

const ownFiles: Sample[] = [
  [`${PKI}/ca.pem`, 'ca', { keep: 'pki' }],
  [`${PKI}/keys/engine.p12`, 'keystores', { keep: 'pki' }],
  [`${PKI}/.truststore`, 'keystores', { keep: 'pki' }],
  [`${PKI}/.truststore.x1y2.tmp`, 'keystores', { keep: 'pki', copyOf: `${PKI}/.truststore` }],
  [`${PKI}/ca.pem.20250101000000`, 'keystores', { keep: 'pki', copyOf: `${PKI}/ca.pem` }],
  [`${PKI}/serial.txt`, 'keystores', { keep: 'pki', reset: true }],
  [`${PKI}/apache-ca.pem`, 'links', { keep: 'pki' }],
  ['/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf', 'drop-ins'],
  ['/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf', 'drop-ins', { keep: 'database' }],
  ['/etc/httpd/conf.d/z-ovirt-engine-proxy.conf', 'drop-ins'],
  ['/etc/grafana/grafana.ini', 'drop-ins', { reset: true }],
  [UUID_CONF, 'drop-ins', { keep: 'database', component: 'dwh' }],
  ['/var/lib/ovirt-engine/dbmd5/a.md5', 'state', { keep: 'database' }],
  ['/etc/ovirt-engine/precious', 'state', { keep: 'always' }],
  [g5.marker, 'marker', { keep: 'database' }],
  ['/etc/ovirt-engine/aaa/internal.properties', 'credentials', { keep: 'database', credentialsOf: ['engine'] }],
  [
    '/etc/ovirt-engine/engine.conf.d/10-setup-dwh-database.conf',
    'credentials',
    { keep: 'database', component: 'dwh', credentialsOf: ['dwh'] },
  ],
  [PASSWORD_FILE, 'credentials', { keep: 'database', credentialsOf: ['engine'] }],
  ['/tmp/tmpabcdefgh', 'credentials', { copyOf: '/tmp', credentialsOf: ['engine'] }],
];

const credentialFiles: Sample[] = databasesOf(g5).flatMap(({ component, database }) => {
  const path = database.credentials[0]!;
  const owner = { component, credentialsOf: [component] };
  return [
    [path, 'credentials', { keep: 'database', ...owner }],
    [sourceOf('copy', path), 'credential-copies', { keep: 'database', copyOf: path, ...owner }],
  ] satisfies Sample[];
});

const SAMPLES = [...ownFiles, ...credentialFiles];
const PATHS = SAMPLES.map(([path]) => path);

/** Credentials are read from files that are there. */
function withSources(files: readonly FileFact[], databases: readonly DatabaseFact[]): FileFact[] {
  const has = (path: string): boolean => files.some((one) => one.path === path);
  const sources = new Set(databases.flatMap(({ candidates }) => candidates.map(({ source }) => source)));
  const missing = SAMPLES.filter(([path]) => sources.has(path) && !has(path));
  return [...files, ...missing.map(([path, phase, more]) => file(path, phase, more))];
}

const anyFiles: fc.Arbitrary<FileFact[]> = fc
  .record({
    chosen: fc.subarray(SAMPLES),
    records: fc.subarray(RECORDS),
    changed: fc.subarray(PATHS),
    mixed: fc.boolean(),
  })
  .map(({ chosen, records, changed, mixed }) => [
    ...chosen.map(([path, phase, more = {}]) =>
      file(path, phase, {
        ...more,
        changed: changed.includes(path),
        ...(mixed && path === PASSWORD_FILE ? { section: { sha256: 'digest' } } : {}),
      }),
    ),
    ...records.map((path) => file(path, 'records', { keep: 'database' })),
  ]);

const anyService: fc.Arbitrary<Omit<ServiceFact, 'unit' | 'order'>> = fc.record({
  component: fc.constantFrom('engine', 'dwh', 'grafana'),
  manager: fc.constantFrom('systemd', 'sysv', 'process'),
  active: fc.boolean(),
  enabled: fc.boolean(),
  masked: fc.boolean(),
  failedLoop: fc.boolean(),
  pids: fc.constant([]),
  links: fc.subarray(['/etc/systemd/system/multi-user.target.wants/sample.service']),
});

function chance<T>(usual: T, odd: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(odd) });
}

/** What makes a run impossible is rare: it would hide the rest. */
const anyTrouble = fc.record({
  root: fc.constantFrom('/', '/mnt/host'),
  release: chance<Facts['release']>('4.5', null),
  mayWrite: chance(true, false),
  strays: chance<Facts['strays']>([], [{ pid: 7, program: '/mnt/host/usr/bin/java' }]),
  faults: chance<Facts['faults']>([], [{ check: 'shared-database', message: 'm', hint: 'h', forcible: true }]),
  freeBytes: chance(1e12, 0),
  pgDump: chance<Facts['tools']['pgDump']>({ path: '/usr/bin/pg_dump', version: 150000 }, null),
});

const anyPki = fc.record({
  present: fc.subarray([`${PKI}/ca.pem`, `${PKI}/keys/engine.p12`]),
  usable: fc.boolean(),
  thirdPartyWebCertificate: fc.boolean(),
  copies: fc.array(fc.boolean(), { maxLength: 2 }),
  /** An administrator's key in the copy is back already. */
  back: fc.boolean(),
});

const COPIES = '/etc/pki/ovirt-engine-backups';

/** Copies that package removal left; the newest usable one is looked into. */
function copiesOf(usable: readonly boolean[], back: boolean, files: readonly FileFact[]): PkiCopy[] {
  const copied = (name: string, known: boolean): CopiedFile => {
    const to = `${PKI}/${name}`;
    const present = known ? (files.find(({ path }) => path === to)?.identity ?? null) : back ? identity(97) : null;
    return { from: `${COPIES}/ovirt-engine/${name}`, to, type: 'file', present, known };
  };
  return usable.map((one, index) => ({
    path: `${COPIES}/${index}`,
    usable: one,
    why: '',
    takenAt: '',
    ...(one
      ? { files: [copied('ca.pem', true), copied('keys/engine.p12', true), copied('keys/admin.pem', false)] }
      : {}),
  }));
}

export const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    files: anyFiles,
    outside: anyOutside,
    databases: anyDatabases,
    services: fc.array(anyService, { maxLength: 3 }),
    trouble: anyTrouble,
    pki: anyPki,
    lines: fc.subarray([{}, { phase: 'credentials', keep: 'database' }] as const),
    recordedLines: fc.boolean(),
    recorded: fc.subarray(PATHS),
    databasesGone: fc.boolean(),
    markerValues: fc.subarray(['OVESETUP_APACHE/configured', 'OVESETUP_ENGINE_CORE/enable']),
    components: fc.subarray(g5.components.map(({ id }) => id)),
    directories: fc.subarray([g5.records, '/etc/ovirt-engine/engine.conf.d', '/etc/ovirt-engine']),
    webServer: fc.option(fc.record({ active: fc.boolean(), usesOurCertificates: fc.boolean() }), { nil: null }),
    packageState: fc.constantFrom('installed', 'removed', 'reinstalled', 'unknown'),
  })
  .map(({ files: found, databases, services, trouble, pki: { back, copies, ...pki }, webServer, ...one }): Facts => {
    const base = finished();
    const files = withSources(found, databases);
    const { root, release, mayWrite, strays, faults, freeBytes, pgDump } = trouble;
    const paths = files.map(({ path }) => path);
    const records = paths.filter((path) => RECORDS.includes(path));
    const recorded = records.length > 0 ? paths.filter((path) => one.recorded.includes(path)) : [];
    const hasMarker = paths.includes(g5.marker);
    return {
      ...base,
      root,
      release,
      caller: { ...base.caller, mayWrite },
      strays,
      faults,
      files,
      outside: one.outside,
      databases,
      components: one.components,
      package: one.packageState,
      marker: hasMarker
        ? { path: g5.marker, version: '4.5.8', values: Object.fromEntries(one.markerValues.map((key) => [key, true])) }
        : null,
      records: {
        ...base.records,
        paths: records,
        entries: recorded.map((path) => ({ path, current: !files.some((fact) => fact.path === path && fact.changed) })),
        lines: records.length > 0 && one.recordedLines ? 2 : 0,
        databasesGone: records.length > 0 && one.databasesGone,
      },
      directories: one.directories.map((path) => ({
        path,
        identity: identity(98, 'dir'),
        entries: namesIn(path, paths),
      })),
      lines: one.lines.flatMap((timing) => base.lines.map((line) => ({ ...line, ...timing }))),
      services: services.map((service, order) => ({ ...service, unit: `unit-${order}`, order })),
      dwhUuid: paths.includes(UUID_CONF) ? DWH_UUID : null,
      pki: { ...base.pki, ...pki, copies: copiesOf(copies, back, files) },
      webServer: webServer && { unit: 'httpd', ...webServer },
      space: { ...base.space, freeBytes },
      tools: { ...base.tools, pgDump },
    };
  });

/** Names in a directory that holds these files and directories below it. */
function namesIn(dir: string, paths: readonly string[]): string[] {
  const below = paths.filter((path) => path.startsWith(`${dir}/`)).map((path) => path.slice(dir.length + 1));
  return [...new Set(below.map((path) => path.split('/')[0]!))];
}

export const anyWishes: fc.Arbitrary<Wishes> = fc
  .record({
    keepDatabases: fc.constantFrom(true, false, undefined),
    keepPki: fc.boolean(),
    keepChanged: fc.boolean(),
    dropOldDatabases: fc.boolean(),
    backup: fc.boolean(),
    force: fc.subarray([...FORCIBLE]),
  })
  .map((one) => ({ ...WISHES, ...one }));
