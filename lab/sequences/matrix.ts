/** The table release and place × sequence of a test run. A sequence that was not run says so. */
export class Matrix {
  readonly #sequences: readonly string[];
  readonly #columns: readonly string[];
  readonly #cells = new Map<string, string>();
  readonly #started = performance.now();

  constructor(sequences: readonly string[], columns: readonly string[]) {
    this.#sequences = sequences;
    this.#columns = columns;
  }

  /** Runs one sequence, and writes down how it ended and how long it took. */
  async time(sequence: string, column: string, run: () => Promise<void>): Promise<void> {
    const begun = performance.now();
    let mark = 'FAILED';
    try {
      await run();
      mark = 'passed';
    } finally {
      const cell = `${mark} ${((performance.now() - begun) / 1000).toFixed(1)} s`;
      this.#cells.set(`${sequence}\n${column}`, cell);
    }
  }

  print(): void {
    const rows = [
      ['sequence', ...this.#columns],
      ...this.#sequences.map((name) => [
        name,
        ...this.#columns.map((column) => this.#cells.get(`${name}\n${column}`) ?? 'not run'),
      ]),
    ];
    const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
    const line = (row: string[]): string => `| ${row.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`;
    const [head, ...body] = rows.map(line);
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(0);
    process.stdout.write(`\n${[head, rule, ...body].join('\n')}\n\n${this.#cells.size} sequences in ${seconds} s\n`);
  }
}
