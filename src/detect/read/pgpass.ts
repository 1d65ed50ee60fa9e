/** PostgreSQL password files: `host:port:database:role:password`, where a backslash takes the next character as it is. */
import { parsePort, type RawCredentials } from './jdbc.ts';

export interface PgpassLine {
  /** `*` in the first four stands for any. */
  host: string;
  port: string;
  database: string;
  role: string;
  password: string;
  /** All that follows the fourth colon, as it is: releases 3.0–3.2 wrote the password without escapes. */
  rawPassword: string;
}

/** Reads one line, without its line end; null for a comment, a blank line, or fewer than five fields. */
export function parsePgpassLine(line: string): PgpassLine | null {
  if (line.startsWith('#')) return null;
  const match = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/s.exec(line);
  if (match === null) return null;
  const [host = '', port = '', database = '', role = '', rest = ''] = match.slice(1);
  const plain = (field: string) => field.replace(/\\(.)/gs, '$1');
  const password = /^(?:\\.|[^\\:]|\\$)*/s.exec(rest)?.[0] ?? '';
  return {
    host: plain(host),
    port: plain(port),
    database: plain(database),
    role: plain(role),
    password: plain(password),
    rawPassword: rest,
  };
}

/**
 * Recognises the password file that a killed setup or cleanup leaves in `/tmp`, never by its name alone: `tmp` and eight characters
 * of Python's temporary names, mode 0600, the comment setup writes and one complete line, nothing else. Returns what it holds; null if
 * it is anything else. The owner is the caller's to check.
 */
export function isSetupPgpass(name: string, mode: number, text: string): RawCredentials | null {
  if (!/^tmp[a-z0-9_]{8}$/.test(name) || (mode & 0o7777) !== 0o600) return null;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== 2 || lines[0]?.trim() !== '# DB USER credentials.') return null;
  const entry = parsePgpassLine(lines[1] ?? '');
  const port = parsePort(entry?.port ?? '');
  if (entry === null || port === null) return null;
  const { host, database, role, password } = entry;
  if ([host, database, role].some((field) => field === '' || field === '*')) return null;
  return { host, port, database, role, password: password || undefined, secured: false, validation: false };
}
