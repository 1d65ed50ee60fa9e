/** The words of the README: what is not tried on a real host by other tests (systemd, two servers, odd names, every mixture of parts). */
import { describe, expect, it } from 'vitest';
import { readme } from '../../src/backup/readme.ts';
import type { ReadmeInput } from '../../src/backup/section.ts';
import type { BackupMember, ServiceBefore, Survey } from '../../src/model/backup.ts';
import type { BackedUpDatabase, Step } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { credentials, finished, WISHES } from '../plan/facts.ts';
import { sections, wayBack } from './by-hand.ts';

const base = { id: 'id', title: '', target: '', needs: [], destructive: false };
const NOTHING: Survey = { services: [], webServer: null, directories: [] };

const member = (name: string, kind: BackupMember['kind'], component?: string): BackupMember => ({
  name,
  kind,
  sizeBytes: 1,
  sha256: '',
  ...(component === undefined ? {} : { component, database: component === 'dwh' ? 'ovirt_engine_history' : component }),
});

function service(unit: string, more: Partial<ServiceBefore> = {}): ServiceBefore {
  return { unit, ran: true, enabled: true, systemd: true, script: null, ...more };
}

function databaseOf(component: 'engine' | 'dwh', more: Partial<BackedUpDatabase> = {}): BackedUpDatabase {
  const own = credentials(component, '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf');
  const { host, port, database: name, role } = own;
  const reach = 'connected';
  return { component, name, host, port, role, local: true, action: 'drop', credentials: own, reach, ...more };
}

function write(more: Partial<ReadmeInput> & { root?: string; steps?: Step[] }): string {
  const { root = '/', steps = [], ...rest } = more;
  return readme({
    run: 'run-1',
    version: '1.0.0',
    dir: '/backup',
    plan: { ...makePlan(finished(), WISHES, { backupDir: '/backup' }), root, steps },
    databases: [],
    members: [],
    archived: new Set(),
    survey: NOTHING,
    tools: { psql: '/usr/bin/psql', pgRestore: '/usr/bin/pg_restore' },
    socketDirs: new Map(),
    unanswered: new Map(),
    ...rest,
  });
}

describe('services under systemd', () => {
  const services = [
    service('ovirt-engine-dwhd', { enabled: false }),
    service('ovirt-engine'),
    service('ovirt-imageio', { ran: false }),
  ];

  it('are stopped, and in the end enabled and started as they were, the last stopped first; httpd reads its files again', () => {
    const webServer = { unit: 'httpd', systemd: true, script: null };
    const text = write({ survey: { ...NOTHING, services, webServer } });
    expect(wayBack(text)).toEqual([
      'cd /backup',
      'sha256sum --check SHA256SUMS',
      'systemctl stop ovirt-engine-dwhd ovirt-engine ovirt-imageio',
      'systemctl enable ovirt-engine ovirt-imageio',
      'systemctl reload httpd',
      'systemctl start ovirt-engine',
      'systemctl start ovirt-engine-dwhd',
    ]);
  });
});

describe('services below a root', () => {
  it('that no script of theirs stopped are named, not guessed at', () => {
    const text = write({
      root: '/image',
      survey: {
        ...NOTHING,
        services: [service('ovirt-engine', { systemd: false, enabled: false })],
        webServer: { unit: 'httpd', systemd: false, script: null },
      },
    });
    expect(wayBack(text)).toEqual(['cd /backup', 'sha256sum --check SHA256SUMS']);
    expect(text).toContain('which is not known here: ovirt-engine.');
    expect(text).toContain('Let httpd below /image read its configuration again.');
  });
});

describe('dropped databases', () => {
  it('of two local servers are each made again on their own', () => {
    const roles = (port: number): Step => ({
      ...base,
      kind: 'roles-dump',
      server: { socket: port },
      roles: [],
      databases: [],
      file: `roles-${port}.sql`,
    });
    const drop = (component: 'engine' | 'dwh', database: string, port: number): Step => ({
      ...base,
      kind: 'database-drop',
      key: component,
      component,
      database,
      server: { socket: port },
      role: database,
    });
    const text = write({
      steps: [roles(5432), roles(5433), drop('engine', 'engine', 5432), drop('dwh', 'ovirt_engine_history', 5433)],
      databases: [databaseOf('engine'), databaseOf('dwh', { port: 5433 })],
      members: [
        member('engine.dump', 'database', 'engine'),
        member('dwh.dump', 'database', 'dwh'),
        member('roles-5432.sql', 'roles'),
        member('roles-5433.sql', 'roles'),
      ],
      socketDirs: new Map([[5433, '/tmp']]),
    });
    const as = 'runuser -u postgres -- env --chdir=/';
    const psql = `${as} /usr/bin/psql --no-psqlrc --set=ON_ERROR_STOP=1`;
    expect(wayBack(text).slice(2)).toEqual([
      `${psql} --port=5432 --dbname=postgres < roles-5432.sql`,
      `${psql} --host=/tmp --port=5433 --dbname=postgres < roles-5433.sql`,
      `${as} /usr/bin/pg_restore --port=5432 --dbname=engine --exit-on-error < engine.dump`,
      `${as} /usr/bin/pg_restore --host=/tmp --port=5433 --dbname=ovirt_engine_history --exit-on-error < dwh.dump`,
    ]);
    expect(text).toContain('fill only those whose owner is trusted');
  });

  it('that their owner fills need nobody to trust it', () => {
    const server = { credentials: credentials('engine', '/root/.pgpass'), superuser: false };
    const text = write({
      steps: [
        { ...base, kind: 'roles-dump', server, roles: [], databases: [], file: 'roles.sql' },
        {
          ...base,
          kind: 'database-drop',
          key: 'engine',
          component: 'engine',
          database: 'engine',
          server,
          role: 'engine',
        },
      ],
      databases: [databaseOf('engine')],
      members: [member('engine.dump', 'database', 'engine'), member('roles.sql', 'roles')],
    });
    expect(wayBack(text).at(-1)).toContain('pg_restore');
    expect(text).not.toContain('trusted');
  });
});

