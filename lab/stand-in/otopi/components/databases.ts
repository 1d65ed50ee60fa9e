/** A component's own database: decided as the engine's is, made where setup makes it, and given a schema if it is new. */
import type { Session } from '../../database/session.ts';
import type { DatabaseKind } from '../database-kinds.ts';
import { decideDatabase } from '../decide-database.ts';
import { provision } from '../provision.ts';
import type { OtopiRun } from '../run.ts';

export function decideOwn(run: OtopiRun, kind: DatabaseKind): void {
  run.databases.set(kind.component, decideDatabase(run, kind));
}

/** @param statements of a new database */
export function makeOwn(run: OtopiRun, kind: DatabaseKind, statements: readonly string[]): Session {
  const state = run.databases.get(kind.component)!;
  state.credentials ??= provision(run, kind);
  const session = run.session(state.credentials);
  if (state.isNew) session.run(statements.join('\n'));
  run.outcome.databases![kind.component] = state.credentials.database;
  return session;
}

/** `schema_version` with one finished row, and tables of one column each. */
export function smallSchema(tables: readonly string[], role: string): string[] {
  return [
    'create table schema_version (id serial primary key, version varchar(10) not null, script varchar(255), installed_by varchar(63), state varchar(15) not null, current boolean not null);',
    `insert into schema_version (version, script, installed_by, state, current) values ('01000000', 'create', '${role}', 'INSTALLED', true);`,
    ...tables.map((name) => `create table ${name} (id uuid primary key, value text);`),
    ...tables.map((name) => `insert into ${name} values (md5(random()::text)::uuid, '${name}');`),
  ];
}
