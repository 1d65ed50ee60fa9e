/** Everything the role of a session owns in its database, and dropping it by name, kind by kind. */
import { HostError } from '../../model/errors.ts';
import type { AdminConnection, Connection } from '../port.ts';
import { OWNED } from './inspect-catalog.ts';
import { KINDS, type Kind, objectsSql } from './kinds.ts';
import { asJson } from './quote.ts';

export interface OwnedObject {
  kind: string;
  classid: number;
  objid: number;
  /** Quoted, as DROP takes it. */
  identity: string;
  /** A table that holds rows itself; a partitioned one only has partitions that do. */
  holdsRows: boolean;
  [column: string]: unknown;
}

/** Tells an object from every other one, also after it was dropped and made again. */
export function keyOf({ classid, objid }: Pick<OwnedObject, 'classid' | 'objid'>): string {
  return `${classid}:${objid}`;
}

/** `table public.x` */
export function nameOf({ kind, identity }: Pick<OwnedObject, 'kind' | 'identity'>): string {
  return `${kind} ${identity}`;
}

/** Rows of `OwnedObject`, the newest first: it may hang on older ones, seldom the other way round. */
export function ownedSql(version: number): string {
  return `WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user), o AS (${objectsSql(version)})
    SELECT o.kind, o.classid::int8::float8 AS classid, o.objid::int8::float8 AS objid, o.identity, coalesce(c.relkind = 'r', false) AS "holdsRows"
      FROM o CROSS JOIN me LEFT JOIN pg_class c ON o.kind = 'table' AND c.oid = o.objid WHERE ${OWNED} ORDER BY o.objid DESC`;
}

/** What the role owns: everything that clearing drops. As one value: the driver would look at each of many thousands. */
export async function findOwned(connection: Connection, version: number): Promise<OwnedObject[]> {
  const [row] = await connection.query<{ rows: OwnedObject[] }>(asJson(ownedSql(version)));
  return row!.rows;
}

/** Tables of the role, as `findOwned` would name them, found by a much shorter question. */
export function findOwnTables(connection: Connection): Promise<Pick<OwnedObject, 'classid' | 'objid' | 'identity'>[]> {
  return connection.query(
    `SELECT c.tableoid::int8::float8 AS classid, c.oid::int8::float8 AS objid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS identity
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles me ON me.oid = c.relowner AND me.rolname = current_user
      WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = c.tableoid AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
      ORDER BY c.oid DESC`,
  );
}

/** Every table of a database, whoever owns it: what the dump of a database that is dropped has to hold. For a superuser. */
export function findAllTables(admin: AdminConnection): Promise<OwnedObject[]> {
  return admin.query<OwnedObject>(
    `SELECT 'table' AS kind, c.tableoid::int8 AS classid, c.oid::int8 AS objid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS identity, c.relkind = 'r' AS "holdsRows"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = c.tableoid AND d.objid = c.oid AND d.deptype = 'e')`,
  );
}

/**
 * Statements that drop objects of one kind. CASCADE, because functions and views hang on each other in circles; what falls besides was looked at before (falls.ts).
 * A schema goes only when it is empty: whatever is still in it is not ours.
 */
function dropSql(kind: Kind, identities: readonly string[], version: number): string {
  if (kind.word === 'large object')
    return `SELECT lo_unlink(one.oid) FROM unnest(ARRAY[${identities.join(', ')}]::oid[]) AS one(oid)`;
  const how = kind.word === 'schema' ? '' : ' CASCADE';
  if (version >= (kind.manySince ?? 0)) return `DROP ${kind.drop} IF EXISTS ${identities.join(', ')}${how}`;
  return identities.map((identity) => `DROP ${kind.drop} IF EXISTS ${identity}${how}`).join(';\n');
}

/** Since this version a DROP … IF EXISTS passes over a function whose argument type or schema is gone, too. */
const LENIENT = 90400;

/** Drops what a role owns, one kind after the other. */
export class Dropper {
  readonly #connection: Connection;
  readonly #version: number;
  readonly #tried = new Set<string>();

  constructor(connection: Connection, version: number) {
    this.#connection = connection;
    this.#version = version;
  }

  /**
   * Drops everything.
   * @param owned what there is, newest first: what falls with something else is passed over
   */
  async all(owned: readonly OwnedObject[]): Promise<void> {
    if (this.#version >= LENIENT) {
      for (const kind of KINDS) {
        // A schema is dropped when it is known to be empty; a large object is not passed over.
        if (kind.word === 'schema' || kind.word === 'large object') continue;
        await this.#drop(
          kind,
          owned.filter((object) => object.kind === kind.word),
        );
      }
    }
    while (await this.round());
  }

  /** Drops at most `limit` objects of the first kind there is any of. False when nothing is left. */
  async round(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    const owned = await findOwned(this.#connection, this.#version);
    const kind = KINDS.find(({ word }) => owned.some((object) => object.kind === word));
    if (!kind) return false;
    await this.#drop(kind, owned.filter((object) => object.kind === kind.word).slice(0, limit));
    return true;
  }

  async #drop(kind: Kind, batch: readonly OwnedObject[]): Promise<void> {
    if (batch.length === 0) return;
    await this.#connection.query(
      dropSql(
        kind,
        batch.map(({ identity }) => identity),
        this.#version,
      ),
    );
    const again = batch.find((object) => this.#tried.has(keyOf(object)));
    if (again) {
      throw new HostError(`${nameOf(again)} is still there after it was dropped.`, {
        hint: 'Look whether an event trigger of the database makes it again.',
      });
    }
    for (const object of batch) this.#tried.add(keyOf(object));
  }

  /** A round that was rolled back may be tried again. */
  forget(): void {
    this.#tried.clear();
  }
}
