/**
 * Setup's own lines in the password file of 3.0 to 3.2, by their position: other people's may be equal to them. 3.1 and 3.2 mark them; of 3.0 there are two without marks, the engine's and directly
 * before it the administrator's. Pure. Texts are bytes decoded as latin1.
 */
import { createHash } from 'node:crypto';
import type { DatabaseLayout, PasswordFileLayout } from '../../model/layout.ts';
import { PLAIN_ENDS, splitLines } from './blanks.ts';
import { type PgpassLine, parsePgpassLine } from './pgpass.ts';

/** Names that setup of the time could not be told: the file says `*`. */
export type Names = Pick<DatabaseLayout, 'defaultName' | 'defaultRole'>;

export interface Section {
  /** Indexes of its lines. */
  first: number;
  last: number;
  /** Why nobody can tell which lines are setup's, as a phrase after the file; null where that is plain. */
  trouble: string | null;
}

function marked(lines: readonly string[], begin: RegExp, end: RegExp | undefined): Section | null {
  const indexes = (mark: RegExp | undefined): number[] => lines.flatMap((line, at) => (mark?.test(line) ? [at] : []));
  const [begins, ends] = [indexes(begin), indexes(end)];
  const [first] = begins;
  if (first === undefined) return null;
  const last = ends.find((at) => at > first);
  if (last === undefined)
    return { first, last: lines.length - 1, trouble: "holds setup's section without the line that ends it" };
  const once = begins.length === 1 && ends.length === 1;
  return { first, last, trouble: once ? null : "holds lines that begin or end setup's section more than once" };
}

function unmarked(lines: readonly string[], names: Names): Section | null {
  const isUser = (line: PgpassLine | null): boolean =>
    line?.role === names.defaultRole && (line.database === names.defaultName || line.database === '*');
  const parsed = lines.map(parsePgpassLine);
  const last = parsed.findIndex(isUser);
  const user = parsed[last];
  if (!user) return null;
  const before = parsed[last - 1];
  const isAdmin = before?.database === '*' && before.host === user.host && before.port === user.port;
  return { first: isAdmin ? last - 1 : last, last, trouble: null };
}

/** Finds them; null where there are none. A section without an end reaches to the end of the file, one that is there twice is the first. */
export function findSection(
  lines: readonly string[],
  { begin, end }: PasswordFileLayout,
  names: Names,
): Section | null {
  return begin === undefined ? unmarked(lines, names) : marked(lines, begin, end);
}

/** What the lines are, so that no others are taken for them later: passwords are in them. */
function digestOf(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
}

/** A text without setup's lines, every other byte as it was, and the SHA-256 of what was taken out. Null where there are none, or it cannot be told which they are. */
export function withoutSection(
  text: string,
  rule: PasswordFileLayout,
  names: Names,
): { rest: string; sha256: string } | null {
  const lines = splitLines(text, PLAIN_ENDS);
  const bodies = lines.map(({ body }) => body);
  const section = findSection(bodies, rule, names);
  if (section === null || section.trouble !== null) return null;
  const textOf = (part: typeof lines): string => part.map(({ body, ending }) => body + ending).join('');
  const { first, last } = section;
  return {
    rest: textOf([...lines.slice(0, first), ...lines.slice(last + 1)]),
    sha256: digestOf(textOf(lines.slice(first, last + 1))),
  };
}
