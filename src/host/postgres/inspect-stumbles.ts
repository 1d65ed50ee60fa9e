/**
 * What engine-setup would stumble over when it upgrades a database. Asked only where a verdict follows: these questions read whole tables. One that the server cannot answer (in time) is no
 * reason to know nothing else of the database.
 */
import { HostError } from '../../model/errors.ts';
import type { Stumble, Stumbles } from '../../model/facts.ts';
import type { DatabaseLayout } from '../../model/layout.ts';
import type { Connection } from '../port.ts';
import { isLost } from './errors.ts';
import { canAsk } from './inspect-tables.ts';
import { quoteLiteral } from './quote.ts';

/** Of a long list this many are shown. */
const SHOWN = 5;

interface Reference {
  /** `vm_static (cluster_id)` */
  name: string;
  from: string;
  to: string;
  /** Columns of both sides, in the same order. */
  columns: string[];
  targets: string[];
  [column: string]: unknown;
}

function columnsSql(table: string, key: string): string {
  return `ARRAY(SELECT quote_ident(a.attname) FROM generate_subscripts(k.${key}, 1) n
                  JOIN pg_attribute a ON a.attrelid = k.${table} AND a.attnum = k.${key}[n] ORDER BY n)`;
}

/** Foreign keys that setup looks at: not those that are set to nothing when the row they refer to goes. */
function referencesSql(except: readonly string[]): string {
  const excepted = except.length === 0 ? '' : `AND k.conname NOT IN (${except.map(quoteLiteral).join(', ')})`;
  return `SELECT c.relname || ' (' || array_to_string(${columnsSql('conrelid', 'conkey')}, ', ') || ')' AS name,
      quote_ident(cn.nspname) || '.' || quote_ident(c.relname) AS "from", quote_ident(pn.nspname) || '.' || quote_ident(p.relname) AS "to",
      ${columnsSql('conrelid', 'conkey')} AS columns, ${columnsSql('confrelid', 'confkey')} AS targets
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
    JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
   WHERE k.contype = 'f' AND k.confdeltype NOT IN ('n', 'd') ${excepted}
     AND has_schema_privilege(cn.oid, 'USAGE') AND has_schema_privilege(pn.oid, 'USAGE')
     AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(p.oid, 'SELECT')`;
}

/** One row if a row refers to one that is not there; a row with a column of the key empty refers to nothing. */
function danglingSql({ name, from, to, columns, targets }: Reference): string {
  const set = columns.map((column) => `f.${column} IS NOT NULL`).join(' AND ');
  const same = columns.map((column, index) => `t.${targets[index]} = f.${column}`).join(' AND ');
  return `SELECT ${quoteLiteral(name)}::text AS name
     WHERE EXISTS (SELECT 1 FROM ${from} f WHERE ${set} AND NOT EXISTS (SELECT 1 FROM ${to} t WHERE ${same}))`;
}

function foundSql(check: string, sql: string): string {
  return `SELECT ${quoteLiteral(check)}::text AS "check", count(*)::int AS count, (array_agg(name::text ORDER BY name))[1:${SHOWN}] AS names FROM (${sql}) one`;
}

interface Found extends Omit<Stumble, 'names'> {
  names: (string | null)[] | null;
  [column: string]: unknown;
}

async function ask(
  connection: Connection,
  { stumbles, references }: DatabaseLayout,
  columns: ReadonlySet<string>,
): Promise<Stumble[]> {
  const queries = (stumbles ?? []).filter((one) => canAsk(one, columns)).map(({ check, sql }) => foundSql(check, sql));
  if (references) {
    const keys = await connection.query<Reference>(referencesSql(references.except));
    if (keys.length > 0) queries.push(foundSql(references.check, keys.map(danglingSql).join(' UNION ALL ')));
  }
  if (queries.length === 0) return [];
  const found = await connection.query<Found>(queries.join(' UNION ALL '));
  return found
    .filter(({ count }) => count > 0)
    .map(({ check, count, names }) => ({
      check,
      count,
      names: (names ?? []).filter((name): name is string => name !== null),
    }));
}

/**
 * Asks the tables of a database that holds any. `columns`: those of `neededColumns` that exist and may be read.
 * @throws HostError only if the session is lost
 */
export async function readStumbles(
  connection: Connection,
  layout: DatabaseLayout,
  columns: readonly string[],
): Promise<Stumbles> {
  try {
    return { state: 'asked', found: await ask(connection, layout, new Set(columns)) };
  } catch (error) {
    if (!(error instanceof HostError) || isLost(error)) throw error;
    return { state: 'failed', message: error.message };
  }
}
