/**
 * Automatic provisioning on the local server, as its superuser: role and database of the default name; where only one of them is there, or the database has tables,
 * a second pair with the time in its name. What is kept beside it is not found.
 */
import { writeFileSync } from 'node:fs';
import { generatedPassword, timestamp } from '../base/names.ts';
import type { Credentials } from '../database/credentials.ts';
import { literal } from '../database/engine-rows.ts';
import { withDatabase } from '../database/hba.ts';
import { type DatabaseKind, ENGINE } from './database-kinds.ts';
import type { OtopiRun } from './run.ts';

const TABLES = "select 1 from pg_catalog.pg_tables where schemaname = 'public' limit 1";

const EXTENSION = "select 1 from pg_extension where extname = 'uuid-ossp'";

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Name of the pair, and whether it is there already and empty. */
function namesFor(run: OtopiRun, kind: DatabaseKind): { name: string; existing: boolean } {
  const { local } = run.context;
  const database = local.has(`select 1 from pg_database where datname = ${literal(kind.name)}`);
  const role = local.has(`select 1 from pg_roles where rolname = ${literal(kind.name)}`);
  if (!database && !role) return { name: kind.name, existing: false };
  if (database && role && !local.has(TABLES, kind.name)) return { name: kind.name, existing: true };
  const name = `${kind.name}_${timestamp()}`;
  run.outcome.damage.push(`renamed-database: ${kind.name} was in the way, setup made ${name} beside it`);
  return { name, existing: false };
}

/** Writes a file of the server in place, so that its owner and mode stay. */
function overwrite(path: string, text: string): void {
  writeFileSync(path, text);
}

/** Lets the role in over TCP, and gives the server more connections. Lines that are there stay as they are. */
function configureServer(run: OtopiRun, name: string): void {
  const { local } = run.context;
  const access = local.edit('pg_hba.conf', (text) => withDatabase(text, name, name, 'md5'), overwrite);
  const connections = /^max_connections *= *(?:[1-9]\d?|1[0-4]\d)\b.*$/m;
  local.edit(
    'postgresql.conf',
    (text) => text.replace(connections, (line) => `# ${line}\nmax_connections = 150`),
    overwrite,
  );
  if (access) local.reload();
}

export function provision(run: OtopiRun, kind: DatabaseKind): Credentials {
  const { local, answers } = run.context;
  const password = answers.text({ key: `${kind.answers}password` }) ?? generatedPassword(run.traits.passwordLength);
  const name = local.asPeer(overwrite, () => {
    const { name: chosen, existing } = namesFor(run, kind);
    const role = quote(chosen);
    const verb = existing ? 'alter' : 'create';
    local.superuser(`${verb} role ${role} with login encrypted password ${literal(password)}`);
    local.superuser(
      existing
        ? `alter database ${role} owner to ${role}`
        : `create database ${role} owner ${role} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
    );
    if (kind.component === ENGINE.component && run.traits.uuidOssp && !local.has(EXTENSION, chosen))
      local.superuser('drop function if exists uuid_generate_v1(); create extension "uuid-ossp"', chosen);
    return chosen;
  });
  configureServer(run, name);
  return {
    host: 'localhost',
    port: local.port,
    database: name,
    role: name,
    password,
    secured: false,
    validated: false,
  };
}
