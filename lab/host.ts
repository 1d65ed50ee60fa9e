/** The lab's host: a box with PostgreSQL as a service, in which a finished engine-setup is simulated. */
import { join } from 'node:path';
import type { Report } from '../src/model/report.ts';
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
import { Box, type Ended } from './box.ts';
import { ENGINE, ENGINE_PROGRAM, engineUnit, sealedOption } from './engine.ts';
import { OVIRT_UNITS, ovirtUnit, PG_HBA, postgresqlUnit, WEB_SERVER, webServerUnit } from './units.ts';

export const PROJECT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

const MARKER = '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf';
const PKI = '/etc/pki/ovirt-engine';

/** Units of this machine that may be enabled on it and must not start in a box. Timers: what they do at midnight is nothing that a test did. */
export const MASKED = [
  'timers.target',
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
  /** Directory of PostgreSQL's programs. */
  readonly bin: string;
  /** When the box was booted, ms since 1970. */
  readonly since: number;

  private constructor(box: Box, setup: ThrowAwayHost, bin: string, since: number) {
    this.box = box;
    this.setup = setup;
    this.bin = bin;
    this.since = since;
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
    const bin = this.bin;
    box.must([
      'sh',
      '-c',
      'getent group 108 || groupadd -g 108 ovirt; getent passwd 108 || useradd -M -u 108 -g 108 ovirt; mkdir -p /var/lib/pgsql/lab /etc/httpd /run/postgresql; chown postgres /var/lib/pgsql/lab /run/postgresql',
    ]);
    box.must([`${bin}/initdb`, '-D', '/var/lib/pgsql/lab', '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], {
      user: 'postgres',
    });
    this.#write('/var/lib/pgsql/lab/pg_hba.conf', PG_HBA, 'postgres');
    this.#write('/etc/systemd/system/postgresql-lab.service', postgresqlUnit(bin));
    this.#write('/etc/httpd/lab-server.mjs', WEB_SERVER);
    this.#write('/etc/systemd/system/httpd.service', webServerUnit(process.execPath));
    this.#write(ENGINE_PROGRAM, ENGINE);
    for (const unit of OVIRT_UNITS) {
      const text = unit === 'ovirt-engine' ? engineUnit(process.execPath) : ovirtUnit(unit);
      this.#write(`/usr/lib/systemd/system/${unit}.service`, text);
    }
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
        `${this.bin}/psql -q -X -v ON_ERROR_STOP=1 -h /run/postgresql -d engine -f /lab/engine.sql > /dev/null`,
      ],
      { user: 'postgres' },
    );
    this.psql(sealedOption(box.must(['cat', '/etc/pki/ovirt-engine/certs/engine.cer'])), 'engine');
    box.must(['systemctl', 'enable', '--now', ...OVIRT_UNITS]);
    box.must(['systemctl', 'restart', 'httpd']);
  }

  /** What setup of the network provider does: the databases of OVN listen with keys of the PKI, and the marker says so. The one that was captured is of a host without it. */
  simulateOvnSetup(): void {
    this.box.must([
      'sed',
      '-i',
      's/^OVESETUP_OVN\\/ovirtProviderOvn=bool:False$/OVESETUP_OVN\\/ovirtProviderOvn=bool:True/',
      MARKER,
    ]);
    for (const [tool, key, port] of [
      ['ovn-nbctl', 'ovn-ndb', 6641],
      ['ovn-sbctl', 'ovn-sdb', 6642],
    ]) {
      const files = `${PKI}/keys/${key}.key.nopass ${PKI}/certs/${key}.cer ${PKI}/ca.pem`;
      this.sh(`${tool} --timeout=30 set-ssl ${files} -- set-connection pssl:${port}`);
    }
  }

  psql(sql: string, database = 'postgres'): string {
    return this.box.must(
      [`${this.bin}/psql`, '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql', '-d', database, '-c', sql],
      { user: 'postgres' },
    );
  }

  /** The role that the password of setup logs in as. */
  login(): string {
    const script = `PGPASSWORD=${ENGINE_PASSWORD} ${this.bin}/psql -X -At -h localhost -U engine -d engine -c 'SELECT current_user'`;
    return this.box.must(['sh', '-c', script]).trim();
  }

  /** `program`: another than the built one. */
  engineCleanup(args: readonly string[], { program = `${PROJECT}/dist/engine-cleanup.cjs`, env = {} } = {}): Ended {
    const path = `${this.bin}:/usr/sbin:/usr/bin:/sbin:/bin`;
    return this.box.run([process.execPath, program, ...args], { env: { PATH: path, ...env } });
  }

  /** Its report, as JSON. */
  report(...args: string[]): Report {
    const { stdout, stderr, code } = this.engineCleanup([...args, '--json']);
    try {
      return JSON.parse(stdout) as Report;
    } catch {
      throw new Error(`no report of ${args.join(' ')} (exit ${code}): ${stdout} ${stderr}`);
    }
  }

  sh(script: string): string {
    return this.box.must(['sh', '-c', script]);
  }

  async destroy(): Promise<void> {
    await this.box.destroy();
  }
}
