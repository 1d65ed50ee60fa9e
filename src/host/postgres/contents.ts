/** The table of contents of a dump, as `pg_restore --list` prints it, and what of it whoever fills a database is to make again. */
import type { Connection } from '../port.ts';

/** `215; 1259 16390 TABLE public foo engine`: class and oid of the object as it was dumped, its kind, schema, name and owner. */
const ENTRY = /^\d+; (\d+) (\d+) (.*)$/s;

/** An extension has no owner in it, and only a superuser may comment on one. */
const EXTENSION = /^(?:COMMENT - )?EXTENSION /;

const PUBLICATION = /^PUBLICATION - (.*)$/s;

/** A name as pg_restore shows it: it is one line. */
function shown(name: string): string {
  return name.replace(/[\r\n]/g, ' ');
}

/** Without the comments on extensions: for a login that is no superuser, but owns what it has made. */
export function withoutExtensionComments(contents: string): string {
  const lines = contents.split('\n');
  return lines.filter((line) => !ENTRY.exec(line)?.[3]?.startsWith('COMMENT - EXTENSION ')).join('\n');
}

/**
 * The entries of a role, or of nobody: what clearing has dropped. What belongs to others is still there or cannot be made in their name, and whatever is `present` was left.
 * @param present `class oid` of objects that the database holds
 */
export function entriesOf(role: string, contents: string, present: ReadonlySet<string>): string {
  const lines = contents.split('\n');
  const isOurs = (rest: string): boolean => rest.endsWith(` ${shown(role)}`);
  const theirPublications = lines.flatMap((line) => {
    const publication = PUBLICATION.exec(ENTRY.exec(line)?.[3] ?? '')?.[1];
    return publication === undefined || isOurs(publication) ? [] : [publication.slice(0, publication.lastIndexOf(' '))];
  });
  /** Before PostgreSQL 14 a table of a publication is nobody's: the name of the publication is the first of its tag, after the schema of the table. */
  const isTheirs = (rest: string): boolean => {
    const tag = rest.endsWith(' ') ? /^PUBLICATION TABLE \S+ (.*)$/s.exec(rest)?.[1] : undefined;
    return tag !== undefined && theirPublications.some((name) => tag.startsWith(`${name} `));
  };
  return lines
    .filter((line) => {
      const [, classid, objid, rest = ''] = ENTRY.exec(line) ?? [];
      if (classid === undefined) return true;
      if (EXTENSION.test(rest) || isTheirs(rest)) return false;
      return (isOurs(rest) || rest.endsWith(' ')) && !present.has(`${classid} ${objid}`);
    })
    .join('\n');
}

/** What a clearing may leave of a role and of nobody, as `entriesOf` wants it: a schema in which others have something, and casts between types of others. */
export async function presentIn(connection: Connection): Promise<Set<string>> {
  const rows = await connection.query<{ key: string }>(
    `SELECT o.tableoid::int8 || ' ' || o.oid::int8 AS key FROM pg_namespace o UNION ALL SELECT o.tableoid::int8 || ' ' || o.oid::int8 FROM pg_cast o`,
  );
  return new Set(rows.map(({ key }) => key));
}
