/**
 * Runs one of PostgreSQL's programs: as the account that its login names, with the files it reads its password and CAs from as inherited descriptors, in an
 * environment without anything else of ours. What it writes can be had while it comes.
 */
import type { ChildProcess } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { exhaustedHint, HostError } from '../../model/errors.ts';
import { nameOf, parentOf } from '../../model/paths.ts';
import { libraryPath } from '../libraries.ts';
import type { ProgramLogin } from '../port.ts';
import { start } from '../start.ts';

/** Of what it says on standard error the end is kept: the first lines of a long list of complaints seldom name the cause. */
const STDERR_BYTES = 16 * 1024;

export interface ProgramCall {
  /** Path of the program. */
  file: string;
  args: readonly string[];
  login?: ProgramLogin | null;
  /**
   * Written to standard input; without it standard input is at its end. A stream is destroyed when the program wants no more of it, and as long as it has not ended
   * the program may be waiting for it: who writes to it watches over that.
   */
  input?: string | Readable;
  /** What it says on standard error, and every piece of input it takes, is a sign of life too: it is watched from its start to its end. */
  patient?: boolean;
  /** Longest wait for the next sign of life on standard output, or for the end, ms. */
  silenceMs: number;
  /** Asked when it has been silent for a while: a text that differs when it has gone on meanwhile. */
  activity?: () => Promise<string>;
  /** Ends it when the operator asks to stop. */
  signal?: AbortSignal;
}

export interface ProgramEnd {
  code: number | null;
  /** The last of what it said on standard error. */
  stderr: string;
  /** Why we ended it; null if it ended by itself. */
  ended: 'silence' | 'stop' | null;
}

/** So often it is looked at what a silent program does, in the time that it may be silent. */
const PARTS = 4;

/** Takes one piece of standard output; the next is read when it is done. */
export type Sink = (chunk: Buffer) => void | Promise<void>;

function environment(call: ProgramCall): Record<string, string> {
  return {
    PATH: `${parentOf(call.file)}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LC_ALL: 'C',
    HOME: '/',
    ...libraryPath(call.file),
    ...call.login?.env,
  };
}

function startProgram(call: ProgramCall): ChildProcess {
  const { account, fds } = call.login ?? { account: null, fds: [] };
  return start(call.file, call.args, {
    cwd: '/',
    // Not in the terminal's process group: Ctrl-C reaches us first, and we end it.
    detached: true,
    env: environment(call),
    stdio: [call.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...fds],
    ...(account === null || account.uid === process.getuid?.() ? {} : { uid: account.uid, gid: account.gid }),
  });
}

/**
 * Runs the program to its end, whatever its exit status.
 * @throws HostError if it cannot be started; and whatever the sink throws, after the program has ended
 */
export async function runProgram(call: ProgramCall, sink: Sink): Promise<ProgramEnd> {
  const child = startProgram(call);
  const exit = exitOf(child);
  child.stdin?.on('error', () => undefined); // it ended before it had read everything: its exit status tells
  // One flag: it is set for every piece that comes.
  let heard = false;
  const alive = (): void => {
    heard = true;
  };
  const sign = call.patient ? alive : (): void => undefined;
  const fed = feed(child.stdin, call.input, sign);
  let ended: ProgramEnd['ended'] = null;
  const end = (why: 'silence' | 'stop'): void => {
    ended ??= why;
    child.kill('SIGKILL');
    child.stdout?.destroy();
  };
  // As long as it is fed its silence is not its own.
  let watched = fed === null || call.patient === true;
  fed?.then(() => {
    watched = true;
    alive();
  });
  const wasHeard = (): boolean => {
    const was = heard || !watched;
    heard = false;
    return was;
  };
  const over = new AbortController();
  void isSilent(call, wasHeard, over.signal).then((silent) => silent && end('silence'));
  const stop = (): void => end('stop');
  call.signal?.addEventListener('abort', stop, { once: true });
  if (call.signal?.aborted) stop();
  const stderr = tailOf(child.stderr, sign);
  try {
    await consume(child.stdout, sink, alive);
    const outcome = await exit;
    if (outcome instanceof Error) throw cannotStart(call.file, outcome);
    return { code: outcome, stderr: stderr(), ended };
  } finally {
    over.abort();
    call.signal?.removeEventListener('abort', stop);
    if (call.input instanceof Readable) call.input.destroy();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

/** What it does now; null where nobody can tell in time. A server that does not answer is no sign of life. */
async function activityOf({ activity, silenceMs }: ProgramCall, over: AbortSignal): Promise<string | null> {
  if (!activity) return null;
  const answered = new AbortController();
  const signal = AbortSignal.any([over, answered.signal]);
  try {
    return await Promise.race([activity(), setTimeout(silenceMs / 2, null, { signal })]);
  } catch {
    return null;
  } finally {
    answered.abort();
  }
}

/**
 * Resolves with true when nothing was heard of it, nor seen that it goes on, for as long as that may be; with false when it is over before.
 * @param wasHeard whether there was a sign since it was asked last
 */
async function isSilent(call: ProgramCall, wasHeard: () => boolean, over: AbortSignal): Promise<boolean> {
  let before: string | null = null;
  let tells = true;
  try {
    for (let quiet = 1; quiet <= PARTS; quiet += 1) {
      await setTimeout(call.silenceMs / PARTS, null, { signal: over });
      if (wasHeard()) {
        [quiet, before, tells] = [0, null, true];
        continue;
      }
      const now: string | null = tells ? await activityOf(call, over) : null;
      tells = now !== null;
      const goesOn = before !== null && now !== null && now !== before;
      if (goesOn || wasHeard()) quiet = 0;
      before = now;
    }
    return !over.aborted;
  } catch {
    return false;
  }
}

/** Hands over the input; null if that is done at once. */
function feed(stdin: Writable | null, input: string | Readable | undefined, taken: () => void): Promise<void> | null {
  if (!(input instanceof Readable) || stdin === null) {
    stdin?.end(input);
    return null;
  }
  input.on('data', taken);
  // What the program does not want is its own business: its exit status tells.
  return pipeline(input, stdin).catch(() => undefined);
}

async function consume(stream: Readable | null, sink: Sink, alive: () => void): Promise<void> {
  if (stream === null) return;
  try {
    for await (const chunk of stream) {
      await sink(chunk as Buffer);
      alive();
    }
  } catch (error) {
    // Our own ending of the program closes the stream under the loop.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function tailOf(stream: Readable | null, heard: () => void): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_BYTES);
    heard();
  });
  return () => text;
}

function exitOf(child: ChildProcess): Promise<number | null | Error> {
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code));
  });
}

function cannotStart(file: string, cause: NodeJS.ErrnoException): HostError {
  return new HostError(`${file} cannot be run: ${cause.code ?? cause.message}.`, {
    hint: exhaustedHint(cause.code) ?? `Install PostgreSQL's client programs, or check ${file}.`,
    code: cause.code ?? null,
    cause,
  });
}

/** The last lines of a program's complaints, as one line, without its own name before each. */
export function complaint(file: string, stderr: string, lines = 3): string {
  const own = `${nameOf(file)}: `;
  return stderr
    .split('\n')
    .map((line) =>
      (line.startsWith(own) ? line.slice(own.length) : line).replace(/[\u0000-\u001f\u007f]+/g, ' ').trim(),
    )
    .filter((line) => line !== '')
    .slice(-lines)
    .join(' / ')
    .slice(0, 600);
}
