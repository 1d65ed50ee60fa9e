/**
 * Lines that setup changed in files of others (`ssl.conf`, version locks): which of the changes are still there, and the text
 * without them. All texts here are bytes decoded as latin1, so that any byte, in any encoding, comes out as it went in.
 *
 * The record strips blanks, so lines are compared without blanks at their ends; a restored line takes over the blanks of the line
 * it replaces.
 */
import type { LineEdit } from '../../model/facts.ts';
import { PLAIN_ENDS, splitLines, strip, type TextLine } from './blanks.ts';

export { editsByRules } from './line-rules.ts';

/** An edit that can be undone safely: a blank "added" line would be found all over the file, a line end inside would never be found. */
function normalized(edit: LineEdit): LineEdit | null {
  if (/[\r\n]/.test(`${edit.added ?? ''}${edit.removed ?? ''}`)) return null;
  const added = edit.added === null || strip(edit.added) === '' ? null : edit.added;
  if (added !== null) return { ...edit, added };
  return edit.removed === null || strip(edit.removed) === '' ? null : { added: null, removed: edit.removed };
}

interface Undo<E> {
  edit: E;
  added: string;
  removed: string | null;
}

/** Edits by the line they added. Where several added the same line, one that brings a line back goes before one that only deletes, then the first. */
function undoTable<E extends LineEdit>(edits: readonly E[]): Map<string, Undo<E>> {
  const table = new Map<string, Undo<E>>();
  for (const edit of edits) {
    const { added, removed } = normalized(edit) ?? { added: null, removed: null };
    if (added === null) continue;
    const known = table.get(strip(added));
    if (known === undefined || (known.removed === null && removed !== null)) {
      table.set(strip(added), { edit, added, removed });
    }
  }
  return table;
}

/** What undoes a line: an edit of the whole of it, or one that knows only how it begins. */
function undoOf<E extends LineEdit>(line: string, table: ReadonlyMap<string, Undo<E>>): Undo<E> | undefined {
  const content = strip(line);
  const whole = table.get(content);
  if (whole !== undefined) return whole.edit.secret ? undefined : whole; // nothing follows: no secret
  return [...table].find(([begin, { edit }]) => edit.secret && content.startsWith(begin))?.[1];
}

interface Resolved<E> {
  /** The line as it was before setup; null if it was not there. */
  line: string | null;
  used: E[];
}

function before<E>(line: string, { added, removed }: Undo<E>): string | null {
  if (removed === null || line === added) return removed;
  const content = strip(line);
  const at = line.indexOf(content);
  return line.slice(0, at) + strip(removed) + line.slice(at + content.length);
}

/**
 * Follows a line back through the edits: a second setup comments out the line that the first one added, so what one edit brings back
 * may be what another one added. Edits that lead back to each other say nothing about the original and are not followed.
 */
function resolve<E extends LineEdit>(start: string, table: ReadonlyMap<string, Undo<E>>): Resolved<E> {
  const path: { undo: Undo<E>; line: string }[] = [];
  let line: string | null = start;
  while (line !== null) {
    const undo: Undo<E> | undefined = undoOf(line, table);
    if (undo === undefined) break;
    const circle = path.findIndex((step) => step.undo === undo);
    if (circle >= 0) {
      line = path[circle]?.line ?? line;
      path.length = circle;
      break;
    }
    path.push({ undo, line });
    line = before(line, undo);
  }
  return { line, used: path.map(({ undo }) => undo.edit) };
}

interface Undone<E> {
  text: string;
  used: Set<E>;
}

function append(lines: TextLine[], body: string): void {
  const last = lines.at(-1);
  const ending = lines.find((line) => line.ending !== '')?.ending ?? '\n';
  if (last !== undefined && last.ending === '') {
    last.ending = ending;
    lines.push({ body, ending: '' });
  } else {
    lines.push({ body, ending });
  }
}

function undo<E extends LineEdit>(text: string, edits: readonly E[]): Undone<E> {
  const table = undoTable(edits);
  const used = new Set<E>();
  const lines = splitLines(text, PLAIN_ENDS);
  const kept = lines.flatMap(({ body, ending }): TextLine[] => {
    const { line, used: by } = resolve(body, table);
    for (const edit of by) used.add(edit);
    return line === null ? [] : [{ body: line, ending }];
  });
  const last = kept.at(-1);
  if (last !== undefined && lines.at(-1)?.ending === '') last.ending = '';
  const present = new Set(kept.map(({ body }) => strip(body)));
  for (const edit of edits) {
    const { added, removed } = normalized(edit) ?? { added: null, removed: null };
    if (added !== null || removed === null) continue;
    const { line, used: by } = resolve(removed, table);
    if (line === null || strip(line) === '' || present.has(strip(line))) continue;
    append(kept, line);
    present.add(strip(line));
    for (const needed of [edit, ...by]) used.add(needed);
  }
  return { text: kept.map(({ body, ending }) => body + ending).join(''), used };
}

/** The edits that are still in the text and are to be undone, in their order; none twice. Undoing these is undoing all. */
export function findEdits<E extends LineEdit>(text: string, edits: readonly E[]): E[] {
  const { used } = undo(text, edits);
  return edits.filter((edit) => used.delete(edit));
}

/**
 * The text without the edits: an added line is replaced by the one it stood for, or deleted where it stood for none; a line
 * that was only removed is appended unless it is there. Everything else stays byte for byte: line ends, a missing last line end,
 * blanks. Undoing twice is undoing once. Newer edits come first.
 */
export function revertEdits(text: string, edits: readonly LineEdit[]): string {
  return undo(text, edits).text;
}
