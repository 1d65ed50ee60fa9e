/**
 * Dump and clearing as one transaction (docs/decisions/0004-snapshot-and-locks.md): it locks every table of the role, exports its snapshot for pg_dump, waits
 * for the dump, and then drops. Nothing can be written between the two, and whatever ends the session before its commit leaves the database as it was.
 */
import { HostError } from '../../model/errors.ts';
import type { Cascade, Session } from '../../model/facts.ts';
import type { Connection } from '../port.ts';
import { ACTIVITY_SINCE, readActivity } from './activity.ts';
import { dropInBatches, revokeWrites } from './batches.ts';
import { isLocked, OUT_OF_SHARED_MEMORY, rawError } from './errors.ts';
import { type Fall, findFalls } from './falls.ts';
import { prepareSession } from './inspect.ts';
import { endOwnSessions, lockedError, lockTables, setLimits } from './locks.ts';
import { Dropper, findOwned, findOwnTables, keyOf, nameOf, type OwnedObject, ownedSql } from './owned.ts';
import { asJson } from './quote.ts';
import { assertUsable, hasPublic, makeUsable } from './usable.ts';

const UNCHANGED = 'Nothing in it was changed.';

/** Locks besides those of the objects themselves; and the rest of the server needs some too. */
const SPARE = 1.1;

export interface ClearOptions {
  /** The database in messages: `database "engine" on localhost:5432`. */
  place: string;
  /** Longest wait for a lock or a statement, ms. */
  timeoutMs: number;
}

export interface ClearHow {
  /** Objects of other owners that the plan names as falling with ours, as it saw them. Anything else that would fall stops the clearing. */
  cascades: readonly Cascade[];
  /** Extensions that setup needs in it: made where they are missing and the role may. */
  extensions: readonly string[];
  /** Called when the drops begin: they take a while, in which whoever waits for their end can prepare for it. Sessions of the role live on from here. */
  dropping?(): void;
}

export class ClearSession {
  /** For `pg_dump --snapshot`. */
  readonly snapshot: string;
  /** What the role owned in that snapshot: what the dump must hold, and all that may be dropped. */
  readonly owned: readonly OwnedObject[];
  /** Sessions of our role that were ended. */
  readonly ended: readonly Session[];
  /** Process of the session on the server. */
  readonly pid: number;
  readonly #connection: Connection;
  readonly #options: ClearOptions;
  readonly #version: number;
  readonly #capacity: number;
  #intact = true;
  /** What an error says became of the database. */
  #outcome = UNCHANGED;

  private constructor(
    connection: Connection,
    options: ClearOptions,
    start: Start,
    held: { snapshot: string; owned: OwnedObject[] },
    ended: Session[],
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#version = start.version;
    this.#capacity = start.capacity;
    this.pid = start.pid;
    this.snapshot = held.snapshot;
    this.owned = held.owned;
    this.ended = ended;
  }

  /**
   * Locks and exports. The connection belongs to the session from now on; it is closed if this fails.
   * @throws HostError; 55P03 names the sessions that hold the locks. Nothing is changed then
   */
  static async open(connection: Connection, options: ClearOptions): Promise<ClearSession> {
    try {
      const start = await beginning(connection);
      const ended = await endOwnSessions(connection);
      await connection.query('BEGIN');
      await setLimits(connection, options.timeoutMs);
      return new ClearSession(connection, options, start, await holdStill(connection, start.version), ended);
    } catch (error) {
      const why = isLocked(error)
        ? await lockedError(connection, { ...options, outcome: UNCHANGED }, error).catch(() => error)
        : error;
      await connection.close();
      throw why;
    }
  }

  /** Nothing was committed: as long as the session itself was not lost, whatever failed left the database as it was. */
  get intact(): boolean {
    return this.#intact;
  }

