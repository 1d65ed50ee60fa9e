/** Text from outside, made safe to show: a name may hold anything but a slash and NUL, a terminal obeys control characters. */

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * C0 and C1 controls (CSI among them), DEL, line and paragraph separators, marks that reorder what is shown (bidi), other invisible formatting
 * characters, and lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** The text with everything a terminal would obey, or hide, written out: `\n`, `\x1b`, `\u202e`. Always one line. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escaped(character));
}
