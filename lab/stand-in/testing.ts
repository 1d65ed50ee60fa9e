/** Throw-away hosts for the stand-in: a root, a server of its own, and a state to come back to. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PostgresServer } from '../../test/fixture/postgres.ts';
import type { Outcome } from './base/context.ts';
import { buildStandIn } from './build.ts';
import { EAP5_PAGES } from './scripted/shapes.ts';

export const PKI = '/etc/pki/ovirt-engine';
export const SSL_CONF = '/etc/httpd/conf.d/ssl.conf';
export const SSL_ORIGINAL = `Listen 443 https
<VirtualHost _default_:443>
#SSLProtocol all -SSLv3
SSLCertificateFile /etc/pki/tls/certs/localhost.crt
SSLCertificateKeyFile /etc/pki/tls/private/localhost.key
#SSLCACertificateFile /etc/pki/tls/certs/ca-bundle.crt
</VirtualHost>
`;
const PASSWORD = 'sample-password';
const SHARE = '/usr/share/ovirt-engine';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  outcome: Outcome;
}

export interface HostOptions {
  release: string;
  /** Further options of every run. */
  args?: readonly string[];
  /** The database is made by hand, and the answers give its credentials, as in the measurements. */
  manual?: boolean;
}

/** Nothing in these servers has to outlive a crash; databases are made and dropped all the time. */
const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  wal_init_zero: 'off',
  shared_buffers: '32MB',
} as const;

/** Databases and roles that are there before any setup. */
const OF_THE_SERVER = ['postgres', 'template0', 'template1'];

export class TestHost {
  readonly dir: string;
  readonly server: PostgresServer;
  readonly #work: string;
  #options: HostOptions;

  private constructor(work: string, server: PostgresServer, options: HostOptions) {
    this.#work = work;
    this.dir = join(work, 'root');
    this.server = server;
    this.#options = options;
  }

  /** A host with the packages of a release and nothing else. */
  static async create(options: HostOptions): Promise<TestHost> {
    const work = mkdtempSync(join(tmpdir(), 'stand-in-'));
    const [server] = await Promise.all([
      PostgresServer.start({ contents: 'nothing', settings: FAST }),
      buildStandIn(join(work, 'engine-setup.cjs')),
    ]);
    const host = new TestHost(work, server, options);
    host.packages();
    if (options.manual) await host.emptyDatabase();
    return host;
  }

  /** Makes it a host of another release on which setup never ran; faster than another server. */
  async reset(options: HostOptions): Promise<void> {
    this.#options = options;
    this.remove('/');
    this.packages();
    for (const [name] of await this.rows('select datname from pg_database', 'postgres'))
      if (!OF_THE_SERVER.includes(String(name))) await this.server.superuser(`drop database "${name}" with (force)`);
    for (const [name] of await this.rows("select rolname from pg_roles where rolname !~ '^pg_'", 'postgres'))
      if (!OF_THE_SERVER.includes(String(name))) await this.server.superuser(`drop role "${name}"`);
    await this.server.superuser('drop extension if exists "uuid-ossp"', 'template1');
    if (options.manual) await this.emptyDatabase();
  }