  /** What the programs that read its snapshot do: see activity.ts. */
  async activity(): Promise<string> {
    if (this.#version < ACTIVITY_SINCE) return '';
    const connection = this.#connection;
    // Whatever keeps it from being told, the locks and the snapshot stay.
    await connection.query('SAVEPOINT activity');
    try {
      // Within a transaction it would be the same picture each time.
      await connection.query('SELECT pg_stat_clear_snapshot()');
      return await readActivity(connection);
    } finally {
      await connection.query('ROLLBACK TO SAVEPOINT activity; RELEASE SAVEPOINT activity');
    }
  }

  /** True if the role owns nothing and the schema `public` is there: what setup needs. */
  async isClear(): Promise<boolean> {
    return this.owned.length === 0 && (await hasPublic(this.#connection));
  }

  /**
   * Drops everything the role owns and commits. Where the lock table of the server is too small for that, in several transactions.
   * @throws HostError. If it says that the session was lost, only a new one can tell what became of the database
   */
  async clear(how: ClearHow): Promise<void> {
    const connection = this.#connection;
    try {
      await endOwnSessions(connection);
      const objects = await this.#assertAsPlanned(how.cascades);
      how.dropping?.();
      const before = await makeUsable(connection, how.extensions);
      const whole = objects * SPARE <= this.#capacity && (await this.#dropWhole());
      if (!whole) {
        await revokeWrites(
          connection,
          this.owned.filter(({ kind }) => kind === 'table'),
        );
        await dropInBatches(connection, this.#version, this.#options.timeoutMs, async (batches) => {
          if (batches > 0) {
            this.#intact = false;
            this.#outcome = 'What was dropped until then stays dropped, the rest is still there.';
          }
          await this.#assertAsPlanned(how.cascades);
        });
      }
      await assertUsable(connection, this.#options.place, { before, extensions: how.extensions });
      await connection.query('COMMIT');
    } catch (error) {
      throw isLocked(error)
        ? await lockedError(connection, { ...this.#options, outcome: this.#outcome }, error).catch(() => error)
        : error;
    } finally {
      await connection.close();
    }
  }

  /** Ends the session. What was not committed is rolled back. */
  async abort(): Promise<void> {
    await this.#connection.close();
  }

  /** False if the server ran out of locks; what was dropped is back then, and the tables are still locked. */
  async #dropWhole(): Promise<boolean> {
    await this.#connection.query('SAVEPOINT whole');
    try {
      await new Dropper(this.#connection, this.#version).all(this.owned);
      return true;
    } catch (error) {
      if (rawError(error).code !== OUT_OF_SHARED_MEMORY) throw error;
      await this.#connection.query('ROLLBACK TO SAVEPOINT whole');
      return false;
    }
  }

  /** @throws HostError if the role has got something new since the snapshot: that is in no dump */
  async assertNothingNew(): Promise<void> {
    const known = new Set(this.owned.map(keyOf));
    const fresh = (await findOwned(this.#connection, this.#version)).filter((object) => !known.has(keyOf(object)));
    if (fresh.length === 0) return;
    throw new HostError(
      `${this.#options.place} has got new objects since it was backed up: ${fresh.slice(0, 5).map(nameOf).join(', ')}. ${this.#outcome}`,
      { hint: 'Stop whatever still works in it, then run this again.' },
    );
  }

  /** Neither is there anything new, nor would anything fall that the plan does not name. Returns how many objects fall. */
  async #assertAsPlanned(cascades: readonly Cascade[]): Promise<number> {
    const { foreign, objects, owned } = await findFalls(this.#connection, this.#version);
    const known = new Set(this.owned.map(keyOf));
    if (!owned.every((key) => known.has(key))) await this.assertNothingNew();
    const isPlanned = (fall: Fall): boolean =>
      cascades.some(({ name, definition }) => name === fall.name && definition === fall.definition);
    const unnamed = foreign.filter((fall) => !isPlanned(fall));
    if (unnamed.length === 0) return objects;
    throw new HostError(
      `${this.#options.place}: objects of other owners that the plan does not name hang on what would be dropped: ${unnamed
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ')}. They would fall with it. ${this.#outcome}`,
      { hint: 'Let their owners drop or change them, then run this again.' },
    );
  }
}

interface Start {
  version: number;
  pid: number;
  capacity: number;
}

async function beginning(connection: Connection): Promise<Start> {
  const version = await prepareSession(connection);
  const [row] = await connection.query<{ pid: number; capacity: number }>(
    `SELECT pg_backend_pid() AS pid, current_setting('max_locks_per_transaction')::int
       * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int) AS capacity`,
  );
  return { version, ...row! };
}

/** Locks what there is and takes the snapshot; a table that was made in between is locked too, and the snapshot taken anew. */
async function holdStill(connection: Connection, version: number): Promise<{ snapshot: string; owned: OwnedObject[] }> {
  const locked = new Set<string>();
  let free: readonly Pick<OwnedObject, 'classid' | 'objid' | 'identity'>[] = await findOwnTables(connection);
  for (;;) {
    await lockTables(
      connection,
      free.map(({ identity }) => identity),
    );
    for (const table of free) locked.add(keyOf(table));
    const [row] = await connection.query<{ snapshot: string; owned: OwnedObject[] }>(
      `SELECT pg_export_snapshot() AS snapshot, (${asJson(ownedSql(version))}) AS owned`,
    );
    free = row!.owned.filter((object) => object.kind === 'table' && !locked.has(keyOf(object)));
    if (free.length === 0) return row!;
  }
}
