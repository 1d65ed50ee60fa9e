/** A cleared database as setup needs it: nothing of the role is left, and it may begin again. */
import { HostError } from '../../model/errors.ts';
import type { Connection } from '../port.ts';
import { isLost } from './errors.ts';
import { findOwned, nameOf } from './owned.ts';
import { quoteIdentifier } from './quote.ts';

interface State {
  public_schema: boolean;
  may_create: boolean;
  extensions: string[];
  [column: string]: unknown;
}

/** How a database was before it is cleared, and what setup needs in it. */
export interface Needed {
  before: State;
  extensions: readonly string[];
}

async function stateOf(connection: Connection): Promise<State> {
  const [row] = await connection.query<State>(
    `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'public') AS public_schema,
       coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'), false) AS may_create,
       ARRAY(SELECT extname::text FROM pg_extension) AS extensions`,
  );
  return row!;
}

/** True if the schema `public` is there. */
export async function hasPublic(connection: Connection): Promise<boolean> {
  return (await stateOf(connection)).public_schema;
}

/**
 * Makes what is missing, inside the transaction that will drop the rest: schema `public`, and extensions. Returns how it was before.
 * @param extensions that setup needs in this database
 */
export async function makeUsable(connection: Connection, extensions: readonly string[]): Promise<State> {
  const before = await stateOf(connection);
  if (!before.public_schema) await attempt(connection, 'CREATE SCHEMA public');
  for (const name of extensions.filter((one) => !before.extensions.includes(one))) {
    await attempt(connection, `CREATE EXTENSION ${quoteIdentifier(name)} SCHEMA public`);
  }
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

/** @throws HostError if setup can do less in the database than before */
export async function assertUsable(
  connection: Connection,
  place: string,
  { before, extensions }: Needed,
): Promise<void> {
  const after = await stateOf(connection);
  const lost = [
    ...(before.public_schema && !after.public_schema ? ['the schema public'] : []),
    ...(before.may_create && !after.may_create ? ['the right to create tables in schema public'] : []),
    ...extensions
      .filter((name) => before.extensions.includes(name) && !after.extensions.includes(name))
      .map((name) => `the extension ${name}`),
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