  /** What packages bring, and files of others. */
  packages(): void {
    this.write(SSL_CONF, SSL_ORIGINAL);
    mkdirSync(join(this.dir, PKI), { recursive: true });
    mkdirSync(join(this.dir, 'tmp'), { recursive: true });
    if (!/^3\.[012]/.test(this.#options.release)) return;
    this.write(`${PKI}/serial.txt`, '01');
    this.write(`${PKI}/database.txt`, '');
    this.write(`${SHARE}/conf/postgres-ds.xml`, '<datasources/>\n');
    for (const page of EAP5_PAGES) this.write(`${SHARE}/${page}`, '');
    for (const dir of ['engine.ear', 'resources/jboss/ROOT.war', 'resources/jboss/modules/org/postgresql'])
      mkdirSync(join(this.dir, SHARE, dir), { recursive: true });
  }

  /** As a DBA makes it: role, empty database that it owns, extension. One that is there is emptied: that is faster than making it anew. */
  async emptyDatabase(extension = true): Promise<void> {
    await this.#bringRole();
    const names = (await this.rows('select datname from pg_database', 'postgres')).flat();
    if (!names.includes('engine')) await this.server.superuser('create database engine owner engine');
    const fresh = `drop schema if exists aaa_jdbc cascade; drop schema public cascade; create schema public authorization pg_database_owner;
      grant usage on schema public to public; ${extension ? 'create extension "uuid-ossp"' : ''}`;
    await this.server.superuser(`alter database engine owner to engine; ${fresh}`, 'engine');
  }

  async dropDatabase(): Promise<void> {
    await this.server.superuser('drop database if exists engine with (force)');
  }

  /** The role goes under another name: what is saved belongs to it. */
  async hideRole(): Promise<void> {
    await this.server.superuser('alter role engine rename to hidden');
  }

  async #bringRole(): Promise<void> {
    const names = (await this.rows('select rolname from pg_roles', 'postgres')).flat();
    if (names.includes('hidden'))
      await this.server.superuser('drop role if exists engine; alter role hidden rename to engine');
    const verb = names.includes('hidden') || names.includes('engine') ? 'alter' : 'create';
    await this.server.superuser(`${verb} role engine with login password '${PASSWORD}'`);
  }

  /** @param answers lines of an answer file beside the host's own */
  setup(args: readonly string[] = [], answers = ''): Ended {
    const { release, manual } = this.#options;
    const names = `OVESETUP_DB/host=str:localhost\nOVESETUP_DB/port=int:${this.server.port}\nOVESETUP_DB/password=str:${PASSWORD}\n`;
    const provisioning = manual ? 'OVESETUP_PROVISIONING/postgresProvisioningEnabled=bool:False\n' : '';
    const file = join(this.#work, 'answers.conf');
    writeFileSync(file, `[environment:default]\n${names}${provisioning}${answers}`);
    const server = [`--pg-socket=${this.server.socketDir}`, `--pg-port=${this.server.port}`];
    const common = [`--root=${this.dir}`, `--release=${release}`, `--answers=${file}`, '--key-bits=1024', ...server];
    const program = join(this.#work, 'engine-setup.cjs');
    const all = [program, ...common, ...(this.#options.args ?? []), ...args];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
    if (status === null ? signal !== 'SIGKILL' : status > 1 || stderr !== '') throw new Error(`${stdout}\n${stderr}`);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return {
      code: status,
      signal,
      outcome: last.startsWith('{') ? (JSON.parse(last) as Outcome) : { taken: null, damage: [], failed: null },
    };
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  exists(path: string): boolean {
    return existsSync(join(this.dir, path));
  }

  remove(...paths: readonly string[]): void {
    for (const path of paths) rmSync(join(this.dir, path), { recursive: true, force: true });
  }

  /** Files and links below a directory, relative to it. */
  files(dir: string): string[] {
    if (!this.exists(dir)) return [];
    const entries = readdirSync(join(this.dir, dir), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(join(this.dir, dir), join(entry.parentPath, entry.name)))
      .sort();
  }

  /** Everything of the PKI but the named files. */
  leaveOfPki(...names: readonly string[]): void {
    for (const name of this.files(PKI)) if (!names.includes(name)) this.remove(`${PKI}/${name}`);
  }

  /** Everything setup wrote, and the lines it put into shared files. */
  forget(): void {
    this.remove('/etc', '/var', '/tmp', '/root');
    this.packages();
  }

  /** Rows of a query in a database, as superuser. */
  async rows(sql: string, database = 'engine'): Promise<unknown[][]> {
    return (await this.server.superuser(sql, database)).map((row) => Object.values(row));
  }

  /** Keeps files and database as they are now. */
  async save(): Promise<void> {
    execFileSync('cp', ['-a', this.dir, join(this.#work, 'saved')]);
    await this.server.superuser('create database saved template engine owner engine');
  }

  restoreFiles(): void {
    rmSync(this.dir, { recursive: true, force: true });
    execFileSync('cp', ['-a', join(this.#work, 'saved'), this.dir]);
  }

  async restoreDatabase(): Promise<void> {
    for (const [name] of await this.rows("select datname from pg_database where datname like 'engine%'", 'postgres'))
      await this.server.superuser(`drop database "${name}" with (force)`);
    await this.#bringRole();
    await this.server.superuser('create database engine template saved owner engine');
  }

  async destroy(): Promise<void> {
    await this.server.destroy();
    rmSync(this.#work, { recursive: true, force: true });
  }
}
