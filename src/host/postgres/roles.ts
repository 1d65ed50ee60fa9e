/**
 * SQL that makes dropped roles and their empty databases again: for psql, as whoever dropped them, before pg_restore fills the databases. It may be run twice: what is
 * there already is only altered. The password hashes in it are the only secret.
 */
import type { AdminConnection } from '../port.ts';
import { quoteIdentifier, quoteLiteral, splitNames } from './quote.ts';
import { type Database, type Membership, type Role, readRoles, type Setting } from './roles-read.ts';

export interface DroppedDatabase {
  name: string;
  /** Connection limit before it was closed for its dump; null: it was not closed. */
  limit: number | null;
}

/** Runs a statement only where the query finds nothing (psql's \gexec: CREATE DATABASE can stand in no block). */
function unless(exists: string, statement: string): string {
  return `SELECT ${quoteLiteral(statement)} WHERE NOT EXISTS (${exists}) \\gexec`;
}

function roleLines(role: Role): string[] {
  const name = quoteIdentifier(role.name);
  const flag = (on: boolean, word: string): string => (on ? word : `NO${word}`);
  const options = [
    flag(role.superuser, 'SUPERUSER'),
    flag(role.inherit, 'INHERIT'),
    flag(role.createRole, 'CREATEROLE'),
    flag(role.createDatabase, 'CREATEDB'),
    flag(role.login, 'LOGIN'),
    flag(role.replication, 'REPLICATION'),
    ...(role.bypassRls === null ? [] : [flag(role.bypassRls, 'BYPASSRLS')]),
    `CONNECTION LIMIT ${role.limit}`,
    // A hash is taken as it is, whatever password_encryption says.
    ...(role.password === null ? [] : [`PASSWORD ${quoteLiteral(role.password)}`]),
    ...(role.validUntil === null ? [] : [`VALID UNTIL ${quoteLiteral(role.validUntil)}`]),
  ];
  return [
    unless(`SELECT 1 FROM pg_roles WHERE rolname = ${quoteLiteral(role.name)}`, `CREATE ROLE ${name}`),
    `ALTER ROLE ${name} WITH ${options.join(' ')};`,
  ];
}

function membershipLine({ role, member, admin, inherit, set }: Membership): string {
  const options = [
    ...(admin ? ['ADMIN OPTION'] : []),
    // Since 16 each of these is part of the grant; before, they follow from the role.
    ...(inherit === null ? [] : [`INHERIT ${inherit ? 'TRUE' : 'FALSE'}`]),
    ...(set === null ? [] : [`SET ${set ? 'TRUE' : 'FALSE'}`]),
  ];
  const how = options.length === 0 ? '' : ` WITH ${options.join(', ')}`;
  return `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(member)}${how};`;
}

/** Settings that the server keeps as a list of quoted names: of pg_dump's variable_is_guc_list_quote() those that a role or database can have. */
const LISTS = ['search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries'];

/** A setting as pg_dumpall writes it. None for a list that is none (a library list that nobody checked): of that, pg_dumpall writes a statement that fails. */
function settingLines({ role, database, name, value }: Setting): string[] {
  const subject = role === null ? `DATABASE ${quoteIdentifier(database!)}` : `ROLE ${quoteIdentifier(role)}`;
  const where = role !== null && database !== null ? ` IN DATABASE ${quoteIdentifier(database)}` : '';
  const parts = name.split('.').map(quoteIdentifier).join('.');
  // The text of a list is its owner's: SET ... FROM CURRENT keeps whatever set_config() took, so it never goes into the script as it is.
  const elements = LISTS.includes(name.toLowerCase()) ? splitNames(value) : [value];
  if (elements === null) return [];
  const shown = (elements.length === 0 ? [''] : elements).map(quoteLiteral).join(', ');
  return [`ALTER ${subject}${where} SET ${parts} TO ${shown};`];
}

function localeOptions({ collate, ctype, provider, locale }: Database): string {
  const base = `LC_COLLATE ${quoteLiteral(collate)} LC_CTYPE ${quoteLiteral(ctype)}`;
  if (provider === 'i' && locale !== null) return `${base} LOCALE_PROVIDER icu ICU_LOCALE ${quoteLiteral(locale)}`;
  if (provider === 'b' && locale !== null)
    return `${base} LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteLiteral(locale)}`;
  return base;
}

function databaseLines(database: Database, before: number | null): string[] {
  const name = quoteIdentifier(database.name);
  const tablespace = database.tablespace === 'pg_default' ? '' : ` TABLESPACE ${quoteIdentifier(database.tablespace)}`;
  const create = `CREATE DATABASE ${name} OWNER ${quoteIdentifier(database.owner)} TEMPLATE template0 ENCODING ${quoteLiteral(database.encoding)} ${localeOptions(database)}${tablespace}`;
  return [
    unless(`SELECT 1 FROM pg_database WHERE datname = ${quoteLiteral(database.name)}`, create),
    // A limit of 0 is what a killed run of ours left.
    `ALTER DATABASE ${name} CONNECTION LIMIT ${(before ?? database.limit) || -1};`,
    ...(database.comment === null ? [] : [`COMMENT ON DATABASE ${name} IS ${quoteLiteral(database.comment)};`]),
    ...grantLines(name, database),
  ];
}

/** Rights on the database itself, where they are not those every database has. */
function grantLines(name: string, { grants, owner }: Database): string[] {
  if (grants === null) return [];
  const lines = [`REVOKE ALL ON DATABASE ${name} FROM PUBLIC, ${quoteIdentifier(owner)};`];
  for (const { grantee, privilege, grantable } of grants) {
    const to = grantee === null ? 'PUBLIC' : quoteIdentifier(grantee);
    lines.push(`GRANT ${privilege} ON DATABASE ${name} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''};`);
  }
  return lines;
}

/** The script. @throws HostError if the server cannot be asked, or a role is not there any more */
export async function rolesScript(
  admin: AdminConnection,
  roles: readonly string[],
  databases: readonly DroppedDatabase[],
): Promise<string> {
  const found = await readRoles(
    admin,
    roles,
    databases.map(({ name }) => name),
  );
  const limitOf = (name: string): number | null => databases.find((database) => database.name === name)?.limit ?? null;
  return [
    "SET client_encoding = 'UTF8';",
    'SET standard_conforming_strings = on;',
    ...found.roles.flatMap(roleLines),
    ...found.memberships.map(membershipLine),
    ...found.databases.flatMap((database) => databaseLines(database, limitOf(database.name))),
    ...found.settings.flatMap(settingLines),
    '',
  ].join('\n');
}
