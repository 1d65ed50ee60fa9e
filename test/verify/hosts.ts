/** Hosts that `verify` judges, as facts: clean, kept whole, and what is added to them. */
import { g5 } from '../../src/layouts/g5.ts';
import type { DatabaseFact, Facts } from '../../src/model/facts.ts';
import { content, database, EMPTY_CONTENT, file, finished, superuserView } from '../plan/facts.ts';

export const PKI = '/etc/pki/ovirt-engine';
export const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
export const WHOLE_PKI = [
  'ca.pem',
  'private/ca.pem',
  'qemu-ca.pem',
  'private/qemu-ca.pem',
  'keys/engine.p12',
  'keys/engine_id_rsa',
  '.truststore',
  'serial.txt',
  'database.txt',
  'cert.conf',
].map((name) => `${PKI}/${name}`);

/** A PKI of these files; `signs`: its CA matches its key. */
export function pkiOf(present: string[], usable = false, signs = usable): Facts['pki'] {
  const ca = present.includes(`${PKI}/ca.pem`) ? 'ok' : 'absent';
  return { ...finished().pki, present, usable, signs, usableWhy: usable ? '' : 'something is missing', ca };
}

/** A whole PKI but for one file. */
export function without(name: string): string[] {
  return WHOLE_PKI.filter((path) => path !== `${PKI}/${name}`);
}

/** A host after a dropping cleanup with a local database: nothing is left. */
export function clean(more: Partial<Facts> = {}): Facts {
  return finished({
    setup: 'none',
    components: [],
    marker: null,
    records: { paths: [], empty: [], entries: [], lines: 0, databasesGone: false },
    files: [],
    lines: [],
    services: [],
    databases: [],
    directories: [],
    pki: pkiOf([]),
    sslConf: 'plain',
    ...more,
  });
}

/** A host after `-d --keep-pki`. */
export function keptWhole(more: Partial<Facts> = {}): Facts {
  return finished({
    marker: { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_ENGINE_CORE/enable': true } },
    files: [
      file(DROP_IN, 'credentials', { keep: 'database', credentialsOf: ['engine'] }),
      file('/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf', 'drop-ins', { keep: 'database' }),
      file(g5.marker, 'marker', { keep: 'database' }),
      ...WHOLE_PKI.map((path) => file(path, path.endsWith('/ca.pem') ? 'ca' : 'keystores', { keep: 'pki' })),
    ],
    lines: [],
    pki: pkiOf(WHOLE_PKI, true),
    sslConf: 'plain',
    ...more,
  });
}

export const emptied = (more: Partial<DatabaseFact> = {}): DatabaseFact =>
  database({ content: EMPTY_CONTENT, ...more });
export const withDropIn = { files: [file(DROP_IN, 'credentials', { credentialsOf: ['engine'] })] };
export const absent = { reach: { state: 'absent', message: 'no such database' } as const, content: null };
/** These files of the PKI, and nothing else. */
export const keys = (...names: string[]): Partial<Facts> => ({
  files: names.map((name) => file(`${PKI}/${name}`, name === 'ca.pem' ? 'ca' : 'keystores')),
  pki: pkiOf(names.map((name) => `${PKI}/${name}`)),
});

export const DWHD = 'ovirt-engine-dwhd';
export const UUID_FILE = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf';

/** A host with engine and Data Warehouse, never cleaned, whose engine database says that the Data Warehouse runs. */
export function withDwh(active: boolean, known: string, own: string | null, more: Partial<Facts> = {}): Facts {
  return keptWhole({
    components: ['engine', 'dwh'],
    dwhUuid: own,
    services: [{ ...finished().services[0]!, unit: DWHD, component: 'dwh', active }],
    databases: [database({ content: content({ dwh: { hostname: 'dwh.example', uuid: known, running: true } }) })],
    ...more,
  });
}

export const OVN = 'OVESETUP_OVN/ovirtProviderOvn';
export const OVN_ID = 'OVESETUP_OVN/ovirtProviderOvnId';
/** A full database that holds a provider of the name that setup gives its own. */
export const ovn = { databases: [database({ content: content({ ovnProvider: 'id-1' }) })] };

/** The marker of a finished setup, with these values beside. */
export function marker(values: NonNullable<Facts['marker']>['values']): Facts['marker'] {
  return { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_ENGINE_CORE/enable': true, ...values } };
}

/** What a superuser sees of the default names where nothing on the host speaks of them. */
export function speculative(seen: {
  database?: boolean;
  role?: boolean;
  tables?: number;
  recognised?: boolean;
}): DatabaseFact {
  const view = superuserView();
  return database({
    credentials: null,
    candidates: [],
    content: null,
    speculative: true,
    reach: { state: 'no-credentials', message: '' },
    admin: {
      ...view,
      database: {
        ...view.database!,
        exists: seen.database ?? true,
        tables: seen.tables ?? 0,
        recognised: seen.recognised ?? false,
      },
      role: { ...view.role!, exists: seen.role ?? true },
    },
  });
}

/** Grafana's database without its configuration. */
export const HOLLOW: Facts['hollow'][number] = {
  component: 'grafana',
  config: { path: '/etc/grafana/grafana.ini', identity: null },
  aside: null,
};

/** A full database with rows of one kind that setup stumbles over. */
export function stumbling(check: string, names: string[] = ['one'], count = names.length): Partial<Facts> {
  return {
    databases: [database({ content: content({ stumbles: { state: 'asked', found: [{ check, count, names }] } }) })],
  };
}

/** A host with a psql of this version, as `server_version_num` has it. */
export function psql(version: number, path = '/usr/bin/psql'): Facts['tools'] {
  return { ...finished().tools, psql: { path, version } };
}
