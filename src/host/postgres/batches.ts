/**
 * Clearing a database whose server's lock table is too small for one transaction (docs/decisions/0004-snapshot-and-locks.md). The dump is made and checked. While
 * all tables are still locked, the right to write is taken from everybody, the owner too, in the transaction that also drops the first batch: from its commit on
 * nothing can be written any more, and a look at the database (inspect.ts) says that it lacks that right, so that nobody keeps it by mistake.
 */
import { HostError } from '../../model/errors.ts';
import type { Connection } from '../port.ts';
import { OUT_OF_SHARED_MEMORY, rawError } from './errors.ts';
import { setLimits } from './locks.ts';
import { Dropper, type OwnedObject } from './owned.ts';
import { quoteIdentifier } from './quote.ts';

/** Objects of one transaction to begin with; halved for as long as they are too many. */
const FIRST_BATCH = 64;

/** Takes INSERT, UPDATE and DELETE from everybody who has them. TRUNCATE stays: without it the owner could not lock its tables any more, which a rerun has to. */
export async function revokeWrites(connection: Connection, tables: readonly OwnedObject[]): Promise<void> {
  if (tables.length === 0) return;
  const oids = tables.map(({ objid }) => objid).join(', ');
  const grantees = await connection.query<{ name: string | null }>(
    `SELECT DISTINCT r.rolname::text AS name FROM (
       SELECT (aclexplode(relacl)).grantee AS oid FROM pg_class WHERE oid IN (${oids})
       UNION SELECT (aclexplode(attacl)).grantee FROM pg_attribute WHERE attrelid IN (${oids}) AND attacl IS NOT NULL
       UNION SELECT oid FROM pg_roles WHERE rolname = current_user) g LEFT JOIN pg_roles r ON r.oid = g.oid`,
  );
  const names = grantees.flatMap(({ name }) => (name === null ? [] : [quoteIdentifier(name)]));
  const list = tables.map(({ identity }) => identity).join(', ');
  await connection.query(`REVOKE INSERT, UPDATE, DELETE ON TABLE ${list} FROM PUBLIC, ${names.join(', ')} CASCADE`);
}

/**
 * Drops everything in transactions that fit, beginning in the open one, and leaves the last one open.
 * @param before asked in every transaction before it drops anything, with the number of batches that are gone
 * @throws HostError; what earlier batches dropped is gone then, and a rerun goes on with the rest
 */
export async function dropInBatches(
  connection: Connection,
  version: number,
  timeoutMs: number,
  before: (batches: number) => Promise<void>,
): Promise<void> {
  const dropper = new Dropper(connection, version);
  let size = FIRST_BATCH;
  for (let batches = 0; ; ) {
    await before(batches);
    await connection.query('SAVEPOINT batch');
    try {
      if (!(await dropper.round(size))) return;
    } catch (error) {
      if (rawError(error).code !== OUT_OF_SHARED_MEMORY) throw error;
      await connection.query('ROLLBACK TO SAVEPOINT batch');
      if (size === 1) throw tooSmall(error);
      size = Math.ceil(size / 2);
      dropper.forget();
      continue;
    }
    await connection.query('COMMIT');
    batches += 1;
    await connection.query('BEGIN');
    await setLimits(connection, timeoutMs);
  }
}

function tooSmall(cause: unknown): HostError {
  return new HostError("The server's lock table is too small to drop even one object.", {
    hint: 'Let a DBA raise max_locks_per_transaction to its default (64) and restart the server, then run this again.',
    code: OUT_OF_SHARED_MEMORY,
    cause,
  });
}
