/** What a reader could not make sense of. A reader never throws: it says what was wrong and returns everything else. */

export interface Problem {
  /** The file, where the reader was told it. */
  path?: string;
  /** 1-based. */
  line: number;
  /**
   * `syntax`: the text is damaged there. `duplicate`: a name is given twice, the later one counts. `ignored`: readable, but nothing
   * that is known. `hostile`: a path that no setup writes; it is never acted on.
   */
  kind: 'syntax' | 'duplicate' | 'ignored' | 'hostile';
  /** A whole sentence that names the line. Never quotes a value or a line, as these may hold a password. */
  message: string;
}

/** True if the text itself is damaged, as opposed to merely holding something unexpected. */
export function isDamaged(problems: readonly Problem[]): boolean {
  return problems.some(({ kind }) => kind === 'syntax');
}
