/** Names and values inside SQL, and inside the connection strings of PostgreSQL's programs. The only place that quotes what a server is sent. */
import { HostError } from '../../model/errors.ts';
import { sqlName } from '../../model/sql.ts';

/** The text itself. @throws HostError for one with a NUL: neither SQL nor the protocol can carry it, what follows would silently be cut off */
export function withoutNul(text: string): string {
  if (!text.includes('\0')) return text;
  throw new HostError('A name or value for the database server holds a NUL character, which PostgreSQL cannot store.', {
    hint: 'Look at the credentials files named in the plan: one of them is damaged.',
  });
}

/** A name of a database, role, schema, relation …, always quoted. @throws HostError for one with a NUL */
export function quoteIdentifier(name: string): string {
  return sqlName(withoutNul(name));
}

/** A string literal that means the same whatever `standard_conforming_strings` says. */
export function quoteLiteral(value: string): string {
  const quoted = `'${withoutNul(value).replaceAll("'", "''")}'`;
  // The blank keeps the E apart from a word before it.
  return value.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

const BLANKS = /[ \t\n\v\f\r]*/y;
const COMMA = /,[ \t\n\v\f\r]*/y;
/** Up to a doubled quote, where the next one begins. */
const QUOTED = /"[^"]*"/y;
const BARE = /[^", \t\n\v\f\r][^, \t\n\v\f\r]*/y;

/** The names in the text of a list, as pg_dump's SplitGUCList() reads it; null for a text that is no list. */
export function splitNames(text: string): string[] | null {
  const names: string[] = [];
  let at = 0;
  const take = (piece: RegExp): string | null => {
    piece.lastIndex = at;
    const found = piece.exec(text)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  take(BLANKS);
  if (at === text.length) return names;
  for (;;) {
    const parts: string[] = [];
    for (let part = take(QUOTED); part !== null; part = take(QUOTED)) parts.push(part.slice(1, -1));
    const name = parts.length > 0 ? parts.join('"') : take(BARE);
    if (name === null) return null;
    names.push(name);
    take(BLANKS);
    if (at === text.length) return names;
    if (take(COMMA) === null) return null;
  }
}

/** A connection string `host='…' dbname='…'`; a value may hold anything. Never put a password in it: it stands in an argument vector. */
export function connectionString(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}='${withoutNul(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}

/** A SELECT of which the one value is a JSON array of the rows of another. json_agg is newer than the oldest server (9.2). */
export function asJson(sql: string): string {
  return `SELECT coalesce(array_to_json(array_agg(row_to_json(t))), '[]') AS rows FROM (\n${sql}\n) t`;
}
