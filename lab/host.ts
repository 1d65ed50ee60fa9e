/** The lab's host: a box with PostgreSQL as a service, in which a finished engine-setup is simulated. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { makeHost, type ThrowAwayHost } from '../test/fixture/host.ts';
import {
  SSL_CONF,
  SSL_CONF_ORIGINAL,
  VERSIONLOCK,
  VERSIONLOCK_ORIGINAL,
  ZONE,
  ZONE_ORIGINAL,
} from '../test/fixture/host-shared.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../test/fixture/postgres.ts';
import { run } from '../test/fixture/run.ts';
import { Box } from './box.ts';
import { OVIRT_UNITS, ovirtUnit, PG_HBA, postgresqlUnit, WEB_SERVER, webServerUnit } from './units.ts';

export const PROJECT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** Units of this machine that may be enabled on it and must not start in a box. */
export const MASKED = [
  'postgresql.service',
  'ssh.service',
  'cockpit.socket',
  'apache2.service',
  'nginx.service',
  'ovn-central.service',
];

/** Directories that packages own and that are there before setup runs (host-model of 4.5: the PKI tree, configuration directories), with their owner. */
const PACKAGED_DIRECTORIES: Readonly<Record<string, string>> = {
  '/etc/pki/ovirt-engine': '0:0',
  '/etc/pki/ovirt-engine/certs': '108:108',
  '/etc/pki/ovirt-engine/private': '108:108',
  '/etc/pki/ovirt-engine/requests': '108:108',
  '/etc/pki/ovirt-engine/keys': '0:0',
  '/etc/pki/ovirt-engine/certs-qemu': '0:0',
  '/etc/pki/ovirt-engine/requests-qemu': '0:0',
  '/etc/ovirt-engine/ovirt-websocket-proxy.conf.d': '0:0',
  '/etc/ovirt-engine/ovirt-vmconsole-proxy-helper.conf.d': '0:0',
  '/etc/ovirt-engine/notifier': '0:0',
  '/etc/ovirt-engine/notifier/notifier.conf.d': '0:0',
  '/var/lib/ovirt-engine/content': '108:108',
  '/etc/ovirt-engine/aaa': '0:0',
  '/etc/ovirt-engine/firewalld': '0:0',
  '/etc/ovirt-engine/logcollector.conf.d': '0:0',
  '/etc/ovirt-imageio/conf.d': '0:0',
  '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d': '0:0',
  '/etc/pki/ovirt-vmconsole': '0:0',
  '/etc/firewalld/services': '0:0',
  // Not a package's, but older than setup: the ISO domain belongs to vdsm.
  '/var/lib/exports/iso/0f0a3c1e-5a1c-4a39-9c0a-0d7d2a4f8a11': '36:36',
};

export class LabHost {
  readonly box: Box;
  readonly setup: ThrowAwayHost;
  readonly #bin: string;
  readonly #since: number;

  private constructor(box: Box, setup: ThrowAwayHost, bin: string, since: number) {
    this.box = box;
    this.setup = setup;
    this.#bin = bin;
    this.#since = since;
  }

  /** Boots the box and brings it to the state before engine-setup: packages' and administrators' files, an empty PostgreSQL. */
  static async boot(): Promise<LabHost> {
    const server = await PostgresServer.start({ contents: 'engine' });
    const since = Date.now();
    const box = await Box.boot(
      'lab',
      PROJECT,
      MASKED.filter((unit) => unit !== 'ovn-central.service'),
    );
    try {
      const setup = await makeHost({ dir: join(box.shared, 'host'), firewalld: true });
      const { bin } = server.programs;
      const host = new LabHost(box, setup, bin, since);
      await host.#dump(server);
      host.#base();
      return host;
    } catch (error) {
      await box.destroy();
      throw error;
    } finally {
      await server.destroy();
    }
  }

