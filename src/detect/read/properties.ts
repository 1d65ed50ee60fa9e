/** Java property files, by the rules of `java.util.Properties`. */
import type { PropertiesFile } from '../../model/layout.ts';
import { splitLines, UNIVERSAL_ENDS, withoutMark } from './blanks.ts';
import { DEFAULT_PORT, type JdbcTarget, parseJdbcUrl, parsePort, type RawCredentials } from './jdbc.ts';
import type { Problem } from './problem.ts';

export interface Properties {
  values: Map<string, string>;
  problems: Problem[];
}

const BLANKS = /^[ \t\f]*/;

interface LogicalLine {
  text: string;
  line: number;
}

/** Joins lines that end with an odd number of backslashes with the next one; leaves out comments and blank lines. */
function logicalLines(text: string): LogicalLine[] {
  const logical: LogicalLine[] = [];
  let open: LogicalLine | null = null;
  let line = 0;
  for (const { body } of splitLines(withoutMark(text), UNIVERSAL_ENDS)) {
    line++;
    const content = body.replace(BLANKS, '');
    if (open === null && (content === '' || content.startsWith('#') || content.startsWith('!'))) continue;
    const goesOn = (/\\+$/.exec(content)?.[0].length ?? 0) % 2 === 1;
    const part = goesOn ? content.slice(0, -1) : content;
    if (open === null) {
      open = { text: part, line };
      logical.push(open);
    } else {
      open.text += part;
    }
    if (!goesOn) open = null;
  }
  return logical;
}

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): { text: string; damaged: boolean } {
  let damaged = false;
  const plain = text.replace(/\\(u[0-9a-fA-F]{4}|.|$)/gs, (_, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    damaged ||= code === 'u';
    return ESCAPES[code] ?? code;
  });
  return { text: plain, damaged };
}

/** Splits at the first unescaped `=`, `:` or blank; blanks around the separator belong to neither side. */
function splitPair(text: string): [string, string] {
  const key = /^(?:\\.|[^\\=: \t\f])*/s.exec(text)?.[0] ?? '';
  return [key, text.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')];
}

/** Reads a property file; later keys win. Never throws: a malformed `\u` escape is a problem and is taken as it is. */
export function readProperties(text: string): Properties {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { text: pair, line } of logicalLines(text)) {
    const [rawKey, rawValue] = splitPair(pair);
    const key = unescaped(rawKey);
    const value = unescaped(rawValue);
    if (key.damaged || value.damaged) {
      problems.push({ line, kind: 'syntax', message: `Line ${line}: the entry has a "\\u" without four hex digits.` });
    }
    values.set(key.text, value.text);
  }
  return { values, problems };
}

/**
 * Credentials under the keys of one file: of the internal profile (`aaa/internal.properties`, since 3.6), of the Data Warehouse of 3.3, of Reports. Null where server,
 * database or role are missing or cannot be understood.
 */
export function propertyCredentials(
  { values }: Properties,
  { server, role, password }: PropertiesFile,
): RawCredentials | null {
  const value = (key: string): string => values.get(key) ?? '';
  const target =
    'url' in server
      ? parseJdbcUrl(value(server.url))
      : plainTarget(value(server.host), value(server.port), value(server.database));
  if (target === null || value(role) === '') return null;
  return { ...target, role: value(role), password: value(password) || undefined };
}

function plainTarget(host: string, digits: string, database: string): JdbcTarget | null {
  const port = digits === '' ? DEFAULT_PORT : parsePort(digits);
  return host === '' || database === '' || port === null
    ? null
    : { host, port, database, secured: false, validation: false };
}
