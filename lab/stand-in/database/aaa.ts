/** The schema of the accounts, since 3.6: made by a tool of its own, after the engine's schema. */
import { literal } from './engine-rows.ts';

const SEQUENCES = [
  'failed_logins_id_seq',
  'group_attributes_id_seq',
  'group_groups_id_seq',
  'groups_id_seq',
  'schema_version_seq',
  'settings_id_seq',
  'user_attributes_id_seq',
  'user_groups_id_seq',
  'user_password_history_id_seq',
  'users_id_seq',
];

const TABLES: Readonly<Record<string, string>> = {
  settings: 'id integer primary key, uuid varchar(36) not null, name varchar(255) not null, value text not null',
  users: `id integer default nextval('aaa_jdbc.users_id_seq') primary key, uuid varchar(36) not null unique, name varchar(255) not null unique, password varchar(4096), valid_from timestamp, valid_to timestamp`,
  user_attributes: 'id integer primary key, user_id integer references aaa_jdbc.users, name varchar(255), value text',
  groups: 'id integer primary key, uuid varchar(36) not null, name varchar(255) not null',
  user_groups:
    'id integer primary key, user_id integer references aaa_jdbc.users, group_id integer references aaa_jdbc.groups',
  schema_version: `id integer default nextval('aaa_jdbc.schema_version_seq') primary key, version varchar(10) not null, script varchar(255) not null, installed_by varchar(63) not null, state varchar(15) not null, current boolean not null`,
};

/** The schema. `half`: as it is in the middle of being made: without the accounts' tables. */
export function aaaStatements(role: string, half: boolean): string[] {
  const tables = Object.entries(TABLES).map(([name, columns]) => `create table aaa_jdbc.${name} (${columns});`);
  const start = ['create schema aaa_jdbc;', ...SEQUENCES.map((name) => `create sequence aaa_jdbc.${name};`)];
  if (half) return [...start, ...tables.slice(0, 1)];
  return [
    ...start,
    ...tables,
    `insert into aaa_jdbc.schema_version (version, script, installed_by, state, current) values ('01010020', 'create', ${literal(role)}, 'INSTALLED', true);`,
    "insert into aaa_jdbc.settings values (1, md5('setting')::uuid::text, 'MAX_FAILURES', '5');",
  ];
}

/** The tool that refreshes it makes what is missing, whatever is there: it never looks whether anybody can log in. */
export function refreshAaa(role: string): string[] {
  return [
    'create schema if not exists aaa_jdbc;',
    ...SEQUENCES.map((name) => `create sequence if not exists aaa_jdbc.${name};`),
    ...Object.entries(TABLES).map(([name, columns]) => `create table if not exists aaa_jdbc.${name} (${columns});`),
    `insert into aaa_jdbc.schema_version (version, script, installed_by, state, current) select '01010020', 'create', ${literal(role)}, 'INSTALLED', true
      where not exists (select from aaa_jdbc.schema_version);`,
  ];
}

/** The administrator's account. */
export function accountStatement(id: string): string {
  return `insert into aaa_jdbc.users (uuid, name, password, valid_from, valid_to) values ('${id}', 'admin', '4000|' || md5(random()::text), now(), now() + interval '200 years');`;
}
