/**
 * Default privileges of a role in its database. Clearing leaves them, and a dump has its own at its end: what is filled while old ones are there would get grants that it never had.
 */
import type { Connection } from '../port.ts';
import { quoteIdentifier } from './quote.ts';

interface DefaultAcl {
  /** Kind of object, as in `pg_default_acl`. */
  kind: string;
  /** Null: in every schema. */
  schema: string | null;
  /** Null: PUBLIC. */
  grantees: (string | null)[];
  me: string;
  [column: string]: unknown;
}

const KINDS: Readonly<Record<string, string>> = {
  r: 'TABLES',
  S: 'SEQUENCES',
  f: 'FUNCTIONS',
  T: 'TYPES',
  n: 'SCHEMAS',
};

/** What PostgreSQL grants to everybody where nothing else is said. */
const BUILT_IN: Readonly<Record<string, string>> = { f: 'EXECUTE', T: 'USAGE' };

function statements({ kind, schema, grantees, me }: DefaultAcl): string[] {
  const objects = KINDS[kind];
  if (objects === undefined) return [];
  const alter = `ALTER DEFAULT PRIVILEGES${schema === null ? '' : ` IN SCHEMA ${quoteIdentifier(schema)}`}`;
  const revoked = grantees.map((name) => (name === null ? 'PUBLIC' : quoteIdentifier(name)));
  const lines = revoked.map((name) => `${alter} REVOKE ALL ON ${objects} FROM ${name}`);
  // A schema only adds to what holds everywhere.
  if (schema !== null) return lines;
  const everybody = BUILT_IN[kind];
  return [
    ...lines,
    `${alter} GRANT ALL ON ${objects} TO ${quoteIdentifier(me)}`,
    ...(everybody === undefined ? [] : [`${alter} GRANT ${everybody} ON ${objects} TO PUBLIC`]),
  ];
}

/** Puts the role's default privileges back to those that PostgreSQL itself has, in one transaction. */
export async function resetDefaultPrivileges(connection: Connection): Promise<void> {
  const found = await connection.query<DefaultAcl>(
    `SELECT a.defaclobjtype::text AS kind, n.nspname::text AS schema, current_user::text AS me,
            ARRAY(SELECT DISTINCT g.rolname::text FROM aclexplode(a.defaclacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee) AS grantees
       FROM pg_default_acl a JOIN pg_roles r ON r.oid = a.defaclrole LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
      WHERE r.rolname = current_user`,
  );
  if (found.length === 0) return;
  await connection.query(['BEGIN', ...found.flatMap(statements), 'COMMIT'].join('; '));
}
