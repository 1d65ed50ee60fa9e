/** The caller's terminal: where a text goes, whether it may have colour, and asking. */
import type { Readable, Writable } from 'node:stream';
import type { Refusal } from '../model/errors.ts';
import { type AskHow, openQuestions } from './ask.ts';
import { type Colors, colorsOf } from './view.ts';

export type Input = Readable & { isTTY?: boolean };
export type Output = Writable & { isTTY?: boolean; columns?: number };

export interface Streams {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  env: NodeJS.ProcessEnv;
}

export interface Terminal {
  /** Questions can be asked. */
  interactive: boolean;
  /** The conversation is on a terminal that can redraw a line. */
  live: boolean;
  /** Stream of the conversation, for the progress display. */
  stream: Output;
  colors: Colors;
  /** Columns to lay texts out for. */
  width: number;
  /** Conversation, plan and progress. */
  say(text: string): void;
  /** The result, on stdout: the closing report, or the one JSON document. */
  result(text: string): void;
  /** Errors, on stderr. */
  warn(text: string): void;
  /** Asks for yes or no. End of input is no; a stop signal rejects with InterruptedError. */
  ask(question: string, how?: AskHow): Promise<boolean>;
  /** Gives stdin back. May be called at any time, and again. */
  endQuestions(): void;
}

const NARROWEST = 60;
const WIDEST = 100;
const USUAL = 80;

/** A reader that went away (`| head`, a closed terminal) must not end a run in the middle of its work. */
function tolerate(stream: Output): void {
  stream.on('error', () => undefined);
}

function hasColor(stream: Output, env: NodeJS.ProcessEnv): boolean {
  // https://no-color.org: any value but an empty one counts.
  return stream.isTTY === true && env.TERM !== 'dumb' && (env.NO_COLOR === undefined || env.NO_COLOR === '');
}

/**
 * With `--json` stdout carries nothing but the document, so the conversation moves to stderr. It also does where stdout is a pipe and a person sits at stderr: a
 * question must be seen before it is answered.
 */
function conversation(streams: Streams, how: { json: boolean; unattended: boolean }): Output {
  const { stdin, stdout, stderr } = streams;
  if (how.json) return stderr;
  const asked = !how.unattended && stdin.isTTY === true && stdout.isTTY !== true && stderr.isTTY === true;
  return asked ? stderr : stdout;
}

function widthOf(stream: Output): number {
  const width = stream.columns ?? USUAL;
  // Some serial consoles report 0 columns.
  return width === 0 ? USUAL : Math.min(WIDEST, Math.max(NARROWEST, width));
}

export function openTerminal(
  streams: Streams,
  how: { json: boolean; color: boolean; unattended: boolean; stop?: AbortSignal },
): Terminal {
  const { stdin, stdout, stderr, env } = streams;
  tolerate(stdout);
  tolerate(stderr);
  const stream = conversation(streams, how);
  const questions = openQuestions(stdin, stream, how.stop);
  return {
    interactive: stdin.isTTY === true && stream.isTTY === true,
    live: stream.isTTY === true && env.TERM !== 'dumb',
    stream,
    colors: colorsOf(how.color && hasColor(stream, env)),
    width: widthOf(stream),
    say: (text) => void stream.write(text),
    result: (text) => void stdout.write(text),
    warn: (text) => void stderr.write(text),
    ask: questions.ask,
    endQuestions: questions.end,
  };
}

/** An interactive run without a terminal would hang, or take the end of its input for an answer: refused at once. `asks`: it would ask something. */
export function terminalRefusal(asks: boolean, terminal: Terminal): Refusal | null {
  if (!asks || terminal.interactive) return null;
  return {
    check: 'terminal',
    message: 'There is no terminal to ask questions on, and --unattended was not given. Nothing was changed.',
    hint: 'Run it on a terminal, or with -u (a cleanup then drops the databases) or -u -d (it keeps them).',
    forcible: false,
  };
}
