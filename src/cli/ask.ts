/** Questions with the answer yes or no. */
import type { Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { InterruptedError } from '../model/errors.ts';
import { interruption } from './stop.ts';

export interface AskHow {
  /** What an empty answer means; without one, an empty answer is asked again. */
  default?: boolean;
}

export interface Questions {
  ask(question: string, how?: AskHow): Promise<boolean>;
  end(): void;
}

/** The answer of one line; null if it is neither yes nor no. */
export function answerOf(line: string, fallback?: boolean): boolean | null {
  const word = line.trim().toLowerCase();
  if (word === '') return fallback ?? null;
  if (word === 'yes' || word === 'y') return true;
  return word === 'no' || word === 'n' ? false : null;
}

/** Lines of a stream as they are asked for; null at its end. One reader for all questions, so that what was typed ahead is not lost. */
class Lines {
  readonly #reader: Interface;
  readonly #lines: string[] = [];
  #waiting: ((line: string | null) => void) | null = null;
  #ended = false;

  constructor(reader: Interface) {
    this.#reader = reader;
    reader.on('line', (line) => this.#deliver(line));
    // A terminal that is gone (EIO) is the end of input, not a crash.
    reader.on('error', () => reader.close());
    reader.on('close', () => {
      this.#ended = true;
      this.#waiting?.(null);
      this.#waiting = null;
    });
  }

  #deliver(line: string): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  next(): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#reader.close();
  }
}

/**
 * Asks on `output` and reads answers from `input`. The terminal stays in its own line mode: it does the editing, and Ctrl-C reaches the process as
 * SIGINT, the same way during a question as during a step. Reading begins with the first question, not before.
 */
export function openQuestions(input: Readable, output: Writable, stop?: AbortSignal): Questions {
  let lines: Lines | null = null;
  const open = async (): Promise<Lines> => {
    if (lines === null) {
      const { createInterface } = await import('node:readline');
      lines = new Lines(createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY }));
    }
    return lines;
  };
  const ask = async (question: string, how: AskHow = {}): Promise<boolean> => {
    const hint = how.default === undefined ? '(yes/no)' : how.default ? '(yes/no) [yes]' : '(yes/no) [no]';
    if (stop?.aborted) throw new InterruptedError();
    const reader = await open();
    const stopped = interruption(stop);
    try {
      output.write(`${question} ${hint}: `);
      for (;;) {
        const line = await Promise.race([reader.next(), stopped.promise]);
        if (line === null) {
          output.write('\nEnd of input: taken as no.\n');
          return false;
        }
        const answer = answerOf(line, how.default);
        if (answer !== null) return answer;
        output.write(`Please answer yes or no ${hint}: `);
      }
    } catch (error) {
      output.write('\n');
      throw error;
    } finally {
      stopped.off();
    }
  };
  const end = (): void => {
    lines?.close();
    lines = null;
    input.pause();
  };
  return { ask, end };
}
