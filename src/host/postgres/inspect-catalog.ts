/** What the catalogues say about a database: one question, which touches no table of the engine and so cannot fail on a half-built one. */
import type { Session } from '../../model/facts.ts';
import type { DatabaseLayout } from '../../model/layout.ts';
import type { Connection } from '../port.ts';
import { KINDS, objectsSql } from './kinds.ts';
import { quoteLiteral } from './quote.ts';

export interface ForeignObject {
  classid: number;
  objid: number;
  /** `table public.x` */
  name: string;
}

export interface Catalog {
  sizeBytes: number;
  owner: string;
  tables: number;
  ownedTables: number;
  ownedObjects: number;
  /** A clearing in batches that was killed has taken the right to write from the owner (batches.ts). */
  unwritable: boolean;
  obstacles: string[];
  ownedSchemas: string[];
  /** Which of the layout's schemas exist. */
  schemas: string[];
  /** Which of the layout's relations exist in `public`. */
  relations: string[];
  /** `table.column` of those asked for that exist in `public` and may be read. */
  columns: string[];
  publicSchema: boolean;
  mayCreateInPublic: boolean;
  missingExtensions: string[];
  foreign: ForeignObject[];
  misowned: string[];
  /** Other owners have publications or event triggers, which hang on objects of ours without being in anybody's way. */
  bystanders: boolean;
  sessions: Session[];
  lockCapacity: number;
}

function list(values: readonly string[]): string {
  // An empty list is no SQL; no relation has an empty name.
  return values.length === 0 ? "''" : values.map(quoteLiteral).join(', ');
}

/** A JSON array of the rows of a query. */
function rows(sql: string): string {
  return `(SELECT coalesce(array_to_json(array_agg(row_to_json(one))), '[]') FROM (${sql}) one)`;
}

/** A JSON array of the values of a query with one column `v`. */
function values(sql: string): string {
  return `(SELECT coalesce(array_to_json(array_agg(one.v)), '[]') FROM (${sql}) one)`;
}

/** Parallel workers and the like have no session of their own; who may not see the type sees none of another role. */
function sessionsSql(version: number): string {
  const client = version >= 100000 ? "AND coalesce(backend_type, 'client backend') = 'client backend'" : '';
  return `SELECT pid, usename::text AS role, coalesce(application_name, '') AS application, coalesce(host(client_addr), '') AS client, coalesce(state, '') AS state
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL ${client} ORDER BY pid`;
}

const FOREIGN_SCHEMA = `EXISTS (SELECT 1 FROM o f WHERE f.nsp = o.objid AND f.owner <> me.oid)
  OR EXISTS (SELECT 1 FROM pg_extension e WHERE e.extnamespace = o.objid)`;

/**
 * Objects of the role that clearing drops, as a condition on `o` and `me`: all of them, but for a schema that also holds something of somebody else, or an extension: those stay.
 * An extension never stands in the way of setup, and uuid-ossp it needs.
 */
export const OWNED = `o.owner = me.oid AND NOT (o.kind = 'schema' AND (${FOREIGN_SCHEMA}))`;

/** Objects of others that lie where setup works, and large objects, which make the dump of a plain role fail. */
const IN_THE_WAY = `o.kind IN (${list(KINDS.filter(({ inTheWay }) => inTheWay).map(({ word }) => word))})`;

function textArray(values: readonly string[]): string {
  return `ARRAY[${values.map(quoteLiteral).join(', ')}]::text[]`;
}

/** Setup's own question before an upgrade: relations of every kind and in every schema, not only those it made. Its names do not begin with `pg`. */
const MISOWNED = `SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
    WHEN 'c' THEN 'composite type' WHEN 'f' THEN 'foreign table' ELSE 'index' END || ' ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS v
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg_%' AND c.relname NOT LIKE 'pg_%' AND NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1`;

