/**
 * Runs one program of the host to its end: an argument vector and never a shell, a fixed environment, a time limit and a limit of output. The program
 * leads a process group of its own, which a stop signal from the terminal does not reach: a run is stopped between two steps, not inside one.
 *
 * Written on `spawn`: a process library ends the child alone and waits until every holder of its pipes has closed them. Here the children of a hanging
 * script must end with it, and a daemon that a script started may keep the pipe for good.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { exhaustedHint, HostError } from '../model/errors.ts';
import { start } from './start.ts';

/** All that a program gets to see of our environment: where its own helpers are, and a language whose messages can be told apart. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/** Between SIGTERM and SIGKILL, ms. */
const KILL_AFTER_MS = 2000;
/** For what is still in the pipes when the program has ended, ms. More than that is a daemon that inherited them. */
const DRAIN_MS = 200;

const MIB = 1024 * 1024;

export interface RunOptions {
  /** What the program is to do, as words after "to" ("stop ovirt-engine"): stands in every error message, and so holds no secret. */
  purpose: string;
  timeoutMs: number;
  /** The way on when it fails. */
  hint?: string;
  /** Written to standard input; without it standard input is at its end. */
  input?: string;
  /** `discard`: for programs that start daemons, which would inherit the pipes and die of SIGPIPE later. Default `read`. */
  output?: 'read' | 'discard';
  /** Limit of standard output and of standard error, bytes. Default 64 MiB. */
  maxBytes?: number;
  /** Variables beside the fixed ones. Never a secret. */
  env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program and returns its result, whatever its exit status.
 * @throws HostError if it cannot be started, is ended by a signal, takes longer or says more than it may
 */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const output = options.output === 'discard' ? 'ignore' : 'pipe';
  const child = start(file, args, {
    cwd: '/',
    detached: true,
    env: { ...ENVIRONMENT, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', output, output],
  });
  const exit = exitOf(child);
  child.stdin?.on('error', () => undefined); // it ended before it had read everything: its exit status tells
  child.stdin?.end(options.input);
  const limit = new AbortController();
  const maxBytes = options.maxBytes ?? 64 * MIB;
  const outputs = [child.stdout, child.stderr].map((stream) => new Output(stream, maxBytes, limit));
  const timer = setTimeout(() => limit.abort('time'), options.timeoutMs);
  try {
    const ended = await Promise.race([exit, aborted(limit.signal)]);
    if (ended === null) {
      await endGroup(child.pid!);
      throw tooMuch(file, options, limit.signal.reason === 'time', maxBytes);
    }
    if (ended instanceof Error) throw cannotStart(file, options, ended);
    await Promise.race([Promise.all(outputs.map((one) => one.closed)), sleep(DRAIN_MS)]);
    const [stdout, stderr] = outputs.map((one) => one.text()) as [string, string];
    if (ended.signal !== null) throw failed(file, options, `was ended by ${ended.signal}`, stderr, ended.signal);
    return { code: ended.code ?? 0, stdout, stderr };
  } finally {
    clearTimeout(timer);
    for (const one of outputs) one.destroy();
    child.unref(); // one that not even SIGKILL ends (a dead disk) must not keep us waiting
  }
}

/** Runs a program that has to end with status 0, and returns its standard output. @throws HostError as `run`, and for any other status */
export async function runOrFail(file: string, args: readonly string[], options: RunOptions): Promise<string> {
  const result = await run(file, args, options);
  if (result.code === 0) return result.stdout;
  throw statusError(file, options, result);
}

/** The error of a program that ended with a status that means failure: its name, what it was to do, and the last thing it said. */
export function statusError(file: string, options: RunOptions, { code, stdout, stderr }: RunResult): HostError {
  return failed(file, options, `ended with status ${code}`, stderr.trim() === '' ? stdout : stderr, `exit ${code}`);
}

function failed(file: string, options: RunOptions, how: string, said: string, code: string): HostError {
  const line = lastLine(said);
  return new HostError(`${file}, run to ${options.purpose}, ${how}${line === '' ? '.' : `: ${line}`}`, {
    hint: options.hint ?? 'Mend what it complains about, then run this again.',
    code,
  });
}

function cannotStart(file: string, { purpose, hint }: RunOptions, cause: NodeJS.ErrnoException): HostError {
  const missing = cause.code === 'ENOENT';
  const why = missing ? 'it was not found' : (cause.code ?? cause.message);
  return new HostError(`${file}, needed to ${purpose}, cannot be run: ${why}.`, {
    hint: missing
      ? `Install the package that brings ${file}, then run this again.`
      : (exhaustedHint(cause.code) ?? hint ?? `Check ${file}.`),
    code: cause.code ?? null,
    cause,
  });
}

function tooMuch(file: string, { purpose, timeoutMs, hint }: RunOptions, time: boolean, maxBytes: number): HostError {
  const what = time ? `did not end within ${timeoutMs / 1000} s` : `wrote more than ${maxBytes} bytes`;
  return new HostError(`${file}, run to ${purpose}, ${what} and was ended.`, {
    hint: hint ?? (time ? 'Look why it hangs, or allow more time with --timeout.' : `Run ${file} by hand and look.`),
    code: time ? 'ETIMEDOUT' : 'ENOBUFS',
  });
}

/** The last line with text, without control characters, short enough for one line of a report. */
function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim());
  return (lines.findLast((line) => line !== '') ?? '').slice(0, 300);
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

function exitOf(child: ChildProcess): Promise<Exit | Error> {
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

/** SIGTERM to the program and everything it started, SIGKILL to what is left of them after a while. */
async function endGroup(leader: number): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  for (const deadline = Date.now() + KILL_AFTER_MS; Date.now() < deadline; await sleep(20))
    if (!signalGroup(leader, 0)) return;
  signalGroup(leader, 'SIGKILL');
}

/** False when the group has no member left; as long as it has one its number is not given to another. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** What comes out of one pipe, up to its limit. */
class Output {
  readonly closed: Promise<void>;
  readonly #stream: Readable | null;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Readable | null, maxBytes: number, limit: AbortController) {
    this.#stream = stream;
    this.closed = stream === null ? Promise.resolve() : new Promise((resolve) => stream.once('close', () => resolve()));
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > maxBytes) limit.abort('output');
      else this.#chunks.push(chunk);
    });
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  destroy(): void {
    this.#stream?.destroy();
  }
}
