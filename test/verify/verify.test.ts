/** Every state in which a second engine-setup was measured or read to stop, to be spoiled silently, or to work: what `verify` says of it. */
import { describe, expect, it } from 'vitest';
import { g5 } from '../../src/layouts/g5.ts';
import { databaseLayoutOf } from '../../src/layouts/index.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Verdict } from '../../src/model/report.ts';
import { verify } from '../../src/verify/index.ts';
import { content, credentials, database, EMPTY_CONTENT, file, finished, superuserView } from '../plan/facts.ts';
import {
  absent,
  clean,
  DROP_IN,
  emptied,
  HOLLOW,
  keptWhole,
  keys,
  marker,
  OVN,
  OVN_ID,
  ovn,
  PKI,
  pkiOf,
  psql,
  speculative,
  stumbling,
  WHOLE_PKI,
  withDropIn,
  withDwh,
  without,
} from './hosts.ts';

function obstacles({ checks }: Verdict): string[] {
  return checks.filter(({ ok }) => !ok).map(({ id }) => id);
}

function warnings({ checks }: Verdict): string[] {
  return checks.filter(({ ok, severity }) => ok && severity === 'warning').map(({ id }) => id);
}

/** What setup looks for in the rows of a full engine database. */
const { stumbles, references } = databaseLayoutOf(g5, 'engine')!;
const words = [...stumbles!, references!];

describe('ready, as measured with setup 4.5.8', () => {
  it.each<[string, Facts]>([
    ['nothing is left', clean()],
    ['database, role and uuid-ossp stay, everything else is gone', clean({ databases: [emptied()] })],
    ['the drop-in is left, its database is empty', clean({ ...withDropIn, databases: [emptied()] })],
    [
      'marker left, database empty, PKI gone',
      clean({
        marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_CONFIG/fqdn': 'a' } },
        databases: [emptied()],
      }),
    ],
    [
      'only certificates, database.txt and serial.txt left',
      clean(keys('certs/1000.pem', 'database.txt', 'serial.txt')),
    ],
    ['only the web server’s keys and certificates left', clean(keys('keys/apache.p12', 'certs/apache.cer'))],
    [
      'only functions left in the database',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, ownedObjects: 5 } })] }),
    ],
    ['a full, whole database with working credentials, never cleaned', keptWhole()],
    ['the same with its own Data Warehouse running: setup stops it itself', withDwh(true, 'mine', 'mine')],
    [
      'the ssh key of the engine is missing: setup writes it anew',
      keptWhole({ pki: pkiOf(without('keys/engine_id_rsa'), true) }),
    ],
    ['an OVN provider, whose id is in the marker', keptWhole({ ...ovn, marker: marker({ [OVN_ID]: 'id-1' }) })],
    [
      'an OVN provider, but the marker says that setup shall not make one',
      keptWhole({ ...ovn, marker: marker({ [OVN]: false }) }),
    ],
    [
      'a server newer than psql by the smallest number',
      keptWhole({ databases: [database({ content: content({ serverVersion: 150012 }) })], tools: psql(150011) }),
    ],
    [
      'an empty database on a server of a newer release than psql',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, serverVersion: 160001 } })], tools: psql(150011) }),
    ],
    [
      'an older server, but psql is in a place where setup does not look',
      keptWhole({ databases: [database()], tools: psql(170001, '/usr/pgsql-17/bin/psql') }),
    ],
    [
      'an older server, but psql is that of the machine that mounts the host',
      keptWhole({ root: '/mnt/host', databases: [database()], tools: psql(170001) }),
    ],
    ['no marker, but the engine is known by 10-setup-protocols.conf', keptWhole({ marker: null })],
    [
      'a superuser sees that neither database nor role is there',
      clean({ databases: [speculative({ database: false, role: false })] }),
    ],
    ['a superuser sees both, and they are empty', clean({ databases: [speculative({ tables: 0 })] })],
    [
      'neither role nor database',
      clean({
        databases: [
          database({
            ...absent,
            admin: {
              ...superuserView(),
              role: { name: 'engine', exists: false, superuser: false, elsewhere: [] },
              database: { ...superuserView().database!, exists: false },
            },
          }),
        ],
      }),
    ],
  ])('%s', (_, facts) => {
    expect(obstacles(verify(facts, true))).toEqual([]);
    expect(verify(facts, true).ready).toBe(true);
  });
});