function catalogSql(version: number, layout: DatabaseLayout, columns: readonly string[]): string {
  const relations = [...new Set([...layout.signature, ...(layout.complete?.relations ?? [])])];
  const schemas = [...new Set([...layout.schemas, ...(layout.complete?.schemas ?? [])])];
  const inPublic = "nspname = 'public'";
  return `WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user), o AS (${objectsSql(version)})
  SELECT pg_database_size(d.oid) AS "sizeBytes", pg_get_userbyid(d.datdba)::text AS owner,
    (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${inPublic} AND c.relkind IN ('r', 'p')) AS tables,
    (SELECT count(*) FROM o, me WHERE o.kind = 'table' AND o.owner = me.oid) AS "ownedTables",
    (SELECT count(*) FROM o, me WHERE ${OWNED}) AS "ownedObjects",
    EXISTS (SELECT 1 FROM o, me WHERE o.kind = 'table' AND o.owner = me.oid AND NOT (
      has_table_privilege(o.objid, 'INSERT') AND has_table_privilege(o.objid, 'UPDATE') AND has_table_privilege(o.objid, 'DELETE'))) AS unwritable,
    ${values(`SELECT o.kind || ' ' || o.identity AS v FROM o JOIN pg_namespace n ON n.oid = o.nsp
                WHERE ${inPublic} AND o.kind IN ('sequence', 'view', 'materialized view', 'composite type')
              UNION ALL SELECT 'schema ' || quote_ident(nspname) FROM pg_namespace WHERE nspname IN (${list(layout.schemas)}) ORDER BY 1`)} AS obstacles,
    ${values(`SELECT nspname::text AS v FROM pg_namespace, me WHERE nspowner = me.oid AND NOT (${inPublic}) AND nspname !~ '^pg_' ORDER BY 1`)} AS "ownedSchemas",
    ${values(`SELECT nspname::text AS v FROM pg_namespace WHERE nspname IN (${list(schemas)})`)} AS schemas,
    ${values(`SELECT c.relname::text AS v FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE ${inPublic} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN (${list(relations)})`)} AS relations,
    ${values(`SELECT c.relname || '.' || a.attname AS v FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE ${inPublic} AND c.relkind IN ('r', 'p') AND c.relname || '.' || a.attname IN (${list(columns)})
                  AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')`)} AS columns,
    EXISTS (SELECT 1 FROM pg_namespace WHERE ${inPublic}) AS "publicSchema",
    coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE ${inPublic}), false) AS "mayCreateInPublic",
    ${values(`SELECT v FROM unnest(${textArray(layout.extensions)}) v WHERE v NOT IN (SELECT extname::text FROM pg_extension) ORDER BY 1`)} AS "missingExtensions",
    ${rows(`SELECT o.classid::int8 AS classid, o.objid::int8 AS objid, o.kind || ' ' || o.identity AS name
              FROM o, me WHERE o.owner <> me.oid AND ${IN_THE_WAY} ORDER BY 3`)} AS foreign,
    EXISTS (SELECT 1 FROM o, me WHERE o.owner <> me.oid AND NOT (${IN_THE_WAY})) AS bystanders,
    ${values(MISOWNED)} AS misowned,
    ${rows(sessionsSql(version))} AS sessions,
    current_setting('max_locks_per_transaction')::int8
      * (current_setting('max_connections')::int8 + current_setting('max_prepared_transactions')::int8) AS "lockCapacity"
  FROM pg_database d WHERE d.datname = current_database()`;
}

/** Asks the catalogues. `columns`: `table.column` pairs of `public` whose presence matters. */
export async function readCatalog(
  connection: Connection,
  version: number,
  layout: DatabaseLayout,
  columns: readonly string[],
): Promise<Catalog> {
  const sql = catalogSql(version, layout, columns);
  const [row] = await connection.query<{ found: Catalog }>(`SELECT row_to_json(c) AS found FROM (${sql}) c`);
  if (!row) throw new Error('the database of the session is not in pg_database');
  return row.found;
}
