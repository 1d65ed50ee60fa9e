/**
 * The password file that setup of 3.0 to 3.2 wrote for PostgreSQL's programs, and in which alone it kept the database password in plain text: one line of somebody who may make and
 * drop databases, one of the engine's own role. Where the database is on another server there is only the first, and the engine uses it too. Pure.
 */
import type { PasswordFileLayout } from '../../model/layout.ts';
import { DEFAULT_PORT, parsePort, type RawCredentials } from './jdbc.ts';
import { findSection, type Names, type Section } from './password-section.ts';
import { type PgpassLine, parsePgpassLine } from './pgpass.ts';

/** Each login once for every way in which its password can be read, the more likely first. */
export interface PasswordFile {
  /** The engine's own login. */
  user: RawCredentials[];
  /** The login with rights over whole databases; its database is the one that is administered. */
  admin: RawCredentials[];
  /** Nothing else is in the file. */
  whole: boolean;
  /** Why it cannot be told which lines are setup's, as a phrase after the file; null where that is plain. */
  trouble: string | null;
}

interface Entry {
  /** Index of its line. */
  at: number;
  line: PgpassLine;
}

/** In a section its lines stand in their order, with other lines between them. */
function loginsOf(lines: readonly string[], { first, last }: Section): Entry[] {
  const entries = lines.flatMap((text, at): Entry[] => {
    const line = at < first || at > last ? null : parsePgpassLine(text);
    return line === null ? [] : [{ at, line }];
  });
  return entries.slice(0, 2);
}

/** What libpq makes of the line; and, since setup wrote passwords without escapes, the rest of it as it is. */
function readings({ line }: Entry, { defaultName }: Names): RawCredentials[] {
  const port = line.port === '*' ? DEFAULT_PORT : parsePort(line.port);
  if (port === null || line.role === '' || line.role === '*') return [];
  const host = line.host === '*' || line.host === '' ? 'localhost' : line.host;
  const database = line.database === '*' ? defaultName : line.database;
  return [...new Set([line.password, line.rawPassword])]
    .filter((password) => password !== '')
    .map((password) => ({ host, port, database, role: line.role, password, secured: false, validation: false }));
}

/** Reads the text of such a file; null if nothing in it is setup's. */
export function readPasswordFile(text: string, rule: PasswordFileLayout, names: Names): PasswordFile | null {
  const lines = text.split(/\r?\n/);
  const section = findSection(lines, rule, names);
  if (section === null) return null;
  const [first, second] = loginsOf(lines, section);
  if (first === undefined) return null;
  const isAdmin = first.line.database === '*';
  const ours = (at: number): boolean => at >= section.first && at <= section.last;
  return {
    user: readings(second ?? first, names),
    admin: isAdmin ? readings(first, names) : [],
    whole: lines.every((line, at) => line.trim() === '' || ours(at)),
    trouble: section.trouble,
  };
}
