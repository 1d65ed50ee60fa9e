/** Lines of setup that are known well enough to be undone without a record of them. Texts are bytes decoded as latin1. */
import type { LineEdit } from '../../model/facts.ts';
import type { LineRule } from '../../model/layout.ts';
import { indentOf, PLAIN_ENDS, splitLines } from './blanks.ts';

/**
 * The line that setup commented out: it keeps the indentation and puts exactly `# ` before the rest. A packaged line that was a
 * comment before (`#SSLCACertificateFile …`, without the blank) has another form and must stay a comment.
 */
function originalOf(line: string, rule: LineRule): string | null {
  const captured = rule.original?.exec(line)?.[1];
  if (captured === undefined) return null;
  const indent = line.slice(0, indentOf(line));
  return line === `${indent}# ${captured}` ? indent + captured : null;
}

/** The first line of the copy that stands where a rule's line does now. */
function lineOfCopy({ replaced }: LineRule, copy: string | null, isOriginal: (line: string) => boolean): string | null {
  const before = splitLines(copy ?? '', PLAIN_ENDS).map(({ body }) => body);
  return before.find((one) => replaced?.line.test(one) && isOriginal(one)) ?? null;
}

/** The line that setup wrote over; null where it is still there, commented out since the package brought it. */
function replacedBy(rule: LineRule, lines: readonly string[], copy: string | null): string | null {
  if (rule.replaced === undefined) return null;
  const original = lineOfCopy(rule, copy, (line) => !rule.added.test(line)) ?? rule.replaced.packaged;
  return original === null || lines.includes(original) ? null : original;
}

/** Only a copy tells that setup wrote over a line. */
function restored(rule: LineRule, lines: readonly string[], copy: string | null): LineEdit[] {
  const added = lines.find((line) => rule.added.test(line));
  const removed = lineOfCopy(rule, copy, () => true);
  return added === undefined || removed === null || lines.includes(removed) ? [] : [{ added, removed }];
}

/**
 * Edits that undo the lines of a text that match a rule. Above an added line stand the commented-out ones it replaced: the line of an
 * earlier setup (it matches the rule, too, and goes) and at last the original, which comes back.
 * @param copy text of the oldest copy of the file, for rules whose setup wrote over a line
 */
export function editsByRules(text: string, rules: readonly LineRule[], copy: string | null = null): LineEdit[] {
  const lines = splitLines(text, PLAIN_ENDS).map(({ body }) => body);
  const edits: LineEdit[] = [];
  for (const rule of rules) {
    if (rule.replaced?.packaged === null) {
      edits.push(...restored(rule, lines, copy));
      continue;
    }
    lines.forEach((line, at) => {
      const found = rule.added.exec(line);
      if (found === null) return;
      if (rule.secret) {
        edits.push({ added: found[0], removed: null, secret: true });
        return;
      }
      edits.push({ added: line, removed: replacedBy(rule, lines, copy) });
      for (let above = at - 1; above >= 0; above--) {
        const commented = lines[above] ?? '';
        const original = originalOf(commented, rule);
        if (original === null) break;
        const ours = rule.added.test(original);
        edits.push({ added: commented, removed: ours ? null : original });
        if (!ours) break;
      }
    });
  }
  return edits;
}
