/**
 * The engine's database in 3.0 to 3.2: made by the server's administrator, whose password setup changes. "Installed" means that the administrator gets into a database
 * `engine` with the password file. Creating it fails where it is there without `vdc_options`, and does nothing where it is there with it.
 */
import { writeFileSync } from 'node:fs';
import { SetupError } from '../base/abort.ts';
import { randomSuffix, underscoredTimestamp } from '../base/names.ts';
import { dump, restore } from '../database/dump.ts';
import { createCode, dropCode, firstCode } from '../database/engine-code.ts';
import { administratorRows, firstRows, literal, optionStatement, upgradeRow } from '../database/engine-rows.ts';
import { tableStatements } from '../database/engine-tables.ts';
import { withMethod } from '../database/hba.ts';
import { HYPERVISORS, useRows } from '../database/use-rows.ts';
import { encrypt } from '../pki/cipher.ts';
import { enrolHypervisors } from '../pki/sign.ts';
import { engineKey } from './pki.ts';
import { DATABASE, type ScriptedRun } from './run.ts';

const ADMIN_ID = 'fdfc627c-d875-11e0-90f0-83df133b58cc';

export function isInstalled(run: ScriptedRun): boolean {
  return run.context.host.exists(run.shape.passwordFile) && run.session('admin').whyUnreachable() === null;
}

function setMethod(run: ScriptedRun, old: RegExp, method: string): void {
  const { local } = run.context;
  const overwrite = (path: string, text: string): void => writeFileSync(path, text);
  if (local.edit('pg_hba.conf', (text) => withMethod(text, old, method), overwrite)) local.reload();
}

/** Role and database of the local server. In 3.0 the database is the administrator's and the role a superuser; later the role makes the database itself. */
function createLocal(run: ScriptedRun): void {
  const { local } = run.context;
  const password = literal(run.settings.dbPassword);
  local.superuser(`alter role postgres with encrypted password ${password}`);
  if (run.shape.pgpass === '3.0') local.superuser(`create database ${DATABASE} encoding 'UTF8' template template0`);
  local.superuser(`drop role if exists ${DATABASE}`);
  const rights = run.shape.pgpass === '3.0' ? 'login superuser' : 'createdb login';
  local.superuser(`create role ${DATABASE} with ${rights} encrypted password ${password}`);
  if (run.shape.pgpass === '3.0') {
    local.superuser('create extension if not exists "uuid-ossp"', DATABASE);
    local.superuser(`grant all privileges on database ${DATABASE} to ${DATABASE}`);
    return;
  }
  // 3.1 puts the extension into the template, where it stays.
  if (run.shape.pgpass === '3.1') local.superuser('create extension if not exists "uuid-ossp"', 'template1');
  local.superuser(`create database ${DATABASE} owner ${DATABASE} encoding 'UTF8'`);
}

function createRemote(run: ScriptedRun): void {
  const admin = run.session('admin', 'postgres');
  const { role, password } = admin.credentials;
  admin.run(
    `alter role "${role}" with encrypted password ${literal(password)}; create database ${DATABASE} encoding 'UTF8'`,
  );
}

/** Options with the administrator's password, encrypted with the engine's key. */
function options(run: ScriptedRun): string[] {
  const store = run.context.tree.path(run.shape.secondRun);
  const engine = engineKey(run);
  if (engine === null)
    throw new SetupError(`Failed to set AdminPassword: it cannot be encrypted, ${store} does not open`);
  const { certificate } = engine;
  const plain = {
    OrganizationName: run.settings.organization,
    ProductRPMVersion: run.version,
    keystoreUrl: store,
    CABaseDirectory: '/etc/pki/ovirt-engine',
    VirtualMachineDomainName: run.settings.fqdn,
  };
  return [
    ...Object.entries(plain).map(([name, value]) => optionStatement(name, value)),
    ...['AdminPassword', 'LocalAdminPassword'].map((name) =>
      optionStatement(name, encrypt(certificate, 'admin-password')),
    ),
  ];
}

