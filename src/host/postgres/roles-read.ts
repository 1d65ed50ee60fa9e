/** What the server's shared catalogues say about roles and databases that will be dropped. Only a superuser may read the password hashes, and so write down a role. */
import { HostError } from '../../model/errors.ts';
import type { AdminConnection, QueryRow } from '../port.ts';
import { quoteLiteral } from './quote.ts';

export interface Role extends QueryRow {
  name: string;
  superuser: boolean;
  inherit: boolean;
  createRole: boolean;
  createDatabase: boolean;
  login: boolean;
  replication: boolean;
  bypassRls: boolean | null;
  limit: number;
  /** The hash as the server keeps it; null where there is no password. */
  password: string | null;
  validUntil: string | null;
}

export interface Membership extends QueryRow {
  role: string;
  member: string;
  admin: boolean;
  inherit: boolean | null;
  set: boolean | null;
}

export interface Setting extends QueryRow {
  role: string | null;
  database: string | null;
  name: string;
  value: string;
}

export interface Database extends QueryRow {
  name: string;
  owner: string;
  encoding: string;
  collate: string;
  ctype: string;
  provider: string | null;
  locale: string | null;
  tablespace: string;
  /** Connection limit; -1: none. */
  limit: number;
  comment: string | null;
  grants: { grantee: string | null; privilege: string; grantable: boolean }[] | null;
}

export interface RoleFindings {
  roles: Role[];
  memberships: Membership[];
  databases: Database[];
  settings: Setting[];
}

const list = (names: readonly string[]): string => (names.length === 0 ? "''" : names.map(quoteLiteral).join(', '));

const rolesSql = (version: number, roles: string): string =>
  `SELECT rolname AS name, rolsuper AS superuser, rolinherit AS inherit, rolcreaterole AS "createRole", rolcreatedb AS "createDatabase",
          rolcanlogin AS login, rolreplication AS replication, ${version >= 90500 ? 'rolbypassrls' : 'NULL'} AS "bypassRls", rolconnlimit AS "limit",
          rolpassword AS password, rolvaliduntil::text AS "validUntil"
     FROM pg_authid WHERE rolname IN (${roles}) ORDER BY 1`;

/** One line for each pair: since 16 a membership may be granted by several roles. */
const membershipsSql = (version: number, roles: string): string =>
  `SELECT r.rolname AS role, m.rolname AS member, bool_or(a.admin_option) AS admin,
          ${version >= 160000 ? 'bool_or(a.inherit_option)' : 'NULL'} AS inherit, ${version >= 160000 ? 'bool_or(a.set_option)' : 'NULL'} AS set
     FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
    WHERE r.rolname IN (${roles}) OR m.rolname IN (${roles}) GROUP BY 1, 2 ORDER BY 1, 2`;

const settingsSql = (roles: string, databases: string): string =>
  `SELECT r.rolname AS role, d.datname AS database, split_part(one, '=', 1) AS name, substr(one, strpos(one, '=') + 1) AS value
     FROM (SELECT setrole, setdatabase, unnest(setconfig) AS one FROM pg_db_role_setting) s
     LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
    WHERE r.rolname IN (${roles}) OR d.datname IN (${databases}) ORDER BY 1, 2, 3`;

function databasesSql(version: number, databases: string): string {
  const locale = version >= 170000 ? 'd.datlocale' : version >= 150000 ? 'd.daticulocale' : 'NULL';
  return `SELECT d.datname AS name, pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
          ${version >= 150000 ? 'd.datlocprovider' : 'NULL'} AS provider, ${locale} AS locale,
          t.spcname AS tablespace, d.datconnlimit AS "limit", shobj_description(d.oid, 'pg_database') AS comment,
          (SELECT array_to_json(array_agg(row_to_json(g))) FROM (
             SELECT r.rolname AS grantee, x.privilege_type AS privilege, x.is_grantable AS grantable
               FROM aclexplode(d.datacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee ORDER BY 1, 2) g) AS grants
     FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname IN (${databases}) ORDER BY 1`;
}

/** Reads everything. @throws HostError if the server cannot be asked, or a role is not there any more */
export async function readRoles(
  admin: AdminConnection,
  roles: readonly string[],
  databases: readonly string[],
): Promise<RoleFindings> {
  const [server] = await admin.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const { version } = server!;
  const [roleNames, databaseNames] = [list(roles), list(databases)];
  const [found, memberships, made, settings] = await Promise.all([
    roles.length === 0 ? [] : admin.query<Role>(rolesSql(version, roleNames)),
    admin.query<Membership>(membershipsSql(version, roleNames)),
    admin.query<Database>(databasesSql(version, databaseNames)),
    admin.query<Setting>(settingsSql(roleNames, databaseNames)),
  ]);
  const gone = roles.filter((name) => !found.some((role) => role.name === name));
  if (gone.length > 0) {
    throw new HostError(`Role ${gone.map((name) => `"${name}"`).join(', ')} is gone since the host was looked at.`, {
      hint: 'Run engine-cleanup again.',
    });
  }
  return { roles: found, memberships, databases: made, settings };
}
