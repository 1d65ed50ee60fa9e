/** The table release and place × sequence of a test run, and the components that each host has. A sequence that was not run says so, and one that a release or place does not have. */
/** Whether there is such a sequence on the host of a column. */
type Has = (sequence: string, column: string) => boolean;

export class Matrix {
  readonly #sequences: readonly string[];
  readonly #columns: readonly string[];
  readonly #hosts: ReadonlyMap<string, readonly string[]>;
  readonly #has: Has;
  readonly #cells = new Map<string, string>();
  readonly #started = performance.now();

  constructor(sequences: readonly string[], hosts: ReadonlyMap<string, readonly string[]>, has: Has) {
    this.#sequences = sequences;
    this.#columns = [...hosts.keys()];
    this.#hosts = hosts;
    this.#has = has;
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
        ...this.#columns.map(
          (column) => this.#cells.get(`${name}\n${column}`) ?? (this.#has(name, column) ? 'not run' : '-'),
        ),
      ]),
    ];
    const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
    const line = (row: string[]): string => `| ${row.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`;
    const [head, ...body] = rows.map(line);
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(0);
    const components = [...this.#hosts].map(([column, names]) => `${column}: ${names.join(', ')}`);
    process.stdout.write(
      `\n${[head, rule, ...body, '', ...components].join('\n')}\n\n${this.#cells.size} sequences in ${seconds} s\n`,
    );
  }
}
