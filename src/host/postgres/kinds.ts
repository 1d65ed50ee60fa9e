/** The kinds of object that have an owner, as SQL over the catalogues: how each is found, named and dropped. Works from server 9.2 on. */

export interface Kind {
  /** As PostgreSQL calls it, and as messages do. */
  word: string;
  /** Another owner's is a reason not to begin: it lies in a schema, or is one, or is a large object, which a plain role may not dump. */
  inTheWay: boolean;
  /** Word after DROP. */
  drop: string;
  /** One statement may name many: else each gets a statement of its own. Since this server version; absent: always. */
  manySince?: number;
}

/** In the order in which they are dropped: what hangs on others first, so that little has to fall by cascade. Schemas come last, empty. */
export const KINDS: readonly Kind[] = [
  { word: 'event trigger', inTheWay: false, drop: 'EVENT TRIGGER', manySince: Number.POSITIVE_INFINITY },
  { word: 'publication', inTheWay: false, drop: 'PUBLICATION', manySince: Number.POSITIVE_INFINITY },
  { word: 'view', inTheWay: true, drop: 'VIEW' },
  { word: 'materialized view', inTheWay: true, drop: 'MATERIALIZED VIEW' },
  { word: 'foreign table', inTheWay: true, drop: 'FOREIGN TABLE' },
  { word: 'table', inTheWay: true, drop: 'TABLE' },
  { word: 'procedure', inTheWay: true, drop: 'PROCEDURE' },
  { word: 'aggregate', inTheWay: true, drop: 'AGGREGATE', manySince: 100000 },
  { word: 'function', inTheWay: true, drop: 'FUNCTION', manySince: 100000 },
  { word: 'sequence', inTheWay: true, drop: 'SEQUENCE' },
  { word: 'operator class', inTheWay: true, drop: 'OPERATOR CLASS', manySince: Number.POSITIVE_INFINITY },
  { word: 'operator family', inTheWay: true, drop: 'OPERATOR FAMILY', manySince: Number.POSITIVE_INFINITY },
  { word: 'operator', inTheWay: true, drop: 'OPERATOR', manySince: Number.POSITIVE_INFINITY },
  { word: 'domain', inTheWay: true, drop: 'DOMAIN' },
  { word: 'composite type', inTheWay: true, drop: 'TYPE' },
  { word: 'type', inTheWay: true, drop: 'TYPE' },
  { word: 'statistics object', inTheWay: true, drop: 'STATISTICS' },
  { word: 'text search configuration', inTheWay: true, drop: 'TEXT SEARCH CONFIGURATION' },
  { word: 'text search dictionary', inTheWay: true, drop: 'TEXT SEARCH DICTIONARY' },
  { word: 'conversion', inTheWay: true, drop: 'CONVERSION' },
  { word: 'collation', inTheWay: true, drop: 'COLLATION' },
  { word: 'server', inTheWay: false, drop: 'SERVER', manySince: Number.POSITIVE_INFINITY },
  {
    word: 'foreign-data wrapper',
    inTheWay: false,
    drop: 'FOREIGN DATA WRAPPER',
    manySince: Number.POSITIVE_INFINITY,
  },
  { word: 'language', inTheWay: false, drop: 'LANGUAGE', manySince: Number.POSITIVE_INFINITY },
  { word: 'large object', inTheWay: true, drop: '' },
  { word: 'schema', inTheWay: true, drop: 'SCHEMA', manySince: Number.POSITIVE_INFINITY },
];

/** Kinds of object whose owner's *data* is lost with them: nobody else's is ever dropped, not even by cascade. */
export const DATA_RELKINDS = "'r', 'p', 'f', 'S'";

/** Objects of a catalogue whose columns follow one pattern: `collname`, `collnamespace`, `collowner`. */
function plain(word: string, catalogue: string, prefix: string, identity = `quote_ident(o.${prefix}name)`): string {
  return `SELECT '${word}', '${catalogue}'::regclass::oid, o.oid, o.${prefix}namespace, o.${prefix}owner, quote_ident(n.nspname) || '.' || ${identity}
    FROM ${catalogue} o JOIN pg_namespace n ON n.oid = o.${prefix}namespace`;
}

/** Objects that lie in no schema. */
function global(word: string, catalogue: string, prefix: string): string {
  return `SELECT '${word}', '${catalogue}'::regclass::oid, o.oid, 0, o.${prefix}owner, quote_ident(o.${prefix}name) FROM ${catalogue} o`;
}

