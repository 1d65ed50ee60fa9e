/** Laying out plain text: sizes, times, counts, wrapped and indented paragraphs. Pure. */

/** `1 file`, `3 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** A size to read, in powers of 1000 as disks and `ls --si` have them: `21 MB`, `1.4 GB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A time to read: `0.3 s`, `12 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${String(seconds % 60).padStart(2, '0')} s`;
  return minutes < 60
    ? `${minutes} min ${rest}`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Columns a text takes: letters of scripts two columns wide are rare in paths, and only misalign. */
function columns(text: string): number {
  return [...text].length;
}

/**
 * Breaks a text at blanks into lines of at most `width` columns, the first after `first`, the others after `rest`. A word that is longer (a path)
 * gets a line of its own and is never broken: it must stay something that can be copied.
 */
export function wrap(text: string, width: number, first = '', rest = ' '.repeat(columns(first))): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (!empty && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  if (!empty || lines.length === 0) lines.push(line);
  return lines.map((one) => one.trimEnd()).join('\n');
}

/** Cuts a text to `width` columns, marking the cut. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 3
    ? characters.slice(0, Math.max(0, width)).join('')
    : `${characters.slice(0, width - 3).join('')}...`;
}

/** Pads on the right to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}
