/**
 * The password file that setup of 3.0 to 3.2 wrote for PostgreSQL's programs, and in which alone it kept the database password in plain text: one line of somebody who may make and
 * drop databases, one of the engine's own role. Where the database is on another server there is only the first, and the engine uses it too. Pure.
 */
import type { DatabaseLayout, PasswordFileLayout } from '../../model/layout.ts';
import { DEFAULT_PORT, parsePort, type RawCredentials } from './jdbc.ts';
import { type PgpassLine, parsePgpassLine } from './pgpass.ts';

/** Each login once for every way in which its password can be read, the more likely first. */
export interface PasswordFile {
  /** The engine's own login. */
  user: RawCredentials[];
  /** The login with rights over whole databases; its database is the one that is administered. */
  admin: RawCredentials[];
  /** Nothing else is in the file. */
  whole: boolean;
}

/** Names that setup of the time could not be told: the file says `*`. */
type Names = Pick<DatabaseLayout, 'defaultName' | 'defaultRole'>;

interface Entry {
  /** Index of its line. */
  at: number;
  line: PgpassLine;
}

/** Indexes of the first and the last line of setup's section. One without an end was cut off: it reaches to the end of the file. */
function sectionOf(lines: readonly string[], { begin, end }: PasswordFileLayout): [number, number] | null {
  if (begin === undefined) return [0, lines.length - 1];
  const first = lines.findIndex((line) => begin.test(line));
  if (first < 0) return null;
  const last = lines.findIndex((line, at) => at > first && end?.test(line));
  return [first, last < 0 ? lines.length - 1 : last];
}

function entriesOf(lines: readonly string[], [first, last]: [number, number]): Entry[] {
  return lines.flatMap((text, at) => {
    const line = at < first || at > last ? null : parsePgpassLine(text);
    return line === null ? [] : [{ at, line }];
  });
}

/** In a section its lines stand in their order; in a file without one other people's may stand around setup's two. */
function loginsOf(entries: readonly Entry[], rule: PasswordFileLayout, names: Names): Entry[] {
  if (rule.begin !== undefined) return entries.slice(0, 2);
  const isUser = ({ line }: Entry): boolean =>
    line.role === names.defaultRole && (line.database === names.defaultName || line.database === '*');
  const at = entries.findIndex(isUser);
  const user = entries[at];
  if (user === undefined) return [];
  const admin = entries
    .slice(0, at)
    .findLast(({ line }) => line.database === '*' && line.host === user.line.host && line.port === user.line.port);
  return admin === undefined ? [user] : [admin, user];
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
  const section = sectionOf(lines, rule);
  if (section === null) return null;
  const logins = loginsOf(entriesOf(lines, section), rule, names);
  const [first, second] = logins;
  if (first === undefined) return null;
  const isAdmin = first.line.database === '*';
  const ours = (at: number): boolean =>
    rule.begin === undefined ? logins.some((login) => login.at === at) : at >= section[0] && at <= section[1];
  return {
    user: readings(second ?? first, names),
    admin: isAdmin ? readings(first, names) : [],
    whole: lines.every((line, at) => line.trim() === '' || ours(at)),
  };
}
