/** Where else on a server a role owns or is granted something, as SQL for a superuser. */

/**
 * An array of names: databases that the role owns, or inside which it owns or is granted something, databases it is granted rights on, and tablespaces. Its own default privileges alone do
 * not count: they say what happens to objects it would make, and belong to nobody else.
 * @param role SQL expression of the role's oid
 * @param except SQL literal of the name of the database that does not count
 */
export function elsewhereSql(role: string, except: string): string {
  return `ARRAY(
    SELECT d.datname::text FROM pg_database d
     WHERE d.datname <> ${except} AND (d.datdba = ${role} OR EXISTS (
       SELECT 1 FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = ${role}
          AND (s.dbid = d.oid AND NOT (s.classid = 'pg_default_acl'::regclass AND s.deptype = 'o')
               OR s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid)))
    UNION
    SELECT 'tablespace ' || t.spcname FROM pg_tablespace t
     WHERE t.spcowner = ${role} OR EXISTS (
       SELECT 1 FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = ${role}
          AND s.dbid = 0 AND s.classid = 'pg_tablespace'::regclass AND s.objid = t.oid)
    ORDER BY 1)`;
}
