/**
 * Blanks and line ends. Only ASCII blanks count: text that was decoded as latin1 to keep every byte may hold halves of UTF-8
 * characters (0x85, 0xA0), which `String.trim` would cut off.
 */

const BLANK = ' \t\n\v\f\r\x1c\x1d\x1e\x1f';

/** Text without blanks at its start and end. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.includes(text.charAt(start))) start++;
  while (end > start && BLANK.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Number of blanks a line starts with. */
export function indentOf(line: string): number {
  let indent = 0;
  while (indent < line.length && BLANK.includes(line.charAt(indent))) indent++;
  return indent;
}

export interface TextLine {
  body: string;
  /** The line end as it is in the text; empty for a last line without one. */
  ending: string;
}

/** Lines of a text with their ends; joined again they give the text, byte for byte. A text that ends with a line end has no empty last line. */
export function splitLines(text: string, ends: RegExp): TextLine[] {
  const lines: TextLine[] = [];
  let from = 0;
  for (const match of text.matchAll(ends)) {
    lines.push({ body: text.slice(from, match.index), ending: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) lines.push({ body: text.slice(from), ending: '' });
  return lines;
}

/** Line ends as Python and Java read text: a lone carriage return ends a line, too. */
export const UNIVERSAL_ENDS = /\r\n|\n|\r/g;

/** Line ends of files that are edited in place: a lone carriage return is part of its line. */
export const PLAIN_ENDS = /\r?\n/g;

/** Text without a byte order mark, whether it was decoded as UTF-8 or as latin1. */
export function withoutMark(text: string): string {
  if (text.startsWith('\uFEFF')) return text.slice(1);
  return text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
}

/** The UTF-8 bytes of a text, decoded as latin1: the form in which lines of files are compared, whatever their encoding. */
export function bytesOf(text: string): string {
  return /[^\0-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The opposite of `bytesOf`. */
export function textOf(bytes: string): string {
  return /[^\0-\x7f]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