describe('not ready: setup stops, or is spoiled silently', () => {
  const role = { name: 'engine', exists: true, superuser: false, elsewhere: [] };
  const noCredentials = {
    credentials: null,
    candidates: [],
    content: null,
    reach: { state: 'no-credentials', message: 'none' } as const,
  };
  const gone = { ...superuserView().database!, exists: false };
  it.each<[string, Facts, string]>([
    [
      'no uuid-ossp in the empty database',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, missingExtensions: ['uuid-ossp'] } })] }),
      'database-engine',
    ],
    [
      'no schema public',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, publicSchema: false, mayCreateInPublic: false } })] }),
      'database-engine',
    ],
    [
      'no right to create in public',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, mayCreateInPublic: false } })] }),
      'database-engine',
    ],
    ['only engine.p12 left', clean(keys('keys/engine.p12')), 'pki-half'],
    ['only .truststore left', clean(keys('.truststore')), 'pki-half'],
    ['only engine_id_rsa left', clean(keys('keys/engine_id_rsa')), 'pki-half'],
    ['only ca.pem left', clean(keys('ca.pem')), 'pki-pair-ca.pem'],
    ['only ca.pem and its key left', clean(keys('ca.pem', 'private/ca.pem')), 'pki-keys'],
    ['only qemu-ca.pem left', clean(keys('qemu-ca.pem')), 'pki-pair-qemu-ca.pem'],
    [
      'ca.pem is no certificate',
      clean({ pki: { ...pkiOf([`${PKI}/ca.pem`, `${PKI}/private/ca.pem`]), ca: 'damaged' } }),
      'pki-ca',
    ],
    ['apache-ca.pem of the old CA left', clean(keys('apache-ca.pem')), 'pki-web'],
    [
      'one table left, whoever owns it',
      clean({ databases: [database({ content: content({ tables: 1, missing: ['vms', 'providers'] }) })] }),
      'database-engine',
    ],
    [
      'one sequence left',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, obstacles: ['sequence public.s'] } })] }),
      'database-engine',
    ],
    [
      'schema aaa_jdbc left',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, obstacles: ['schema aaa_jdbc'] } })] }),
      'database-engine',
    ],
    ['drop-in left, database dropped', clean({ ...withDropIn, databases: [database(absent)] }), 'database-engine'],
    [
      'drop-in left, password changed',
      clean({
        ...withDropIn,
        databases: [database({ reach: { state: 'rejected', message: 'wrong password' }, content: null })],
      }),
      'database-engine',
    ],
    [
      'drop-in left, no server answers',
      clean({
        ...withDropIn,
        databases: [database({ reach: { state: 'unreachable', message: 'refused' }, content: null })],
      }),
      'database-engine',
    ],
    [
      'the database is closed to connections',
      clean({ ...withDropIn, databases: [database({ reach: { state: 'sealed', message: 'limit' }, content: null })] }),
      'database-engine',
    ],
    [
      'the drop of the database was begun and not finished',
      clean({ ...withDropIn, databases: [database({ reach: { state: 'half-dropped', message: '' }, content: null })] }),
      'database-engine',
    ],
    [
      'role without its database, on a remote server',
      clean({ databases: [database({ ...absent, local: false })] }),
      'database-engine',
    ],
    [
      'role without its database, seen by the superuser',
      clean({ databases: [database({ ...noCredentials, admin: { ...superuserView(), role, database: gone } })] }),
      'database-engine',
    ],
    [
      'database without its role',
      clean({
        databases: [database({ ...noCredentials, admin: { ...superuserView(), role: { ...role, exists: false } } })],
      }),
      'database-engine',
    ],
    [
      'half-built by a setup that was killed',
      keptWhole({ databases: [database({ content: content({ missing: ['vms'] }) })] }),
      'database-engine',
    ],
    [
      'the false success: no administrator',
      keptWhole({ databases: [database({ content: content({ missing: ['an administrator'] }) })] }),
      'database-engine',
    ],
    [
      'full, but objects belong to others',
      keptWhole({ databases: [database({ content: content({ foreignObjects: ['table public.x'] }) })] }),
      'database-engine',
    ],
    [
      'full, but a view belongs to others, which a clearing would take along',
      keptWhole({ databases: [database({ content: content({ misowned: ['view public.x'] }) })] }),
      'database-engine',
    ],
    [
      'full, but the extension was dropped',
      keptWhole({ databases: [database({ content: content({ missingExtensions: ['uuid-ossp'] }) })] }),
      'database-engine',
    ],
    ...words
      .filter(({ severity }) => severity === 'obstacle')
      .map(({ check, what }): [string, Facts, string] => [`full, with ${what}`, keptWhole(stumbling(check)), check]),
    [
      'the Data Warehouse was killed and seems to run',
      keptWhole({ databases: [database({ content: content({ dwh: { hostname: 'h', uuid: 'u', running: true } }) })] }),
      'dwh-running',
    ],
    ['the Data Warehouse of this host was killed', withDwh(false, 'mine', 'mine'), 'dwh-running'],
    ['a Data Warehouse without a name was killed', withDwh(false, '', 'mine'), 'dwh-running'],
    ['another Data Warehouse runs, and ours too', withDwh(true, 'other', 'mine'), 'dwh-running'],
    [
      'the Data Warehouse of a host without engine was killed',
      withDwh(false, 'mine', 'mine', {
        components: ['dwh'],
        databases: [
          database({
            foreign: 'the engine is elsewhere',
            content: content({ dwh: { hostname: 'h', uuid: 'mine', running: true } }),
          }),
        ],
      }),
      'dwh-running',
    ],
    ['10-setup-uuid.conf is gone', withDwh(true, 'known', null), 'dwh-identity'],
    ['an OVN provider, and the marker lost', keptWhole({ ...ovn, marker: null }), 'ovn-provider'],
    [
      'an OVN provider, and its id lost from the marker',
      keptWhole({ ...ovn, marker: marker({ [OVN]: true }) }),
      'ovn-provider',
    ],
    [
      'neither the marker nor 10-setup-protocols.conf enables the engine',
      keptWhole({
        marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_CONFIG/fqdn': 'a' } },
        files: [file(DROP_IN, 'credentials')],
      }),
      'engine-enable',
    ],
    ...['.truststore', 'serial.txt', 'database.txt', 'cert.conf'].map((name): [string, Facts, string] => [
      `${name} is missing beside ca.pem`,
      keptWhole({ pki: pkiOf(without(name), true) }),
      'pki-keys',
    ]),
    ['engine.p12 is there, but the CA did not issue it', keptWhole({ pki: pkiOf(WHOLE_PKI, false, true) }), 'pki-keys'],
    [
      'engine.p12 is missing, and the CA does not match its key',
      keptWhole({ pki: pkiOf(without('keys/engine.p12')) }),
      'pki-keys',
    ],
    [
      'the database refuses connections',
      clean({
        ...withDropIn,
        databases: [database({ reach: { state: 'unreachable', message: 'closed', code: '55000' }, content: null })],
      }),
      'database-engine',
    ],
    [
      'another Data Warehouse is registered',
      keptWhole({
        components: ['engine', 'dwh'],
        dwhUuid: 'mine',
        databases: [database({ content: content({ dwh: { hostname: 'h', uuid: 'other', running: false } }) })],
      }),
      'dwh-identity',
    ],
    [
      'hosted engine outside global maintenance',
      keptWhole({ databases: [database({ content: content({ hostedEngine: 'active' }) })] }),
      'hosted-engine',
    ],
    [
      'the machine of a hosted engine that runs nowhere',
      keptWhole({ databases: [database({ content: content({ hostedEngine: 'idle' }) })] }),
      'hosted-engine',
    ],
    [
      'the server is older than psql, be it by the smallest number',
      keptWhole({ databases: [database({ content: content({ serverVersion: 130007 }) })], tools: psql(130011) }),
      'database-version',
    ],
    [
      'the same, and the database is empty',
      clean({ databases: [emptied({ content: { ...EMPTY_CONTENT, serverVersion: 90223 } })], tools: psql(90600) }),
      'database-version',
    ],
    [
      'a full database on a server of a newer release than psql',
      keptWhole({ databases: [database({ content: content({ serverVersion: 160001 }) })], tools: psql(150011) }),
      'database-version',
    ],
    [
      'Grafana’s database is there, and its configuration is no longer setup’s',
      keptWhole({ components: ['engine', 'dwh', 'grafana'], hollow: [HOLLOW] }),
      'grafana-config',
    ],
    [
      'ENGINE_FQDN and marker lost: silently not configured',
      keptWhole({ marker: null, files: [file(DROP_IN, 'credentials')] }),
      'engine-enable',
    ],
    [
      'the marker says the web server is configured, ssl.conf is reverted',
      keptWhole({ marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_APACHE/configured': true } } }),
      'marker-apache',
    ],
    [
      'the marker has an OVN provider, the database is new',
      clean({ marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_OVN/ovirtProviderOvnId': 'x' } } }),
      'marker-ovn',
    ],
    [
      'the record is empty for ever',
      clean({ records: { paths: ['/r'], empty: ['/r'], entries: [], lines: 0, databasesGone: false } }),
      'records',
    ],
    [
      'a volume database is full beside a new engine',
      clean({
        databases: [
          database({
            component: 'managedblock',
            title: 'managed block storage database',
            credentials: credentials('dwh', '/x'),
          }),
        ],
      }),
      'database-managedblock-stale',
    ],
    [
      'a lock pins another version',
      clean({
        lines: [
          {
            ...finished().lines[0]!,
            path: '/etc/dnf/plugins/versionlock.list',
            edits: [{ added: 'ovirt-engine-4.4.1-1.el8.noarch', removed: null }],
          },
        ],
      }),
      'versionlock',
    ],
    [
      'a kept database of a newer release than setup',
      keptWhole({ packageVersion: '4.4.9-1.el8', setupPackageVersion: '4.4.9-1.el8' }),
      'setup-older',
    ],
    ['an engine newer than setup', clean({ setupPackageVersion: '4.5.7-1.el9' }), 'package-version'],
    [
      'the record cannot be read',
      clean({ faults: [{ check: 'record', message: 'damaged', hint: 'mend', forcible: false }] }),
      'record',
    ],
  ])('%s', (_, facts, id) => {
    const verdict = verify(facts, true);
    expect(verdict.ready).toBe(false);
    expect(obstacles(verdict)).toContain(id);
    const check = verdict.checks.find((one) => one.id === id)!;
    expect(check.detail.length).toBeGreaterThan(5);
    expect(check.hint ?? '').not.toBe('');
  });
});

