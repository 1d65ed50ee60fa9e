/** SQL that makes objects of other owners again, which fall with ours: no dump of a plain role is sure to have them, for their schema or table may be left out of it. */
import type { Connection } from '../port.ts';
import { quoteLiteral } from './quote.ts';

const IDENT = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)";
const GRANTEE = "CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END";
const OPTION = "CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END";

/** Lines of a query with one column, each after a line break; an empty text where it has no rows. */
function lines(sql: string): string {
  return `coalesce((SELECT E'\\n' || string_agg(l.line, E'\\n') FROM (${sql}) l (line)), '')`;
}

/** What is granted on an object, by privilege. @param acl column with the list @param on words after ON */
function grants(acl: string, on: string): string {
  return lines(`SELECT 'GRANT ' || a.privilege_type || ' ON ' || ${on} || ' TO ' || ${GRANTEE} || ${OPTION} || ';'
    FROM aclexplode(${acl}) a`);
}

/** A view, with what is a part of it, or an index of somebody else on a table that stays. */
const RELATION = `SELECT CASE WHEN c.relkind IN ('v', 'm') THEN
      'CREATE ' || k.word || ' ' || ${IDENT} || ' AS' || E'\\n' || pg_get_viewdef(c.oid) || E'\\n'
      || 'ALTER ' || k.word || ' ' || ${IDENT} || ' OWNER TO ' || quote_ident(pg_get_userbyid(c.relowner)) || ';'
      || ${lines("SELECT pg_get_indexdef(i.indexrelid) || ';' FROM pg_index i WHERE i.indrelid = c.oid ORDER BY i.indexrelid")}
      || ${lines("SELECT pg_get_triggerdef(t.oid) || ';' FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal ORDER BY t.oid")}
      || ${grants('c.relacl', `'TABLE ' || ${IDENT}`)}
    WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid) || ';' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN (VALUES ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'), ('i', ''), ('I', '')) k (relkind, word) ON k.relkind::"char" = c.relkind
 WHERE c.oid = w.objid`;

/** Everybody may execute a new function: what was taken from them is taken again. */
function routine(version: number): string {
  const [isAggregate, word] = version >= 110000 ? ["p.prokind = 'a'", "'ROUTINE '"] : ['p.proisagg', "'FUNCTION '"];
  const signature = `quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'`;
  return `SELECT CASE WHEN NOT ${isAggregate} THEN rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' || E'\\n'
      || 'ALTER ' || ${word} || ${signature} || ' OWNER TO ' || quote_ident(pg_get_userbyid(p.proowner)) || ';'
      || CASE WHEN p.proacl IS NULL THEN '' ELSE E'\\n' || 'REVOKE ALL ON ' || ${word} || ${signature} || ' FROM PUBLIC;' END
      || ${grants('p.proacl', `${word} || ${signature}`)} END
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = w.objid`;
}

/** A table of a publication; from 15 on with its columns and its condition. */
function published(version: number): string {
  const more =
    version >= 150000
      ? `coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a WHERE a.attrelid = x.prrelid AND a.attnum = ANY (x.prattrs::int2[])), '')
          || coalesce(' WHERE (' || pg_get_expr(x.prqual, x.prrelid) || ')', '')`
      : "''";
  return `SELECT 'ALTER PUBLICATION ' || quote_ident(b.pubname) || ' ADD TABLE ONLY ' || ${IDENT} || ${more} || ';'
    FROM pg_publication_rel x JOIN pg_publication b ON b.oid = x.prpubid JOIN pg_class c ON c.oid = x.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE x.oid = w.objid`;
}

function definitionSql(version: number): string {
  const ofTable = (from: string): string =>
    `${from} JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace`;
  const cases: [string, string][] = [
    ['pg_class', RELATION],
    ['pg_proc', routine(version)],
    [
      'pg_constraint',
      ofTable(
        `SELECT 'ALTER TABLE ' || ${IDENT} || ' ADD CONSTRAINT ' || quote_ident(t.conname) || ' ' || pg_get_constraintdef(t.oid) || ';'
           FROM (SELECT x.oid, x.conname, x.conrelid AS relid FROM pg_constraint x WHERE x.oid = w.objid) t`,
      ),
    ],
    [
      'pg_attrdef',
      ofTable(
        `SELECT 'ALTER TABLE ' || ${IDENT} || ' ALTER COLUMN ' || quote_ident(t.attname) || ' SET DEFAULT ' || t.expression || ';'
           FROM (SELECT x.adrelid AS relid, a.attname, pg_get_expr(x.adbin, x.adrelid) AS expression FROM pg_attrdef x
                   JOIN pg_attribute a ON a.attrelid = x.adrelid AND a.attnum = x.adnum WHERE x.oid = w.objid) t`,
      ),
    ],
    ['pg_trigger', "SELECT pg_get_triggerdef(x.oid) || ';' FROM pg_trigger x WHERE x.oid = w.objid"],
    ['pg_rewrite', 'SELECT pg_get_ruledef(x.oid) FROM pg_rewrite x WHERE x.oid = w.objid'],
  ];
  if (version >= 100000) cases.push(['pg_publication_rel', published(version)]);
  return `CASE w.classid ${cases.map(([catalogue, sql]) => `WHEN '${catalogue}'::regclass::oid THEN (${sql})`).join('\n      ')} END`;
}

/**
 * In the order of the objects; null for one of which PostgreSQL tells no text: a type, an aggregate, a policy.
 * Names are qualified whatever the session looks up: it is asked with an empty search path, and has its own again afterwards.
 */
export async function definitionsOf(
  connection: Connection,
  version: number,
  objects: readonly { classid: number; objid: number }[],
): Promise<(string | null)[]> {
  if (objects.length === 0) return [];
  const values = objects.map(({ classid, objid }, index) => `(${index}, ${classid}::oid, ${objid}::oid)`).join(', ');
  const [before] = await connection.query<{ path: string }>("SELECT current_setting('search_path') AS path");
  await connection.query("SELECT set_config('search_path', 'pg_catalog', false)");
  const rows = await connection.query<{ definition: string | null }>(
    `SELECT ${definitionSql(version)} AS definition FROM (VALUES ${values}) w (nr, classid, objid) ORDER BY w.nr`,
  );
  await connection.query(`SELECT set_config('search_path', ${quoteLiteral(before!.path)}, false)`);
  return rows.map(({ definition }) => definition);
}
