/** A host and its plans as the screens show them: richer than what the plan's own tests need. */
import { Writable } from 'node:stream';
import type { Output } from '../../src/cli/terminal.ts';
import type { View } from '../../src/cli/view.ts';
import { colorsOf } from '../../src/cli/view.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { Facts, FileFact, ServiceFact } from '../../src/model/facts.ts';
import type { Plan, Wishes } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { content, credentials, database, file, finished, superuserView, WISHES } from '../plan/facts.ts';

const PKI = '/etc/pki/ovirt-engine';
const CONF = '/etc/ovirt-engine/engine.conf.d';

function service(unit: string, order: number, more: Partial<ServiceFact> = {}): ServiceFact {
  return {
    unit,
    component: 'engine',
    order,
    manager: 'systemd',
    active: true,
    enabled: true,
    masked: false,
    failedLoop: false,
    pids: [],
    ...more,
  };
}

function keystores(): FileFact[] {
  const names = [
    '.truststore',
    'certs/apache.cer',
    'certs/ca.der',
    'certs/engine.cer',
    'certs/jboss.cer',
    'keys/apache.p12',
    'keys/engine.p12',
    'keys/engine_id_rsa',
    'private/ca.pem',
  ];
  return names.map((name) => file(`${PKI}/${name}`, 'keystores', { keep: 'pki' }));
}

/** A finished 4.5 host with two databases, one edited file, copies, and things that stay. */
export function host(more: Partial<Facts> = {}): Facts {
  const history = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf';
  const base = finished();
  const dwh = credentials('dwh', history);
  return finished({
    components: ['engine', 'dwh', 'websocket-proxy', 'fence-kdump'],
    files: [
      ...keystores(),
      ...base.files.filter(({ path }) => path !== `${PKI}/keys/engine.p12`),
      file(`${CONF}/11-setup-sso.conf`, 'drop-ins', { changed: true }),
      file(`${CONF}/10-setup-java.conf`, 'drop-ins'),
      file(history, 'credentials', { keep: 'database', credentialsOf: ['dwh'], component: 'dwh' }),
      file(`${PKI}/serial.txt`, 'keystores', { reset: true, keep: 'pki' }),
    ],
    services: [
      service('ovirt-engine-notifier', 0, { enabled: false }),
      service('ovirt-engine', 1),
      service('ovirt-engine-dwhd', 2, { component: 'dwh' }),
      service('ovirt-websocket-proxy', 3, { component: 'websocket-proxy' }),
      service('ovirt-fence-kdump-listener', 4, { active: false, component: 'fence-kdump' }),
    ],
    databases: [
      database({
        admin: superuserView(),
        content: content({ encrypted: { 'providers.auth_password': 2, 'fence_agents.agent_password': 5 } }),
      }),
      database({
        component: 'dwh',
        title: 'Data Warehouse database',
        credentials: { ...dwh, host: 'db.example.com' },
        candidates: [dwh],
        local: false,
        content: content({
          sizeBytes: 1_420_000_000,
          owner: 'ovirt_engine_history',
          sessions: [{ pid: 7, role: 'grafana', application: 'grafana', client: '', state: '' }],
        }),
      }),
    ],
    lines: [
      {
        ...base.lines[0]!,
        edits: [
          {
            added: 'SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer',
            removed: 'SSLCertificateFile /etc/pki/tls/certs/localhost.crt',
          },
        ],
      },
      {
        ...base.lines[0]!,
        path: '/etc/dnf/plugins/versionlock.list',
        edits: [{ added: 'ovirt-engine-backend-4.5.8-1.el9.*', removed: null }],
      },
    ],
    kept: [
      {
        path: '/var/lib/ovirt-engine/backups',
        why: 'earlier backup made by setup, cleanup or engine-backup',
        remove: 'rm -r /var/lib/ovirt-engine/backups/*',
      },
      {
        path: '/var/lib/ovirt-engine/setup/answers',
        why: "setup's answers, of use when it is run again",
        remove: 'rm -r /var/lib/ovirt-engine/setup/answers/*',
      },
      { path: '/var/log/ovirt-engine', why: 'logs', remove: 'rm -r /var/log/ovirt-engine/*' },
      { path: '/var/lib/pgsql/data/pg_hba.conf', why: "PostgreSQL's own access rules" },
      { path: `${CONF}/99-local.conf`, why: 'not made by setup' },
    ],
    webServer: { unit: 'httpd', active: true, usesOurCertificates: true },
    space: { backupDir: '/var/lib/engine-cleanup', trouble: null, freeBytes: 1e12, filesBytes: 240_000 },
    ...more,
  });
}

export const RUN = '20261124T020405Z-1a2b3c';

/** The plan of the host for some wishes. */
export function planOf(facts: Facts, wishes: Partial<Wishes> = {}): Plan {
  return makePlan(facts, { ...WISHES, ...wishes }, { backupDir: `/var/lib/engine-cleanup/${RUN}/backup` });
}

export function view(more: Partial<View> = {}): View {
  return { colors: colorsOf(false), width: 80, verbose: false, hostname: 'engine.example.com', ...more };
}

/** A stream that remembers what was written. */
export class Sink extends Writable {
  text = '';
  isTTY?: boolean;
  columns?: number;

  override _write(chunk: Buffer | string, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  static terminal(): Sink & Output {
    const sink = new Sink();
    sink.isTTY = true;
    sink.columns = 80;
    return sink;
  }
}

export const MARKER = g5.marker;
