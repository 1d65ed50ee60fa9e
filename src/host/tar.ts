/** One run of the host's GNU tar: fed, read, watched for progress and ended. It is given no shell, no environment of ours and no terminal. */
import { pipeline as join, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exhaustedHint, HostError, InterruptedError } from '../model/errors.ts';
import { codeOf } from './files/errors.ts';
import { start } from './start.ts';

export interface TarRun {
  /** Path of the program. */
  tar: string;
  args: readonly string[];
  /** What it does, for messages: "backing up the files". */
  doing: string;
  /** Longest time without a byte in or out, ms. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** What writing to a program that has ended its input fails with. */
const CLOSED: readonly string[] = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];

/** The most that is kept of what tar says, characters. */
const MOST = 16_384;

/**
 * Runs tar with `input` on its standard input and hands its standard output to `consume`. Resolves with what it said on standard error when it ended
 * with 0; else a HostError, with tar ended. Aborted by the signal: an InterruptedError.
 */
export async function runTar(
  run: TarRun,
  input: Iterable<Buffer> | AsyncIterable<Buffer>,
  consume: (output: AsyncIterable<Buffer>) => Promise<void>,
): Promise<string> {
  if (run.signal.aborted) throw new InterruptedError();
  const child = start(run.tar, run.args, { stdio: ['pipe', 'pipe', 'pipe'], env: { LC_ALL: 'C' } });
  const { stdin, stdout } = child;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(startError(run, error)));
    child.once('close', (code, signal) => (code === 0 ? resolve() : reject(tarError(run, code ?? signal, said))));
  });
  if (stdin === null || stdout === null) {
    await ended;
    return said;
  }
  const watch = watchdog(run);
  // A tar that ends early closes its input: what it said on ending is the error to tell.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  const fed = pipeline(Readable.from(input), watch.passing(), stdin).catch((error: unknown) => {
    if (!CLOSED.includes(codeOf(error) ?? '')) throw error;
  });
  const read = consume(join(stdout, watch.passing(), () => undefined));
  try {
    await Promise.race([watch.failed, Promise.all([fed, read, ended])]);
    return said.trim();
  } finally {
    watch.end();
    // A tar that a dead disk holds cannot be killed; this process must be able to end all the same.
    child.kill('SIGKILL');
    child.unref();
    for (const stream of child.stdio) stream?.destroy();
    ended.catch(() => undefined);
    // Whoever consumes must have stopped before the caller closes its file: the number of a closed file is soon another file's.
    await Promise.allSettled([fed, read]);
  }
}

/** Fails when nothing passes for too long, or when the signal is aborted. It does not wait for tar, which a dead disk may hold for ever. */
function watchdog({ doing, timeoutMs, signal }: TarRun) {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const stalled = (): void =>
    fail(
      new HostError(`tar made no progress for ${Math.round(timeoutMs / 1000)} s while ${doing}. It was ended.`, {
        hint: 'See whether a disk or a file server hangs (dmesg), or give more time with --timeout, and run engine-cleanup again.',
        code: 'ETIMEDOUT',
      }),
    );
  const timer = setTimeout(stalled, timeoutMs);
  const stop = (): void => fail(new InterruptedError());
  signal.addEventListener('abort', stop, { once: true });
  return {
    failed,
    passing: () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          timer.refresh();
          done(null, chunk);
        },
      }),
    end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}

function startError({ tar, doing }: TarRun, error: Error): HostError {
  return new HostError(`${tar} cannot be started for ${doing}: ${error.message}.`, {
    hint: exhaustedHint(codeOf(error)) ?? 'Install GNU tar, then run engine-cleanup again.',
    code: codeOf(error),
    cause: error,
  });
}

function tarError({ doing }: TarRun, status: number | NodeJS.Signals | null, said: string): HostError {
  const lines = said.trim().split('\n').slice(0, 3).join('; ');
  return new HostError(`tar failed while ${doing} (exit ${status}): ${lines || 'it gave no reason'}.`, {
    hint: 'Mend the cause, then run engine-cleanup again.',
    code: `exit ${status}`,
  });
}