const RELATIONS = `SELECT CASE o.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'table' END,
      'pg_class'::regclass::oid, o.oid, o.relnamespace, o.relowner, quote_ident(n.nspname) || '.' || quote_ident(o.relname)
    FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace WHERE o.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')`;

/** A row type goes with its relation, an array type with its element, a multirange with its range. */
const TYPES = `SELECT CASE o.typtype WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' ELSE 'type' END,
      'pg_type'::regclass::oid, o.oid, o.typnamespace, o.typowner, quote_ident(n.nspname) || '.' || quote_ident(o.typname)
    FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace LEFT JOIN pg_class c ON c.oid = o.typrelid
   WHERE o.typtype IN ('b', 'd', 'e', 'r', 'p', 'c') AND (o.typtype <> 'c' OR c.relkind = 'c')
     AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = o.oid)`;

/** With the types of the arguments, which tell overloads apart. DROP AGGREGATE wants a star for "none". */
function routines(version: number): string {
  const kind =
    version >= 110000
      ? "CASE o.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END"
      : "CASE WHEN o.proisagg THEN 'aggregate' ELSE 'function' END";
  return `SELECT ${kind}, 'pg_proc'::regclass::oid, o.oid, o.pronamespace, o.proowner,
      quote_ident(n.nspname) || '.' || quote_ident(o.proname) || '(' || CASE WHEN ${kind} = 'aggregate' AND o.pronargs = 0 THEN '*'
        ELSE pg_get_function_identity_arguments(o.oid) END || ')'
    FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace WHERE o.oid >= 16384`;
}

const USING = (prefix: string): string =>
  `quote_ident(o.${prefix}name) || ' USING ' || quote_ident((SELECT a.amname FROM pg_am a WHERE a.oid = o.${prefix}method))`;

/**
 * Every object with an owner that somebody made in this database: `kind`, `classid`, `objid`, `nsp` (0: in no schema), `owner`, `identity`. Members of extensions and
 * parts of other objects go with those and are left out; so are temporary objects, and the schema `public`, which setup needs, whoever owns it.
 */
export function objectsSql(version: number): string {
  const since = (first: number, sql: string): string[] => (version >= first ? [sql] : []);
  const parts = [
    RELATIONS,
    routines(version),
    TYPES,
    // An operator's name is a sign and cannot be quoted.
    `SELECT 'operator', 'pg_operator'::regclass::oid, o.oid, o.oprnamespace, o.oprowner, o.oid::regoperator::text FROM pg_operator o WHERE o.oid >= 16384`,
    plain('operator class', 'pg_opclass', 'opc', USING('opc')),
    plain('operator family', 'pg_opfamily', 'opf', USING('opf')),
    plain('text search configuration', 'pg_ts_config', 'cfg'),
    plain('text search dictionary', 'pg_ts_dict', 'dict'),
    plain('conversion', 'pg_conversion', 'con'),
    plain('collation', 'pg_collation', 'coll'),
    ...since(100000, plain('statistics object', 'pg_statistic_ext', 'stx')),
    global('server', 'pg_foreign_server', 'srv'),
    global('foreign-data wrapper', 'pg_foreign_data_wrapper', 'fdw'),
    global('language', 'pg_language', 'lan'),
    ...since(90300, global('event trigger', 'pg_event_trigger', 'evt')),
    ...since(100000, global('publication', 'pg_publication', 'pub')),
    `SELECT 'schema', 'pg_namespace'::regclass::oid, o.oid, 0, o.nspowner, quote_ident(o.nspname) FROM pg_namespace o WHERE o.nspname <> 'public' AND o.nspname !~ '^pg_'`,
    `SELECT 'large object', 'pg_largeobject'::regclass::oid, o.oid, 0, o.lomowner, o.oid::text FROM pg_largeobject_metadata o`,
  ];
  // Oids below 16384 are of the server's own objects; a large object's may be any.
  return `SELECT a.* FROM (${parts.join('\n    UNION ALL\n    ')}) a (kind, classid, objid, nsp, owner, identity)
   WHERE (a.objid >= 16384 OR a.kind = 'large object')
     AND NOT EXISTS (SELECT 1 FROM pg_namespace t WHERE t.oid = a.nsp AND (t.nspname ~ '^pg_' OR t.nspname = 'information_schema'))
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = a.classid AND d.objid = a.objid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))`;
}
