/** Whether a database is as its dump says: both as text. The dump of a database and the text of one that was filled from it are the same. */
import { createHash } from 'node:crypto';
import { HostError, InterruptedError } from '../../model/errors.ts';
import type { ProgramLogin } from '../port.ts';
import { type DumpReader, readDump } from './fill.ts';
import { complaint, runProgram } from './program.ts';

/** Lines that differ between two texts of the same database: versions of the programs, and the key that newer ones draw for each text. */
const VOLATILE = /^(?:-- Dumped (?:from|by) .*|\\(?:un)?restrict .*)$/;

/** Hashes a text line by line, without the volatile ones. */
class TextHash {
  readonly #hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): void {
    const whole = Buffer.concat([this.#rest, chunk]);
    const cut = whole.lastIndexOf(10) + 1;
    this.#rest = whole.subarray(cut);
    this.#put(whole.subarray(0, cut));
  }

  #put(lines: Buffer): void {
    const text = lines.toString('latin1');
    if (!text.includes('-- Dumped ') && !text.includes('restrict ')) {
      this.#hash.update(lines);
      return;
    }
    const kept = text.split('\n').filter((line) => !VOLATILE.test(line));
    this.#hash.update(Buffer.from(kept.join('\n'), 'latin1'));
  }

  digest(): string {
    this.#put(this.#rest);
    return this.#hash.digest('hex');
  }
}

export interface Comparison extends DumpReader {
  pgDump: string;
  login: ProgramLogin;
  place: string;
  exclude: readonly string[];
  /** What it does on the server (activity.ts). */
  activity(): Promise<string>;
}

async function textOfDatabase(comparison: Comparison): Promise<string> {
  const { pgDump, login, place, exclude, timeoutMs, signal, activity } = comparison;
  const text = new TextHash();
  const args = ['--no-password', `--lock-wait-timeout=${timeoutMs}`, ...exclude, `--dbname=${login.connection}`];
  const end = await runProgram({ file: pgDump, args, login, silenceMs: timeoutMs, activity, signal }, (chunk) =>
    text.take(chunk),
  );
  if (end.ended === 'stop') throw new InterruptedError();
  if (end.code === 0 && end.ended === null) return text.digest();
  throw new HostError(`${place} cannot be compared with its dump: ${complaint(pgDump, end.stderr) || 'no answer'}.`, {
    hint: 'Mend the cause, then run engine-cleanup restore again.',
  });
}

/** @throws HostError if one of the two cannot be read */
export async function isAsDumped(comparison: Comparison): Promise<boolean> {
  const dumped = new TextHash();
  await readDump(comparison, ['--file=-'], (chunk) => dumped.take(chunk));
  return dumped.digest() === (await textOfDatabase(comparison));
}