describe('ready, with something to know', () => {
  it.each<[string, Facts, string]>([
    [
      'the PKI is gone, the database full: hosts must be approved again',
      keptWhole({ pki: pkiOf([]), files: keptWhole().files.filter(({ path }) => !path.startsWith(PKI)) }),
      'hosts',
    ],
    [
      'stored passwords no longer decrypt',
      keptWhole({
        pki: pkiOf([]),
        files: keptWhole().files.filter(({ path }) => !path.startsWith(PKI)),
        databases: [database({ content: content({ encrypted: { 'providers.auth_password': 2 } }) })],
      }),
      'stored-passwords',
    ],
    [
      'PKI kept, database empty: the CA has the old organisation',
      keptWhole({ databases: [emptied()] }),
      'pki-organisation',
    ],
    [
      'full database without credentials',
      clean({
        databases: [
          database({
            credentials: null,
            candidates: [],
            content: null,
            reach: { state: 'no-credentials', message: '' },
            admin: superuserView(),
          }),
        ],
      }),
      'database-engine',
    ],
    [
      'full database whose credentials are not where setup looks',
      keptWhole({ files: keptWhole().files.filter(({ path }) => path !== DROP_IN) }),
      'database-engine',
    ],
    [
      'somebody’s tables in a database of the default name',
      clean({ databases: [speculative({ tables: 1 })] }),
      'database-engine',
    ],
    [
      'engine.p12 is missing: setup enrols it again with another key',
      keptWhole({
        pki: pkiOf(without('keys/engine.p12'), false, true),
        databases: [database({ content: content({ encrypted: { 'providers.auth_password': 2 } }) })],
      }),
      'pki-store',
    ],
    [
      'the passwords that only the lost engine.p12 decrypts',
      keptWhole({
        pki: pkiOf(without('keys/engine.p12'), false, true),
        databases: [database({ content: content({ encrypted: { 'providers.auth_password': 2 } }) })],
      }),
      'stored-passwords',
    ],
  ])('%s', (_, facts, id) => {
    const verdict = verify(facts, true);
    expect(obstacles(verdict)).toEqual([]);
    expect(warnings(verdict)).toContain(id);
  });

  it.each<[string, Facts, string]>([
    ...words
      .filter(({ severity }) => severity === 'warning')
      .map(({ check, what }): [string, Facts, string] => [`full, with ${what}`, keptWhole(stumbling(check)), check]),
    [
      'what an upgrade would stumble over could not be looked for',
      keptWhole({
        databases: [database({ content: content({ stumbles: { state: 'failed', message: 'too slow' } }) })],
      }),
      'upgrade-rows',
    ],
    [
      'a kept database of a newer version than setup, of the same release',
      keptWhole({ packageVersion: '4.5.6-1.el9', setupPackageVersion: '4.5.6-1.el9' }),
      'setup-older',
    ],
    ['an engine older than setup, which updates it', clean({ setupPackageVersion: '4.5.9-1.el9' }), 'package-version'],
    [
      'Grafana’s database was left on a host where Grafana was not set up',
      clean({ hollow: [HOLLOW] }),
      'grafana-config',
    ],
  ])('%s', (_, facts, id) => {
    const verdict = verify(facts, true);
    expect(obstacles(verdict)).toEqual([]);
    expect(warnings(verdict)).toEqual([id]);
  });

  it('a database whose credentials are another host’s is not judged', () => {
    const verdict = verify(
      clean({
        databases: [database({ foreign: 'another host', reach: { state: 'unreachable', message: '' }, content: null })],
      }),
      true,
    );
    expect(verdict.ready).toBe(true);
  });
});
