/** Dropping a database, as superuser or as its owner, and its role, as superuser. What is gone already is success. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError, intactError } from '../../model/errors.ts';
import type { AdminConnection } from '../port.ts';
import { elsewhereSql } from './dependents.ts';
import { DEPENDENTS, IN_USE, rawError } from './errors.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { endSessions } from './seal.ts';

/** A superuser's monitoring may connect again and again: each try ends its sessions first. The server itself waits up to 5 s in each. */
const TRIES = 3;
const PAUSE_MS = 200;

/**
 * True if the server declined to drop at all: a template, in use, no right. These it finds before it touches the first file. Whatever ends a drop that has
 * begun (a stop, a full disk, a lost session) leaves a database that may be damaged.
 */
function isRefusal(error: unknown): boolean {
  return /^(?:0A|2B|42|55)/.test(rawError(error).code ?? '');
}

/**
 * Drops a database with whoever is connected to it.
 * @throws HostError with the server's reason if it cannot be; `intact` where the database is known to be as it was
 */
export async function dropDatabase(admin: AdminConnection, database: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await asIntact(endSessions(admin, database));
    try {
      await admin.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(database)}`);
      return;
    } catch (error) {
      if (rawError(error).code !== IN_USE) throw isRefusal(error) ? intactError(error) : error;
      if (attempt === TRIES) throw intactError(inUse(database, error));
      await sleep(PAUSE_MS);
    }
  }
}

/** What fails before the first statement that drops leaves everything as it was. */
async function asIntact<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw intactError(error);
  }
}

function inUse(database: string, cause: unknown): HostError {
  const said = rawError(cause).message;
  return new HostError(`Database "${database}" cannot be dropped, it is in use. The server says: ${said}`, {
    hint: 'End what connects to it again and again, roll back prepared transactions in it (pg_prepared_xacts) and drop its replication slots, then run this again.',
    code: IN_USE,
    cause,
  });
}

interface Role {
  oid: number;
  superuser: boolean;
  elsewhere: string[];
  /** Databases in which nothing but the role's own default privileges is left of it. */
  defaults: string[];
  [column: string]: unknown;
}

/**
 * Drops a role, if it owns and is granted nothing any more; else it stays, and `dependents` says where.
 * @param adminOf connection to another database of the same server, to take the role's own default privileges out of it
 * @throws HostError for a superuser and for roles of the server itself: those are never ours
 */
export async function dropRole(
  admin: AdminConnection,
  role: string,
  adminOf: (database: string) => AdminConnection,
): Promise<{ dropped: boolean; dependents: string[] }> {
  const [found] = await admin.query<Role>(
    `SELECT r.oid::int8 AS oid, r.rolsuper AS superuser, ${elsewhereSql('r.oid', "''")} AS elsewhere,
            ARRAY(SELECT DISTINCT d.datname::text FROM pg_database d JOIN pg_shdepend s ON s.dbid = d.oid
                   WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
                     AND s.classid = 'pg_default_acl'::regclass AND s.deptype = 'o') AS defaults
       FROM pg_roles r WHERE r.rolname = ${quoteLiteral(role)}`,
  );
  if (!found) return { dropped: true, dependents: [] };
  if (found.superuser || role === 'postgres' || role.startsWith('pg_')) {
    throw new HostError(
      `Role "${role}" is a superuser or the server's own, and is never dropped. It was not touched.`,
      {
        hint: 'Look at the credentials files named in the plan: engine-setup never uses such a role.',
      },
    );
  }
  if (found.elsewhere.length > 0) return { dropped: false, dependents: found.elsewhere };
  const name = quoteIdentifier(role);
  for (const database of found.defaults) await adminOf(database).execute(`DROP OWNED BY ${name}`);
  try {
    await admin.execute(`DROP ROLE IF EXISTS ${name}`);
    return { dropped: true, dependents: [] };
  } catch (error) {
    if (rawError(error).code !== DEPENDENTS) throw error;
    return { dropped: false, dependents: dependentsIn(error) };
  }
}

/** What the server names as hanging on the role, from the detail of its refusal. */
function dependentsIn(error: unknown): string[] {
  const detail = error instanceof HostError ? rawError(error.cause).detail : '';
  const lines = detail.split('\n').filter((line) => line !== '');
  return lines.length > 0 ? lines : ['something the server does not name'];
}
