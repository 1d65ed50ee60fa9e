/**
 * A second host: PostgreSQL as a service that lets nobody in without TLS, and a DBA who makes roles and databases by hand. Boxes reach it by name, each over a cable of its own, and it knows
 * nothing of oVirt.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerCertificates } from '../test/fixture/certificates.ts';
import { whyNoProgram } from '../test/fixture/needs.ts';
import { postgresPrograms } from '../test/fixture/programs.ts';
import { Box, whyNoBox } from './box.ts';
import { MASKED, PROJECT } from './host.ts';
import { postgresqlUnit } from './units.ts';

/** The name in the server's certificate. */
export const DATABASE_HOST = 'db.example.test';
/** Its address; of the other end of the cable. Both are of a network for examples. */
export const DATABASE_ADDRESS = '192.0.2.1';
const OTHER_ADDRESS = '192.0.2.2';
/** Name of both ends of the cable, each in the network of its box. */
const CABLE = 'lab0';

const DATA = '/var/lib/pgsql/lab';
const RULES = `local all postgres peer
hostssl all all ${OTHER_ADDRESS}/32 scram-sha-256
`;
/** Nothing in it has to outlive a crash. Connections are as many as setup asks for. */
const SETTINGS = `listen_addresses = '*'
ssl = on
password_encryption = 'scram-sha-256'
max_connections = 150
fsync = off
full_page_writes = off
autovacuum = off
`;

/** Why there can be no second host; null if there can. Installs what is missing. */
export async function whyNoDatabaseBox(): Promise<string | null> {
  return (await whyNoBox()) ?? (await whyNoProgram('ip'));
}

/** A database with its owner, as somebody asks a DBA for it. */
export interface Wanted {
  name: string;
  role: string;
  password: string;
  /** `uuid-ossp` is in it: for the engine's of 4.2 and newer. */
  uuid?: boolean;
}

export class DatabaseBox {
  readonly box: Box;
  /** PEM of the CA that signed the server's certificate, and of one that did not. */
  readonly ca: string;
  readonly otherCa: string;
  readonly #bin: string;

  private constructor(box: Box, bin: string, certificates: string) {
    this.box = box;
    this.#bin = bin;
    this.ca = readFileSync(join(certificates, 'ca.pem'), 'utf8');
    this.otherCa = readFileSync(join(certificates, 'other-ca.pem'), 'utf8');
  }

  static async boot(): Promise<DatabaseBox> {
    const { bin } = await postgresPrograms();
    const certificates = mkdtempSync(join(tmpdir(), 'lab-certificates-'));
    try {
      await makeServerCertificates(certificates, [`DNS:${DATABASE_HOST}`]);
      const box = await Box.boot('database', PROJECT, MASKED);
      try {
        const host = new DatabaseBox(box, bin, certificates);
        for (const name of ['server.crt', 'server.key']) box.share(name, readFileSync(join(certificates, name)));
        host.#start();
        return host;
      } catch (error) {
        await box.destroy();
        throw error;
      }
    } finally {
      rmSync(certificates, { recursive: true });
    }
  }

  #start(): void {
    const { box } = this;
    box.share('rules', RULES);
    box.share('settings', SETTINGS);
    box.share('postgresql-lab.service', postgresqlUnit(this.#bin, DATA));
    box.must(['/bin/sh', '-c', `mkdir -p ${DATA} && chown postgres ${DATA}`]);
    box.must([`${this.#bin}/initdb`, '-D', DATA, '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], { user: 'postgres' });
    const script = `set -e
      install -o postgres -m 600 /lab/server.crt /lab/server.key ${DATA}
      rm /lab/server.key
      cat /lab/rules >${DATA}/pg_hba.conf
      cat /lab/settings >>${DATA}/postgresql.conf
      cp /lab/postgresql-lab.service /etc/systemd/system
      systemctl enable --quiet --now postgresql-lab`;
    box.must(['/bin/sh', '-c', script]);
  }

  /** Lays a cable to a box, in the place of the one to another box before: one host at a time has it. It goes with either end. */
  connect(other: Box): void {
    const ends = [
      { box: this.box, address: DATABASE_ADDRESS },
      { box: other, address: OTHER_ADDRESS },
    ];
    this.box.run(['ip', 'link', 'delete', CABLE]);
    // Made in the networks of the boxes: the machine's own never sees it.
    const [here, there] = ends.map(({ box }) => ['netns', String(box.leader)]);
    execFileSync('ip', ['link', 'add', CABLE, ...here!, 'type', 'veth', 'peer', 'name', CABLE, ...there!]);
    for (const { box, address } of ends) {
      const script = `ip address add ${address}/24 dev ${CABLE} && ip link set ${CABLE} up`;
      const line = `${DATABASE_ADDRESS} ${DATABASE_HOST}`;
      box.must(['/bin/sh', '-c', `${script} && { grep -q '${line}' /etc/hosts || echo '${line}' >>/etc/hosts; }`]);
    }
  }

  /** Puts the server's CA where libpq of root looks for it. */
  makeKnownTo(other: Box): void {
    other.share('ca.pem', this.ca);
    other.must(['/bin/sh', '-c', 'mkdir -p ~root/.postgresql && cp /lab/ca.pem ~root/.postgresql/root.crt']);
  }

  /** Runs what the DBA types into psql. Standard output, unaligned and without headings; an error stops it and is one. */
  dba(text: string, database = 'postgres'): string {
    const psql = [`${this.#bin}/psql`, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql'];
    return this.box.must([...psql, '-d', database], { user: 'postgres', input: text });
  }

  /** A plain role, and a database that it owns. */
  give({ name, role, password, uuid = false }: Wanted): void {
    this.dba(`CREATE ROLE ${role} LOGIN PASSWORD '${password}';
      CREATE DATABASE ${name} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';`);
    if (uuid) this.dba('CREATE EXTENSION "uuid-ossp"', name);
  }

  /** Keeps everything on the server as it is now, under a name. */
  save(name: string): void {
    this.#whileStopped(`rm -rf ${DATA}.${name}; cp -a ${DATA} ${DATA}.${name}`);
  }

  /** Brings it back as it was. */
  restore(name: string): void {
    this.#whileStopped(`rm -rf ${DATA}; cp -a ${DATA}.${name} ${DATA}`);
  }

  #whileStopped(script: string): void {
    this.box.must(['/bin/sh', '-c', `systemctl stop postgresql-lab; ${script}; systemctl start postgresql-lab`]);
  }

  /** Text of a database. */
  dump(database: string): string {
    const text = this.box.must([`${this.#bin}/pg_dump`, '-h', '/run/postgresql', database], { user: 'postgres' });
    return text.replace(/^\\(?:un)?restrict .*$/gm, '');
  }

  async destroy(): Promise<void> {
    await this.box.destroy();
  }
}
