/** What the tests of the database door share: ways into a throw-away server, and copies of its databases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminConnection, Connection, Databases } from '../../../src/host/port.ts';
import type { Account } from '../../../src/host/postgres/account.ts';
import { createDatabases } from '../../../src/host/postgres/connect.ts';
import type { Credentials } from '../../../src/model/credentials.ts';
import { HostError } from '../../../src/model/errors.ts';
import { ENGINE_PASSWORD, type PostgresServer } from '../../fixture/postgres.ts';
import { serverAccount } from '../../fixture/project.ts';

/** Longest wait of an outside call in tests that do not wait for its end, ms. */
export const LIMIT = 20_000;

/** The account the throw-away servers run as. */
export function testAccount(): Account {
  const { uid, gid } = serverAccount();
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.split(':')[2] === String(uid));
  return { name: line?.split(':')[0] ?? '', uid, gid, home: '/' };
}

/** The door as the program uses it, with the server's own socket and account for the local superuser. */
export function databasesOf(server: PostgresServer): Databases {
  return createDatabases({
    psql: join(server.programs.bin, 'psql'),
    account: testAccount(),
    socketDir: server.socketDir,
  });
}

export function credentialsOf(server: PostgresServer, more: Partial<Credentials> = {}): Credentials {
  return {
    host: 'localhost',
    port: server.port,
    database: 'engine',
    role: 'engine',
    secured: false,
    validation: false,
    source: '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf',
    origin: 'drop-in',
    mtimeMs: 0,
    secret: null,
    ...more,
  };
}

export interface Login extends Partial<Credentials> {
  password?: string | undefined;
  timeoutMs?: number;
  extraCa?: string[];
}

/** A session as a role over TCP; default: `engine` on its database. */
export function login(server: PostgresServer, how: Login = {}): Promise<Connection> {
  const { timeoutMs = LIMIT, extraCa = [], ...more } = how;
  const password = 'password' in how ? how.password : ENGINE_PASSWORD;
  const { password: _password, ...credentials } = more;
  return databasesOf(server).connect(credentialsOf(server, credentials), { password, timeoutMs, extraCa });
}

export function adminOf(server: PostgresServer, database = 'postgres', timeoutMs = LIMIT): AdminConnection {
  const admin = databasesOf(server).admin(server.port, database, timeoutMs);
  if (!admin) throw new Error('the account of the fixture cannot be used');
  return admin;
}

let copies = 0;

/** A copy of one of the server's databases, owned by the same role. */
export async function copyOf(server: PostgresServer, database: 'engine' | 'ovirt_engine_history'): Promise<string> {
  copies += 1;
  const name = `copy_${process.pid}_${copies}`;
  await server.superuser(`CREATE DATABASE "${name}" OWNER "${database}" TEMPLATE "${database}"`);
  return name;
}

/** The error that a promise ends with; a promise that succeeds is a failure. */
export async function errorOf(promise: Promise<unknown>): Promise<HostError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** Everything in a database that is not PostgreSQL's own, with its owner. */
export async function everything(server: PostgresServer, database: string): Promise<string[]> {
  const rows = await server.superuser<{ what: string }>(
    `SELECT pg_describe_object(s.classid, s.objid, 0) || ' of ' || pg_get_userbyid(s.refobjid) AS what
       FROM pg_shdepend s WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.deptype = 'o'
     UNION SELECT 'relation ' || c.oid::regclass || ' of ' || pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't'
     UNION SELECT 'routine ' || p.oid::regprocedure || ' of ' || pg_get_userbyid(p.proowner) FROM pg_proc p WHERE p.oid >= 16384 ORDER BY 1`,
    database,
  );
  return rows.map(({ what }) => what);
}
