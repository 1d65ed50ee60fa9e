/** What the local superuser sees of a database and its roles, whatever the credentials on the host are worth. Only reads. */
import { HostError } from '../../model/errors.ts';
import type { AdminDatabase, AdminView, RoleView } from '../../model/facts.ts';
import type { AdminConnection } from '../port.ts';
import { elsewhereSql } from './dependents.ts';
import { quoteLiteral } from './quote.ts';
import { type SocketServer, serverIdSql } from './server-id.ts';

export interface AdminSubject {
  database: string;
  role: string;
  /** Stem of the names that setup invents beside it: `engine_20260101120000`. */
  defaultName: string;
  /** Relations in `public` that tell this kind of database. */
  signature: readonly string[];
  /** Roles without a database of their own that our own files name. */
  readOnlyRoles: readonly string[];
}

export interface AdminFindings {
  view: Omit<AdminView, 'available' | 'why'>;
  /** To hold against what a role reaches over TCP. */
  server: SocketServer;
}

interface Server {
  version: number;
  serverId: string | null;
  listens: string;
  port: number;
  database: (Omit<AdminDatabase, 'exists' | 'recognised' | 'tables'> & { open: boolean }) | null;
  roles: Omit<RoleView, 'exists'>[];
  siblings: string[];
  [column: string]: unknown;
}

/** `_YYYYmmddHHMMSS`, as setup of 3.3 and newer names what it makes beside an occupied name; with underlines, as upgrades of 3.1 and 3.2 did. */
const INVENTED = '_([0-9]{14}|[0-9]{4}(_[0-9]{2}){5})';

/** One question about the server; everything comes from catalogues that all its databases share. */
function serverSql({ database, role, readOnlyRoles, defaultName }: AdminSubject): string {
  const name = quoteLiteral(database);
  const roles = [role, ...readOnlyRoles].map(quoteLiteral).join(', ');
  const stem = quoteLiteral(defaultName);
  return `SELECT current_setting('server_version_num')::int AS version,
    (SELECT ${serverIdSql('oid')} FROM pg_database WHERE datname = ${name}) AS "serverId",
    current_setting('listen_addresses') AS listens, current_setting('port')::int AS port,
    (SELECT row_to_json(one) FROM (
       SELECT r.rolname AS owner, d.datconnlimit AS "connectionLimit", d.datallowconn AS open, pg_database_size(d.oid) AS "sizeBytes"
         FROM pg_database d LEFT JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = ${name}) one) AS database,
    (SELECT coalesce(array_to_json(array_agg(row_to_json(one))), '[]') FROM (
       SELECT r.rolname AS name, r.rolsuper AS superuser, ${elsewhereSql('r.oid', name)} AS elsewhere
         FROM pg_roles r WHERE r.rolname IN (${roles})) one) AS roles,
    ARRAY(SELECT d.datname::text FROM pg_database d
           WHERE d.datallowconn AND d.datname <> ${name} AND left(d.datname, length(${stem})) = ${stem}
             AND substr(d.datname, length(${stem}) + 1) ~ '^${INVENTED}$' ORDER BY 1) AS siblings`;
}

interface Kind {
  recognised: boolean;
  tables: number;
  [column: string]: unknown;
}

function kindSql(signature: readonly string[]): string {
  const names = signature.map(quoteLiteral).join(', ');
  return `SELECT count(CASE WHEN c.relname IN (${names}) THEN 1 END) = ${signature.length} AS recognised,
                 count(CASE WHEN c.relkind IN ('r', 'p') THEN 1 END) AS tables
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
}

/** What is in a database; nothing, where nobody can get in to look. */
async function kindOf(admin: AdminConnection | null, signature: readonly string[]): Promise<Kind> {
  const [kind] = admin === null ? [] : await admin.query<Kind>(kindSql(signature));
  return kind ?? { recognised: false, tables: 0 };
}

/** A sibling is only reported: one that cannot be looked at must not hide what is known of the database itself. */
async function siblingKind(admin: AdminConnection | null, signature: readonly string[]): Promise<Kind> {
  try {
    return await kindOf(admin, signature);
  } catch (error) {
    if (error instanceof HostError) return { recognised: false, tables: 0 };
    throw error;
  }
}

/**
 * Looks at a database, its roles and its siblings.
 * @param admin connection to the database `postgres`
 * @param adminOf connection to another database of the same server
 * @throws HostError if the superuser cannot get in
 */
export async function inspectAdmin(
  admin: AdminConnection,
  adminOf: (database: string) => AdminConnection | null,
  subject: AdminSubject,
): Promise<AdminFindings> {
  const [server] = await admin.query<Server>(serverSql(subject));
  if (!server) throw new Error('the server answered a question without FROM with no row');
  const { signature } = subject;
  const [kind, ...siblings] = await Promise.all([
    kindOf(server.database?.open ? adminOf(subject.database) : null, signature),
    ...server.siblings.map((name) => siblingKind(adminOf(name), signature)),
  ]);
  const { serverId, listens, port } = server;
  return {
    view: {
      serverVersion: server.version,
      database: databaseView(server.database, kind),
      role: roleView(server.roles, subject.role),
      readOnlyRoles: subject.readOnlyRoles.map((name) => roleView(server.roles, name)),
      siblings: server.siblings.filter((_name, index) => siblings[index]?.recognised),
    },
    server: { serverId, connectionLimit: server.database?.connectionLimit ?? -1, listens, port },
  };
}

function databaseView(found: Server['database'], { recognised, tables }: Kind): AdminDatabase {
  if (found === null)
    return { exists: false, owner: null, connectionLimit: -1, sizeBytes: 0, recognised: false, tables: 0 };
  const { owner, connectionLimit, sizeBytes } = found;
  return { exists: true, owner, connectionLimit, sizeBytes, recognised, tables };
}

function roleView(found: Server['roles'], name: string): RoleView {
  const role = found.find((one) => one.name === name);
  return role ? { ...role, exists: true } : { name, exists: false, superuser: false, elsewhere: [] };
}
