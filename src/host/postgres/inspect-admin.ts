/** What somebody with rights over whole databases sees of a database and its roles, whatever the role's own credentials are worth. Only reads. */
import { HostError } from '../../model/errors.ts';
import type { AdminDatabase, AdminView, LeftoverDatabase, RoleView } from '../../model/facts.ts';
import { HALF_DROPPED } from '../../model/reach.ts';
import type { AdminConnection } from '../port.ts';
import { elsewhereSql } from './dependents.ts';
import { type Kind, kindOf } from './inspect-kind.ts';
import { quoteLiteral } from './quote.ts';
import { type SocketServer, serverIdSql } from './server-id.ts';

export interface AdminSubject {
  database: string;
  role: string;
  /** Stem of the names that setup invents beside it: `engine_20260101120000`. */
  defaultName: string;
  /** Relations in `public` that tell this kind of database. */
  signature: readonly string[];
  /** Relations that only this kind of database has, the earliest that setup makes among them. */
  traces: readonly string[];
  /** Names under which upgrades leave a database. */
  leftovers: RegExp | null;
  /** Roles that own such a one, if it is ours: those that setup's own files name. */
  owners: readonly string[];
  /** Roles without a database of their own that our own files name. */
  readOnlyRoles: readonly string[];
}

export interface AdminFindings {
  view: Omit<AdminView, 'available' | 'why' | 'via'>;
  /** The login may do anything on this server. */
  superuser: boolean;
  /** To hold against what a role reaches over TCP. */
  server: SocketServer;
}

interface FoundDatabase {
  name: string;
  owner: string | null;
  connectionLimit: number;
  open: boolean;
  sizeBytes: number;
  /** The login is its owner, or a member of that role. */
  owned: boolean;
}

interface Server {
  version: number;
  superuser: boolean;
  serverId: string | null;
  listens: string;
  port: number;
  databases: FoundDatabase[];
  roles: Omit<RoleView, 'exists'>[];
  [column: string]: unknown;
}

/** `_YYYYmmddHHMMSS`, as setup of 3.3 and newer names what it makes beside an occupied name; with underlines, as upgrades of 3.1 and 3.2 did. */
const INVENTED = '_([0-9]{14}|[0-9]{4}(_[0-9]{2}){5})';

/** A JSON array of the rows of a query. */
function rows(sql: string): string {
  return `(SELECT coalesce(array_to_json(array_agg(row_to_json(one))), '[]') FROM (${sql}) one)`;
}

/** One question about the server; everything comes from catalogues that all its databases share. The size of a database is told only to who may enter it. */
function serverSql({ database, role, readOnlyRoles, defaultName }: AdminSubject): string {
  const name = quoteLiteral(database);
  const roles = [role, ...readOnlyRoles].map(quoteLiteral).join(', ');
  const stem = quoteLiteral(defaultName);
  return `SELECT current_setting('server_version_num')::int AS version,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
    (SELECT ${serverIdSql('oid')} FROM pg_database WHERE datname = ${name}) AS "serverId",
    current_setting('listen_addresses') AS listens, current_setting('port')::int AS port,
    ${rows(`SELECT d.datname::text AS name, r.rolname::text AS owner, d.datconnlimit AS "connectionLimit", d.datallowconn AS open,
                   pg_has_role(d.datdba, 'USAGE') AS owned,
                   CASE WHEN has_database_privilege(d.oid, 'CONNECT') THEN pg_database_size(d.oid) ELSE 0 END AS "sizeBytes"
              FROM pg_database d LEFT JOIN pg_roles r ON r.oid = d.datdba
             WHERE d.datname = ${name} OR d.datallowconn AND left(d.datname, length(${stem})) = ${stem}
               AND substr(d.datname, length(${stem}) + 1) ~ '^${INVENTED}$' ORDER BY 1`)} AS databases,
    ${rows(`SELECT r.rolname AS name, r.rolsuper AS superuser, ${elsewhereSql('r.oid', name)} AS elsewhere
              FROM pg_roles r WHERE r.rolname IN (${roles})`)} AS roles`;
}

/** A sibling that cannot be looked at must not hide what is known of the database itself. */
async function siblingKind(admin: AdminConnection | null, subject: AdminSubject): Promise<Kind | null> {
  try {
    return await kindOf(admin, subject);
  } catch (error) {
    if (error instanceof HostError) return null;
    throw error;
  }
}

/**
 * Looks at a database, its roles and its siblings.
 * @param admin connection to a database that is none of ours
 * @param adminOf connection to another database of the same server
 * @throws HostError if the login cannot get in
 */
export async function inspectAdmin(
  admin: AdminConnection,
  adminOf: (database: string) => AdminConnection | null,
  subject: AdminSubject,
): Promise<AdminFindings> {
  const [server] = await admin.query<Server>(serverSql(subject));
  if (!server) throw new Error('the server answered a question without FROM with no row');
  const own = server.databases.find(({ name }) => name === subject.database) ?? null;
  const others = server.databases.filter((one) => one !== own);
  const [kind, ...kinds] = await Promise.all([
    kindOf(own?.open && own.connectionLimit !== HALF_DROPPED ? adminOf(subject.database) : null, subject),
    ...others.map(({ name }) => siblingKind(adminOf(name), subject)),
  ]);
  const { serverId, listens, port, superuser } = server;
  const seen = others.map((found, index) => ({
    name: found.name,
    ...databaseView(found, kinds[index] ?? null, superuser),
  }));
  const leftovers = seen.filter((one) => isLeftover(one, subject));
  return {
    view: {
      serverVersion: server.version,
      database: own === null ? ABSENT : databaseView(own, kind, superuser),
      role: roleView(server.roles, subject.role),
      readOnlyRoles: subject.readOnlyRoles.map((name) => roleView(server.roles, name)),
      leftovers,
      siblings: seen.filter((one) => one.recognised && !leftovers.includes(one)).map(({ name }) => name),
    },
    superuser,
    server: { serverId, connectionLimit: own?.connectionLimit ?? -1, listens, port },
  };
}

/** Ours by owner and content. One that is closed to its owner was looked at by the run that closed it. */
function isLeftover(
  { name, owner, recognised, connectionLimit, tables }: LeftoverDatabase,
  subject: AdminSubject,
): boolean {
  if (subject.leftovers === null || owner === null) return false;
  if (!subject.leftovers.test(name) || !subject.owners.includes(owner)) return false;
  return recognised || (connectionLimit === 0 && tables === 0);
}

const ABSENT: AdminDatabase = {
  exists: false,
  owner: null,
  connectionLimit: -1,
  sizeBytes: 0,
  recognised: false,
  partial: false,
  tables: 0,
  mayDrop: false,
};

function databaseView(found: FoundDatabase, kind: Kind | null, superuser: boolean): AdminDatabase {
  const { owner, connectionLimit, sizeBytes, owned } = found;
  const { recognised = false, partial = false, tables = 0, strangers = 0 } = kind ?? {};
  const mayDrop = superuser || (owned && strangers === 0);
  return { exists: true, owner, connectionLimit, sizeBytes, recognised, partial, tables, mayDrop };
}

function roleView(found: Server['roles'], name: string): RoleView {
  const role = found.find((one) => one.name === name);
  return role ? { ...role, exists: true } : { name, exists: false, superuser: false, elsewhere: [] };
}