function fill(run: ScriptedRun): void {
  const { stages, options: wanted, tree } = run.context;
  const session = run.session(run.shape.pgpass === '3.0' ? 'admin' : 'user');
  const tables = [...firstCode(run.version), ...tableStatements(run.version)];
  if (stages.ends('schema-half')) {
    // Half of the tables: `vdc_options` is among those that are made last.
    session.run(tables.filter((statement) => !/vdc_options \(/.test(statement)).join('\n'));
    stages.reached('schema-half');
  }
  session.run([...tables, ...createCode(run.version), ...firstRows(run.version, session.credentials.role)].join('\n'));
  stages.reached('schema-done');
  session.run([...options(run), ...administratorRows(ADMIN_ID, 'internal')].join('\n'));
  if (!wanted.use) return;
  const { certificate } = engineKey(run)!;
  session.run(useRows(run.version, (text) => encrypt(certificate, text)).join('\n'));
  const authority = { name: 'ca', prefix: '', commonName: '' } as const;
  enrolHypervisors(tree, [authority], { country: 'US', organization: run.settings.organization }, HYPERVISORS);
}

/** The script that creates the database. */
export function createDatabase(run: ScriptedRun): void {
  const { local, stages } = run.context;
  const isLocal = run.settings.remote === null;
  if (isLocal) setMethod(run, /\b(?:peer|ident|md5)\b/g, 'trust');
  const exists = isLocal
    ? local.has(`select 1 from pg_database where datname = '${DATABASE}'`)
    : run.session('admin').whyUnreachable() === null;
  if (exists) {
    const sql = "select 1 from pg_tables where tablename = 'vdc_options'";
    if (!(isLocal ? local.has(sql, DATABASE) : run.session('admin').value(sql) !== null))
      throw new SetupError(`Database ${DATABASE} exists, but has no table vdc_options.`);
    rewriteOptions(run); // and the server is left open to everybody on this host
    return;
  }
  if (isLocal) createLocal(run);
  else createRemote(run);
  if (isLocal) setMethod(run, /\btrust\b/g, 'md5');
  stages.reached('database-created');
  fill(run);
}

/** A database that is there is taken as made, and its options are written as if it were new. */
function rewriteOptions(run: ScriptedRun): void {
  const statements = options(run).join('\n');
  if (run.settings.remote === null) run.context.local.superuser(statements, DATABASE);
  else run.session('admin').run(statements);
}

/** Views and functions, made by whoever the session is, for the role that owns the tables. */
function ownedCode(run: ScriptedRun, role: 'admin' | 'user'): string[] {
  return [`set role "${run.credentials(role, DATABASE).role}";`, ...createCode(run.version), 'reset role;'];
}

/** A database that was renamed for an upgrade that failed is dropped, and made again under its name from the dump. */
function restoreFrom(run: ScriptedRun, backup: string, renamed: string): void {
  const other = run.session('admin', 'postgres');
  const { role } = run.credentials('user', DATABASE);
  other.run(`drop database ${renamed}; create database ${DATABASE} owner "${role}" encoding 'UTF8'`);
  restore(run.context.host, run.session('admin'), backup, false);
}

/** Data is kept. Options and the administrator's password are not written again. */
export function upgradeDatabase(run: ScriptedRun): void {
  const { host, stages } = run.context;
  const role = run.shape.pgpass === '3.0' || run.settings.remote !== null ? 'admin' : 'user';
  const backup = `${run.shape.backups}/tmp${randomSuffix()}.sql`;
  dump(host, run.session(role), backup, false);
  const name = run.shape.renames ? `${DATABASE}_${underscoredTimestamp()}` : DATABASE;
  const other = run.session('admin', 'postgres');
  if (run.shape.renames) other.run(`alter database ${DATABASE} rename to ${name}`);
  // The line of the role in 3.1 names the database, so that the renamed one is the administrator's to open.
  const session = run.session(run.shape.pgpass === '3.1' ? 'admin' : role, name);
  try {
    session.run(dropCode().join('\n'));
    stages.reached('schema-half');
    session.run([...upgradeRow(run.version, session.credentials.role), ...ownedCode(run, role)].join('\n'));
  } catch (error) {
    if (run.shape.renames) restoreFrom(run, backup, name);
    throw new SetupError(`Database upgrade failed: ${(error as Error).message}`);
  }
  if (run.shape.renames) other.run(`alter database ${name} rename to ${DATABASE}`);
  run.session(role).run(optionStatement('ProductRPMVersion', run.version));
}
