/** A cleared database as setup needs it: nothing of the role is left, and it may begin again. */
import { HostError } from '../../model/errors.ts';
import type { Connection } from '../port.ts';
import { isLost } from './errors.ts';
import { findOwned, nameOf } from './owned.ts';

export interface State {
  public_schema: boolean;
  may_create: boolean;
  uuid_ossp: boolean;
  [column: string]: unknown;
}

async function stateOf(connection: Connection): Promise<State> {
  const [row] = await connection.query<State>(
    `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'public') AS public_schema,
       coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'), false) AS may_create,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'uuid-ossp') AS uuid_ossp`,
  );
  return row!;
}

/** True if the schema `public` is there. */
export async function hasPublic(connection: Connection): Promise<boolean> {
  return (await stateOf(connection)).public_schema;
}

/**
 * Makes what is missing, inside the transaction that will drop the rest: schema `public`, and the extension. Returns how it was before.
 * @param uuidOssp setup needs the extension in this database
 */
export async function makeUsable(connection: Connection, uuidOssp: boolean): Promise<State> {
  const before = await stateOf(connection);
  if (!before.public_schema) await attempt(connection, 'CREATE SCHEMA public');
  if (!before.uuid_ossp && uuidOssp) await attempt(connection, 'CREATE EXTENSION "uuid-ossp" SCHEMA public');
  return before;
}

/** Before 13, or without CREATE on the database, only a superuser may make these: `verify` then says what a DBA runs. */
async function attempt(connection: Connection, sql: string): Promise<void> {
  await connection.query('SAVEPOINT attempt');
  try {
    await connection.query(sql);
  } catch (error) {
    if (isLost(error)) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT attempt');
  }
}

/** @throws HostError if something of the role is left, or setup can do less in the database than before */
export async function assertUsable(
  connection: Connection,
  version: number,
  place: string,
  before: State,
): Promise<void> {
  await assertNothingLeft(connection, version, place);
  const after = await stateOf(connection);
  const lost = [
    ...(before.public_schema && !after.public_schema ? ['the schema public'] : []),
    ...(before.may_create && !after.may_create ? ['the right to create tables in schema public'] : []),
    ...(before.uuid_ossp && !after.uuid_ossp ? ['the extension uuid-ossp'] : []),
  ];
  if (lost.length === 0) return;
  throw new HostError(
    `${place} would lose ${lost.join(' and ')}, without which engine-setup cannot use it. It was not cleared.`,
    {
      hint: 'Look whether event triggers of the database do this.',
    },
  );
}

/** @throws HostError that names what the role still owns */
export async function assertNothingLeft(connection: Connection, version: number, place: string): Promise<void> {
  const left = await findOwned(connection, version);
  if (left.length === 0) return;
  const count = left.length === 1 ? '1 object' : `${left.length} objects`;
  throw new HostError(`${place} still holds ${count} of the role: ${left.slice(0, 3).map(nameOf).join(', ')}.`, {
    hint: 'Run engine-cleanup again: it goes on with what is left.',
  });
}
