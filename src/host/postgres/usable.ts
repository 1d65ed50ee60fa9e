/** A cleared database as setup needs it: nothing of the role is left, and it may begin again. */
import { HostError } from '../../model/errors.ts';
import type { Connection } from '../port.ts';
import { NO_PRIVILEGE, rawError } from './errors.ts';
import { findOwned, nameOf } from './owned.ts';

interface State {
  public_schema: boolean;
  may_create: boolean;
  uuid_ossp: boolean;
  /** The extension is the role's, in a schema that the role owns: it would hold that schema. */
  uuid_in_own_schema: boolean;
  [column: string]: unknown;
}

async function stateOf(connection: Connection): Promise<State> {
  const [row] = await connection.query<State>(
    `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'public') AS public_schema,
       coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'), false) AS may_create,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'uuid-ossp') AS uuid_ossp,
       EXISTS (SELECT 1 FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                WHERE e.extname = 'uuid-ossp' AND n.nspname <> 'public'
                  AND pg_get_userbyid(e.extowner) = current_user AND pg_get_userbyid(n.nspowner) = current_user) AS uuid_in_own_schema`,
  );
  return row!;
}

/** Makes what is missing, inside the transaction that will drop the rest: schema `public`; and the extension, where the role may. */
export async function makeUsable(connection: Connection, uuidOssp: boolean): Promise<void> {
  const state = await stateOf(connection);
  if (!state.public_schema) await connection.query('CREATE SCHEMA public');
  if (state.uuid_in_own_schema) await connection.query('ALTER EXTENSION "uuid-ossp" SET SCHEMA public');
  if (state.uuid_ossp || !uuidOssp) return;
  await connection.query('SAVEPOINT extension');
  try {
    await connection.query('CREATE EXTENSION "uuid-ossp" SCHEMA public');
  } catch (error) {
    // Before 13, or without CREATE on the database, only a superuser may; verify then says what a DBA runs.
    if (/^(?:08|57P)/.test(rawError(error).code ?? '')) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT extension');
  }
}

/** @throws HostError if something of the role is left, or setup could not begin in the database */
export async function assertUsable(connection: Connection, version: number, place: string): Promise<void> {
  const left = await findOwned(connection, version);
  if (left.length > 0) {
    throw new HostError(
      `${place} still holds ${left.length === 1 ? '1 object' : `${left.length} objects`} of the role: ${left.slice(0, 5).map(nameOf).join(', ')}.`,
      { hint: 'Run engine-cleanup again.' },
    );
  }
  const state = await stateOf(connection);
  if (state.public_schema && state.may_create) return;
  throw new HostError(`${place}: the role may not create tables in schema public, so engine-setup could not use it.`, {
    hint: 'Let a DBA run in it: CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO the role.',
    code: NO_PRIVILEGE,
  });
}