describe('cleared databases', () => {
  const cleared = (more: Partial<NonNullable<BackedUpDatabase['credentials']>>): BackedUpDatabase => {
    const plain = databaseOf('engine', { action: 'clear' });
    return { ...plain, credentials: { ...plain.credentials!, ...more } };
  };
  const restore = (database: BackedUpDatabase, members: BackupMember[] = []): string =>
    wayBack(write({ databases: [database], members: [member('engine.dump', 'database', 'engine'), ...members] })).at(
      -1,
    )!;

  it('on another server are reached as the installation reached them', () => {
    const words = restore(cleared({ host: 'db.example.com', secured: true, validation: true }), [
      member('pgpass', 'passwords'),
    ]);
    expect(words).toMatch(
      /^PGPASSFILE=pgpass PGSSLMODE=verify-full PGSSLROOTCERT=trusted-ca.pem \/usr\/bin\/pg_restore --host=db.example.com /,
    );
    expect(restore(cleared({ secured: true }))).toMatch(/^PGSSLMODE=require \/usr\/bin\/pg_restore /);
  });

  it('of any name are meant by it', () => {
    expect(restore(cleared({ database: "a 'b'", role: 'x y' }))).toContain(`'--username=x y' '--dbname=a '\\''b'\\'''`);
    // libpq would take these for connection strings.
    expect(restore(cleared({ database: 'host=elsewhere' }))).toContain(`dbname='\\''host=elsewhere'\\'''`);
    expect(restore(cleared({ database: 'postgres://elsewhere' }))).toContain(`dbname='\\''postgres://elsewhere'\\'''`);
  });

  it('leave no list of their own where anybody else could make it', () => {
    const text = write({
      databases: [databaseOf('engine', { action: 'clear' })],
      members: [member('engine.dump', 'database', 'engine')],
    });
    expect(text).not.toContain('/tmp');
    expect(text).toContain('The password is asked for.');
  });
});

describe('files', () => {
  it('come back into their directories, and what the run wrote where nothing was goes', () => {
    const text = write({
      root: '/an image',
      members: [member('files.tar.gz', 'files')],
      archived: new Set(['/etc/b']),
      steps: [
        {
          ...base,
          kind: 'file-promote',
          from: '/etc/a.copy',
          path: '/etc/a',
          component: 'engine',
          credentials: credentials('engine', '/etc/a.copy'),
        },
        {
          ...base,
          kind: 'records-rewrite',
          paths: ['/etc/b'],
          keep: [],
          edited: [],
          path: '/etc/b',
          databasesGone: false,
        },
        { ...base, kind: 'lines-revert', path: '/etc/shared.conf', sha256: '', edits: [] },
      ],
      survey: { ...NOTHING, directories: [{ path: '/an image/etc/c', mode: 0o750, uid: 108, gid: 36 }] },
    });
    expect(wayBack(text).slice(2)).toEqual([
      "install --directory --mode=0750 --owner=108 --group=36 '/an image/etc/c'",
      'tar --list --verbose --gzip --file=files.tar.gz',
      "tar --extract --gzip --same-permissions --numeric-owner --acls --xattrs '--xattrs-include=*' --selinux --file=files.tar.gz '--directory=/an image'",
      "rm --force '/an image/etc/a'",
    ]);
    expect(text).toContain('* /an image/etc/shared.conf\n');
  });
});

it('speaks of nothing that is not in the backup', () => {
  const text = write({ databases: [databaseOf('engine', { action: 'keep' })] });
  expect(sections(text)).toEqual(['### 1. See that the backup is whole']);
  expect(text).not.toMatch(/pg_restore|psql|tar |systemctl|engine-setup --/);
});
