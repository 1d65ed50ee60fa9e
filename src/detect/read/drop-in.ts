/**
 * Configuration drop-ins of the engine and its services (`engine.conf.d/*.conf`), by the rules of their own readers: `KEY=value` without a
 * blank before `=`; a backslash takes the next character as it is; double quotes are dropped and keep blanks and `#` between them;
 * outside of them either ends the value; `${NAME}` stands for an earlier key, or for nothing. Single quotes are ordinary.
 *
 * Texts are expected decoded as UTF-8.
 */
import { splitLines, UNIVERSAL_ENDS, withoutMark } from './blanks.ts';
import { DEFAULT_PORT, parseJdbcUrl, parsePort, type RawCredentials } from './jdbc.ts';
import type { Problem } from './problem.ts';

export type { RawCredentials } from './jdbc.ts';

export interface DropInValue {
  value: string;
  /** The file it was read from. */
  path: string;
}

export interface DropIns {
  values: Map<string, DropInValue>;
  problems: Problem[];
}

/** The value a raw text stands for; null if a `$` does not begin a complete `${NAME}`. */
export function expandValue(raw: string, lookup: (name: string) => string | undefined): string | null {
  let value = '';
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const char = raw.charAt(at);
    if (char === '\\') {
      at++;
      value += raw.charAt(at);
    } else if (char === '$') {
      const end = raw.charAt(at + 1) === '{' ? raw.indexOf('}', at + 2) : -1;
      if (end < 0) return null;
      value += lookup(raw.slice(at + 2, end)) ?? '';
      at = end;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === ' ' || char === '#')) {
      break;
    } else {
      value += char;
    }
  }
  return value;
}

/** Files of one directory come in the order of their names, after the file the directory belongs to; bases stay in the given order. */
function inOrder<F extends { path: string }>(files: readonly F[]): F[] {
  const base = (path: string) => path.replace(/\.d\/[^/]*$/, '');
  const bases = [...new Set(files.map(({ path }) => base(path)))];
  return [...files].sort((a, b) => {
    const difference = bases.indexOf(base(a.path)) - bases.indexOf(base(b.path));
    return difference !== 0 ? difference : a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
  });
}

/**
 * Reads drop-ins together, later files win. A line that cannot be read is a problem with its file and line and takes no effect; all others
 * do (the engine itself would not start).
 */
export function readDropIns(files: readonly { path: string; text: string }[]): DropIns {
  const values = new Map<string, DropInValue>();
  const problems: Problem[] = [];
  for (const { path, text } of inOrder(files)) {
    let line = 0;
    for (const { body } of splitLines(withoutMark(text), UNIVERSAL_ENDS)) {
      line++;
      if (/^\s*(#|$)/.test(body)) continue;
      const match = /^\s*(\w+)=(.*)$/s.exec(body);
      const key = match?.[1];
      if (key === undefined) {
        problems.push({ path, line, kind: 'syntax', message: `${path}, line ${line}: this is not "KEY=value".` });
        continue;
      }
      const value = expandValue(match?.[2] ?? '', (name) => values.get(name)?.value);
      if (value === null) {
        problems.push({
          path,
          line,
          kind: 'syntax',
          message: `${path}, line ${line}: the value of ${key} has a "$" that begins no "\${NAME}".`,
        });
        continue;
      }
      values.set(key, { value, path });
    }
  }
  return { values, problems };
}

/** True for t, true, y, yes and 1 in any case, as the engine reads it; everything else is false. */
export function isTrue(text: string): boolean {
  return ['t', 'true', 'y', 'yes', '1'].includes(text.toLowerCase());
}

/** Whether a key switches something on; null where it is not there (or there is no such key). */
export function isEnabled(values: DropIns['values'], key: string | undefined): boolean | null {
  const found = key === undefined ? undefined : values.get(key);
  return found === undefined ? null : isTrue(found.value);
}

/**
 * Credentials under a prefix (`ENGINE_DB_`). Single keys go before the JDBC url, which fills in what is missing; the port is 5432
 * where neither names one. Null where host, database or role are missing, or the port is none.
 */
export function databaseCredentials(values: ReadonlyMap<string, DropInValue>, prefix: string): RawCredentials | null {
  const value = (suffix: string): string | undefined => values.get(prefix + suffix)?.value || undefined;
  const target = parseJdbcUrl(value('URL') ?? '');
  const host = value('HOST') ?? target?.host;
  const database = value('DATABASE') ?? target?.database;
  const role = value('USER');
  const digits = value('PORT');
  const port = digits === undefined ? (target?.port ?? DEFAULT_PORT) : parsePort(digits);
  if (host === undefined || database === undefined || role === undefined || port === null) return null;
  const secured = value('SECURED');
  const validation = value('SECURED_VALIDATION');
  return {
    host,
    port,
    database,
    role,
    password: value('PASSWORD'),
    secured: secured === undefined ? (target?.secured ?? false) : isTrue(secured),
    validation: validation === undefined ? (target?.validation ?? false) : isTrue(validation),
  };
}
