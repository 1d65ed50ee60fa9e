/** Two servers on one machine: one behind the superuser's socket, one behind the port that the credentials name. */
import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookAgain } from '../../src/detect/databases.ts';
import type { Host } from '../../src/host/port.ts';
import { createDatabases } from '../../src/host/postgres/connect.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { DatabaseFact } from '../../src/model/facts.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { credentialsOf, LIMIT, testAccount } from '../host/postgres/helpers.ts';
import { database } from '../plan/facts.ts';

let dir: string;
let server: PostgresServer;
/** Holds an old `engine` of the same name, owner and content. */
let beside: PostgresServer;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-sockets-')));
  chmodSync(dir, 0o711);
  [server, beside] = await Promise.all([PostgresServer.start(), PostgresServer.start()]);
  // The socket of one has the port of the other in its name.
  symlinkSync(join(beside.socketDir, `.s.PGSQL.${beside.port}`), join(dir, `.s.PGSQL.${server.port}`));
});
afterAll(async () => {
  await Promise.all([server?.destroy(), beside?.destroy()]);
  rmSync(dir, { recursive: true, force: true });
});

let vault: Vault;
beforeEach(() => {
  vault = new Vault();
});

/** Not available, and for no other reason than this. */
const ANOTHER = { available: false, why: expect.stringContaining('reaches another server') };

/** What is found of the engine's database through one socket, with the port and a password of the server. */
async function look(socketDir: string, password = ENGINE_PASSWORD, name = 'engine'): Promise<DatabaseFact> {
  return lookAt({ socketDir, password, name, files: { readText: async () => null, list: async () => null } });
}

interface Look {
  socketDir: string;
  password: string;
  name: string;
  files: Partial<Host['files']>;
  component?: 'engine' | 'dwh';
}

async function lookAt({ socketDir, password, name, files, component = 'engine' }: Look): Promise<DatabaseFact> {
  const psql = join(server.programs.bin, 'psql');
  const databases = createDatabases({ psql, account: testAccount(), socketDir });
  const credentials = credentialsOf(server, { database: name, secret: vault.put(password) });
  const context = {
    host: { databases, files: files as Host['files'] } as Host,
    vault,
    root: '/',
    timeoutMs: LIMIT,
    layout: g5,
    extraCa: [],
  };
  const [found] = await lookAgain(context, [
    database({ component, local: true, credentials, candidates: [credentials] }),
  ]);
  return found!;
}

const own = () => look(server.socketDir);

describe('the local superuser', () => {
  it('is used where it reaches the server of the credentials', async () => {
    expect(await own()).toMatchObject({
      reach: { state: 'connected' },
      admin: { available: true, database: { exists: true, owner: 'engine' } },
    });
  });

  it('is not used where it reaches another one, although everything in it looks the same', async () => {
    expect(await look(dir)).toMatchObject({
      reach: { state: 'connected' },
      admin: {
        available: false,
        why: `the postgres account reaches another server than localhost:${server.port}`,
        database: null,
        role: null,
      },
    });
  });

  it('is not used where the server of the credentials says that the database is gone, and the other has one', async () => {
    await beside.superuser('CREATE DATABASE moved OWNER engine');
    expect(await look(dir, ENGINE_PASSWORD, 'moved')).toMatchObject({
      reach: { state: 'absent' },
      admin: ANOTHER,
    });
    expect(await look(server.socketDir, ENGINE_PASSWORD, 'moved')).toMatchObject({
      reach: { state: 'absent' },
      admin: { available: true, database: { exists: false } },
    });
  });

  it('sees the read-only role that a killed setup left in a temporary file', async () => {
    const path = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-grafana-database.conf';
    await server.superuser('CREATE ROLE reader LOGIN');
    const text = 'GRAFANA_DB_HOST="localhost"\nGRAFANA_DB_USER="reader"\nGRAFANA_DB_DATABASE="engine"\n';
    const lookWith = (name: string) =>
      lookAt({
        socketDir: server.socketDir,
        password: ENGINE_PASSWORD,
        name: 'engine',
        component: 'dwh',
        files: {
          readText: async (one) => (one === path.replace(/[^/]+$/, name) ? text : null),
          list: async (dir) => (path.startsWith(`${dir}/`) ? [name] : null),
        },
      });
    for (const name of ['10-setup-grafana-database.conf', '10-setup-grafana-database.conf.a1b2c3d4.tmp'])
      expect((await lookWith(name)).admin.readOnlyRoles, name).toMatchObject([{ name: 'reader', exists: true }]);
    expect((await lookWith('10-setup-grafana-database.conf.mine')).admin.readOnlyRoles).toEqual([]);
  });

  it('sees the read-only role that only the data source of Grafana names any more', async () => {
    const path = '/etc/grafana/conf/provisioning/datasources/ovirt-dwh.yaml';
    await server.superuser('CREATE ROLE "grafana reader" LOGIN');
    for (const name of ['reader', '"grafana reader"']) {
      const text = `datasources:\n  - name: oVirt DWH\n    database: engine\n    user: ${name}\n`;
      const files = { readText: async (one: string) => (one === path ? text : null), list: async () => null };
      const { admin } = await lookAt({
        ...{ socketDir: server.socketDir, password: ENGINE_PASSWORD, name: 'engine', component: 'dwh', files },
      });
      expect(admin.readOnlyRoles).toMatchObject([{ name: name.replaceAll('"', ''), exists: true }]);
    }
  });

  it('without a login is used only where its server listens on the port of the credentials', async () => {
    expect(await look(server.socketDir, 'wrong')).toMatchObject({
      reach: { state: 'rejected' },
      admin: { available: true, database: { exists: true } },
    });
    expect(await look(dir, 'wrong')).toMatchObject({ reach: { state: 'rejected' }, admin: ANOTHER });
    await server.restart({ listen_addresses: '' });
    try {
      expect(await own()).toMatchObject({ reach: { state: 'unreachable' }, admin: ANOTHER });
    } finally {
      await server.restart({ listen_addresses: 'localhost' });
    }
  });

  it('is used where the database is closed by an earlier run', async () => {
    await server.superuser('ALTER DATABASE engine CONNECTION LIMIT 0');
    expect(await own()).toMatchObject({ reach: { state: 'sealed' }, admin: { available: true } });
    expect(await look(dir)).toMatchObject({ reach: { state: 'sealed' }, admin: ANOTHER });
    await server.superuser('ALTER DATABASE engine CONNECTION LIMIT -1');
  });

  it('is used where the drop of the database was begun and not finished', async () => {
    await server.superuser("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'engine'");
    const half = { state: 'half-dropped' };
    expect(await own()).toMatchObject({
      reach: half,
      content: null,
      admin: { available: true, database: { connectionLimit: -2, owner: 'engine', mayDrop: true } },
    });
    expect(await look(dir)).toMatchObject({ reach: half, admin: ANOTHER });
    await server.superuser("UPDATE pg_database SET datconnlimit = -1 WHERE datname = 'engine'");
  });
});