  async #dump(server: PostgresServer): Promise<void> {
    const sql = await run(join(server.programs.bin, 'pg_dump'), server.clientArgs('engine'), {
      env: server.programs.env,
    });
    this.box.share('engine.sql', sql);
  }

  #base(): void {
    const { box } = this;
    const bin = this.#bin;
    box.must([
      'sh',
      '-c',
      'getent group ovirt || groupadd -g 108 ovirt-lab; mkdir -p /var/lib/pgsql/lab /etc/httpd /run/postgresql; chown postgres /var/lib/pgsql/lab /run/postgresql',
    ]);
    box.must([`${bin}/initdb`, '-D', '/var/lib/pgsql/lab', '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], {
      user: 'postgres',
    });
    this.#write('/var/lib/pgsql/lab/pg_hba.conf', PG_HBA, 'postgres');
    this.#write('/etc/systemd/system/postgresql-lab.service', postgresqlUnit(bin));
    this.#write('/etc/httpd/lab-server.mjs', WEB_SERVER);
    this.#write('/etc/systemd/system/httpd.service', webServerUnit(process.execPath));
    for (const unit of OVIRT_UNITS) this.#write(`/etc/systemd/system/${unit}.service`, ovirtUnit(unit));
    // What packages and administrators put there, and shared files as they were before setup.
    for (const path of this.setup.survivors)
      box.must(['sh', '-c', `mkdir -p "$(dirname "${path}")" && cp -a "/lab/host${path}" "${path}"`]);
    for (const [dir, owner] of Object.entries(PACKAGED_DIRECTORIES))
      box.must(['sh', '-c', `mkdir -p "${dir}" && chown ${owner} "${dir}"`]);
    this.#write(SSL_CONF, SSL_CONF_ORIGINAL);
    this.#write(VERSIONLOCK, VERSIONLOCK_ORIGINAL);
    this.#write(ZONE, ZONE_ORIGINAL);
    box.must(['systemctl', 'daemon-reload']);
    box.must(['systemctl', 'enable', '--now', 'postgresql-lab.service', 'httpd.service']);
  }

  #write(path: string, text: string, owner = 'root'): void {
    this.box.share('file', text);
    this.box.must([
      'sh',
      '-c',
      `mkdir -p "$(dirname "${path}")" && cp /lab/file "${path}" && chown ${owner} "${path}"`,
    ]);
  }

  /** What engine-setup does: files, database with role, services enabled and started. */
  simulateSetup(): void {
    const { box } = this;
    box.must(['sh', '-c', 'cp -a /lab/host/. /']);
    this.psql(`CREATE ROLE engine LOGIN PASSWORD '${ENGINE_PASSWORD}'`);
    this.psql("CREATE DATABASE engine OWNER engine TEMPLATE template0 ENCODING 'UTF8'");
    box.must(
      [
        'sh',
        '-c',
        `${this.#bin}/psql -q -X -v ON_ERROR_STOP=1 -h /run/postgresql -d engine -f /lab/engine.sql > /dev/null`,
      ],
      { user: 'postgres' },
    );
    box.must(['systemctl', 'enable', '--now', ...OVIRT_UNITS]);
    box.must(['systemctl', 'restart', 'httpd']);
  }

  psql(sql: string, database = 'postgres'): string {
    return this.box.must(
      [`${this.#bin}/psql`, '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql', '-d', database, '-c', sql],
      { user: 'postgres' },
    );
  }

  /** Databases, roles and memberships. */
  databases(): string {
    return this.psql(
      "SELECT 'database ' || datname || ' ' || datdba::regrole FROM pg_database UNION SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
    );
  }

  /** The engine's database as text. */
  dump(): string {
    const text = this.box.must([`${this.#bin}/pg_dump`, '-h', '/run/postgresql', 'engine'], { user: 'postgres' });
    return text.replace(/^\\(?:un)?restrict .*$/gm, '');
  }

  /** The role that the password of setup logs in as. */
  login(): string {
    const script = `PGPASSWORD=${ENGINE_PASSWORD} ${this.#bin}/psql -X -At -h localhost -U engine -d engine -c 'SELECT current_user'`;
    return this.box.must(['sh', '-c', script]).trim();
  }

  /** The whole file system of the box but what the kernel and the test itself keep there; content of what lies in /etc. */
  listing(): Map<string, string> {
    const skip = [
      '/proc',
      '/sys',
      '/dev',
      '/run',
      '/tmp',
      '/lab',
      PROJECT,
      '/var/lib/pgsql/lab',
      '/var/log/journal',
      '/var/tmp',
      '/root',
    ];
    const prune = skip.map((path) => `-path ${path}`).join(' -o ');
    const text = this.box.must([
      'sh',
      '-c',
      `find / -xdev \\( ${prune} \\) -prune -o -printf '%p\\t%y %m %U:%G %l %s\\n'`,
    ]);
    const listing = new Map<string, string>();
    for (const line of text.split('\n')) {
      const [path, what] = line.split('\t');
      // A directory's size says how many names it ever held, nothing that anybody put there.
      if (path && what) listing.set(path, what.startsWith('d ') ? what.replace(/ \d+$/, '') : what);
    }
    const sums = this.box.must(['sh', '-c', 'find /etc -xdev -type f -exec sha256sum {} +']);
    for (const line of sums.split('\n')) {
      const [sum, path] = line.split('  ');
      if (sum && path) listing.set(path, `${listing.get(path)} ${sum}`);
    }
    return listing;
  }

  /**
   * Paths whose entries differ between two listings. What the machine itself has written since the box was booted, such as a log that its tests are written to, is none of them: where a box has no
   * file of its own, that of the machine is seen.
   */
  differing(before: Map<string, string>, after: Map<string, string>): string[] {
    return [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path) && !this.#writtenByMachine(path),
    );
  }

  #writtenByMachine(path: string): boolean {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isDirectory() && stats.ctimeMs >= this.#since;
  }

  engineCleanup(args: string[]): ReturnType<Box['run']> {
    const env = { PATH: `${this.#bin}:/usr/sbin:/usr/bin:/sbin:/bin` };
    return this.box.run([process.execPath, `${PROJECT}/dist/engine-cleanup.cjs`, ...args], { env });
  }

  async destroy(): Promise<void> {
    await this.box.destroy();
  }
}
