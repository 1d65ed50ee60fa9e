/** What kind of database it is, asked from inside by somebody with rights over it. Only reads. */
import type { AdminConnection } from '../port.ts';
import { isSealedError, rawError } from './errors.ts';
import { quoteLiteral } from './quote.ts';

export interface Kind {
  /** All of the relations are there that tell this kind. */
  recognised: boolean;
  /** One is there that only this kind has; or there is none at all, in no schema. */
  partial: boolean;
  /** Tables in `public`. */
  tables: number;
  /** Relations and large objects of other owners, which the dump of a plain role cannot read and its locks do not hold. */
  strangers: number;
  [column: string]: unknown;
}

/** The relations by which a database is told. */
export interface KindNames {
  signature: readonly string[];
  traces: readonly string[];
}

function kindSql({ signature, traces }: KindNames): string {
  const list = (names: readonly string[]): string => (names.length === 0 ? "''" : names.map(quoteLiteral).join(', '));
  const found = (names: readonly string[]): string => `count(CASE WHEN c.relname IN (${list(names)}) THEN 1 END)`;
  // Relations that are nobody's extension.
  const relations = `FROM pg_class o JOIN pg_namespace s ON s.oid = o.relnamespace
    WHERE o.relkind IN ('r', 'p', 'S', 'v', 'm', 'f') AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.tableoid AND d.objid = o.oid AND d.deptype = 'e')`;
  return `SELECT ${found(signature)} = ${signature.length} AS recognised,
                 ${found(traces)} > 0 OR NOT EXISTS (SELECT 1 ${relations}) AS partial,
                 count(CASE WHEN c.relkind IN ('r', 'p') THEN 1 END) AS tables,
                 (SELECT count(*) ${relations} AND pg_get_userbyid(o.relowner) <> current_user)
                 + (SELECT count(*) FROM pg_largeobject_metadata l WHERE pg_get_userbyid(l.lomowner) <> current_user) AS strangers
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
}

/**
 * What is in a database; null where nobody can get in to look, or not this login because an earlier, killed run of ours closed it.
 * @throws HostError for anything else that keeps the login out
 */
export async function kindOf(admin: AdminConnection | null, names: KindNames): Promise<Kind | null> {
  if (admin === null) return null;
  try {
    const [kind] = await admin.query<Kind>(kindSql(names));
    return kind ?? null;
  } catch (error) {
    const { cause, code } = error as { cause?: unknown; code?: string };
    if (isSealedError({ ...rawError(cause), code: code ?? null })) return null;
    throw error;
  }
}
