/** A page of plain text: headings, wrapped items, rows with a label. Everything put on it is made safe to show. */
import { printable } from './safe.ts';
import { pad, wrap } from './text.ts';
import type { View } from './view.ts';

type Paint = (text: string) => string;

const same: Paint = (text) => text;

export class Page {
  readonly #lines: string[] = [];
  readonly view: View;

  constructor(view: View) {
    this.view = view;
  }

  /** An empty line, unless one is there already. */
  gap(): this {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
    return this;
  }

  heading(text: string, paint: Paint = this.view.colors.bold): this {
    this.gap();
    this.#lines.push(paint(printable(text)));
    return this;
  }

  /** A paragraph, wrapped. */
  text(text: string, how: { indent?: number; paint?: Paint } = {}): this {
    const margin = ' '.repeat(how.indent ?? 2);
    const paint = how.paint ?? same;
    for (const line of wrap(printable(text), this.view.width - margin.length).split('\n'))
      this.#lines.push(margin + paint(line));
    return this;
  }

  /** A label in a column of its own, and a wrapped text beside it. */
  row(label: string, text: string, how: { width: number; indent?: number; paint?: Paint; textPaint?: Paint }): this {
    const margin = ' '.repeat(how.indent ?? 2);
    const paint = how.paint ?? same;
    const textPaint = how.textPaint ?? same;
    const column = how.width + 2;
    const [first = '', ...rest] = wrap(printable(text), this.view.width - margin.length - column).split('\n');
    const name = printable(label);
    this.#lines.push(`${margin}${paint(name)}${pad('', column - [...name].length)}${textPaint(first)}`);
    for (const line of rest) this.#lines.push(margin + ' '.repeat(column) + textPaint(line));
    return this;
  }

  /** A path or a command, to be copied: never broken over lines. */
  command(text: string, how: { indent?: number; paint?: Paint } = {}): this {
    this.#lines.push(' '.repeat(how.indent ?? 4) + (how.paint ?? same)(printable(text)));
    return this;
  }

  /** One line as it is, words that are fixed elsewhere. */
  literal(text: string): this {
    this.#lines.push(text);
    return this;
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
