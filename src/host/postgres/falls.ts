/**
 * What falls when everything of the role is dropped with CASCADE: PostgreSQL's own rules, followed over pg_depend before anything is dropped. Objects of other
 * owners among it (views on our tables, foreign keys to them, functions and defaults that use our types) would otherwise go without a word.
 */
import type { Connection } from '../port.ts';
import { definitionsOf } from './definitions.ts';
import { OWNED } from './inspect-catalog.ts';
import { DATA_RELKINDS, objectsSql } from './kinds.ts';

export interface Fall {
  classid: number;
  objid: number;
  /** A word and the quoted name: `view public.report`, `table constraint fk on other.orders`. */
  name: string;
  /** Data of its owner would be lost with it: a table, one of its columns, a sequence. */
  data: boolean;
  /** SQL that makes it again; null where data is lost, or PostgreSQL has no text of it. */
  definition: string | null;
}

export interface Falls {
  /** Objects of other owners that fall with ours. */
  foreign: Fall[];
  /** Objects that fall in all: about as many locks one transaction needs. */
  objects: number;
  /** Keys (`keyOf`) of what the role owns: asked together, because both need the list of all objects. */
  owned: string[];
}

/** Owner of the object (f.classid, f.objid); parts of a table have the table's. Null for what has none. */
function ownerSql(version: number): string {
  const direct: [string, string][] = [
    ['pg_class', 'relowner'],
    ['pg_proc', 'proowner'],
    ['pg_type', 'typowner'],
    ['pg_namespace', 'nspowner'],
    ['pg_operator', 'oprowner'],
    ['pg_opclass', 'opcowner'],
    ['pg_opfamily', 'opfowner'],
    ['pg_conversion', 'conowner'],
    ['pg_collation', 'collowner'],
    ['pg_ts_config', 'cfgowner'],
    ['pg_ts_dict', 'dictowner'],
    ['pg_extension', 'extowner'],
    ['pg_foreign_server', 'srvowner'],
    ['pg_foreign_data_wrapper', 'fdwowner'],
    ['pg_language', 'lanowner'],
  ];
  const ofTable: [string, string][] = [
    ['pg_trigger', 'tgrelid'],
    ['pg_rewrite', 'ev_class'],
    ['pg_attrdef', 'adrelid'],
  ];
  if (version >= 90300) direct.push(['pg_event_trigger', 'evtowner']);
  if (version >= 90500) ofTable.push(['pg_policy', 'polrelid']);
  if (version >= 100000) direct.push(['pg_publication', 'pubowner'], ['pg_statistic_ext', 'stxowner']);
  const cases = [
    ...direct.map(([catalogue, owner]) => [catalogue, `SELECT x.${owner} FROM ${catalogue} x WHERE x.oid = f.objid`]),
    ...ofTable.map(([catalogue, table]) => [
      catalogue,
      `SELECT c.relowner FROM ${catalogue} x JOIN pg_class c ON c.oid = x.${table} WHERE x.oid = f.objid`,
    ]),
    [
      'pg_constraint',
      `SELECT coalesce(c.relowner, t.typowner) FROM pg_constraint x LEFT JOIN pg_class c ON c.oid = x.conrelid
         LEFT JOIN pg_type t ON t.oid = x.contypid WHERE x.oid = f.objid`,
    ],
  ];
  if (version >= 100000) {
    cases.push([
      'pg_publication_rel',
      'SELECT p.pubowner FROM pg_publication_rel x JOIN pg_publication p ON p.oid = x.prpubid WHERE x.oid = f.objid',
    ]);
  }
  return `CASE f.classid ${cases.map(([catalogue, sql]) => `WHEN '${catalogue}'::regclass THEN (${sql})`).join('\n      ')} END`;
}

function nameSql(version: number): string {
  return version >= 90300
    ? "(SELECT i.type || ' ' || i.identity FROM pg_identify_object(w.classid, w.objid, w.objsubid) i)"
    : 'pg_describe_object(w.classid, w.objid, w.objsubid)';
}

/**
 * `fall` is the closure: from every object of ours to whatever depends on it, and from a part of another object to that one (dropping a view's rule is dropping
 * the view). A dependency on one column is not one on the rest of the table. Schemas are no roots: they go last, when they are empty.
 */
function fallsSql(version: number): string {
  return `WITH RECURSIVE me AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
  o AS (${objectsSql(version)}),
  edge AS (
    SELECT refclassid AS fc, refobjid AS fo, refobjsubid AS fs, classid AS tc, objid AS t, objsubid AS ts
      FROM pg_depend WHERE deptype IN ('n', 'a', 'i', 'I', 'P', 'S') AND objid >= 16384
    UNION ALL
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend WHERE deptype = 'i' AND refobjid >= 16384
  ),
  fall AS (
    SELECT o.classid, o.objid, 0 AS objsubid FROM o, me WHERE o.owner = me.oid AND o.kind <> 'schema'
    UNION
    SELECT e.tc, e.t, e.ts FROM fall f JOIN edge e ON e.fc = f.classid AND e.fo = f.objid AND (f.objsubid = 0 OR e.fs = f.objsubid)
  ),
  others AS (
    SELECT f.classid, f.objid, f.objsubid FROM fall f, me WHERE ${ownerSql(version)} <> me.oid
  ),
  whole AS (
    SELECT w.classid, w.objid, w.objsubid FROM others w WHERE NOT EXISTS (
      SELECT 1 FROM pg_depend d WHERE d.classid = w.classid AND d.objid = w.objid AND d.objsubid = w.objsubid
         AND (d.deptype = 'i' OR d.deptype = 'a' AND EXISTS (
           SELECT 1 FROM others p WHERE p.classid = d.refclassid AND p.objid = d.refobjid AND p.objsubid IN (0, d.refobjsubid)
              AND (p.objsubid, p.classid, p.objid) <> (w.objsubid, w.classid, w.objid))))
      AND NOT (w.objsubid <> 0 AND EXISTS (SELECT 1 FROM others p WHERE p.classid = w.classid AND p.objid = w.objid AND p.objsubid = 0))
  )
  SELECT (SELECT count(*) FROM (SELECT DISTINCT classid, objid FROM fall) n)::int AS objects,
    (SELECT coalesce(array_to_json(array_agg(o.classid::int8 || ':' || o.objid::int8)), '[]') FROM o, me WHERE ${OWNED}) AS owned,
    (SELECT coalesce(array_to_json(array_agg(row_to_json(l))), '[]') FROM (
       SELECT w.classid::int8 AS classid, w.objid::int8 AS objid, ${nameSql(version)} AS name,
         w.classid = 'pg_class'::regclass AND (w.objsubid <> 0 OR EXISTS (
           SELECT 1 FROM pg_class c WHERE c.oid = w.objid AND c.relkind IN (${DATA_RELKINDS}))) AS data
         FROM whole w ORDER BY w.objid, w.objsubid) l) AS foreign_objects`;
}

/** Asks what would fall with everything that the role of the session owns, what was made first before what may hang on it. */
export async function findFalls(connection: Connection, version: number): Promise<Falls> {
  const [row] = await connection.query<{ objects: number; owned: string[]; foreign_objects: Fall[] }>(
    fallsSql(version),
  );
  const { foreign_objects: found, objects, owned } = row!;
  const definitions = await definitionsOf(connection, version, found);
  const foreign = found.map((fall, index) => ({
    ...fall,
    definition: fall.data ? null : (definitions[index] ?? null),
  }));
  return { foreign, objects, owned };
}
