/**
 * Progress on the screen. On a terminal one line is redrawn while a step runs; elsewhere each step gets a line when it begins, so that whoever follows a pipe or
 * a journal sees what a run is waiting for, and one when it has ended.
 *
 * Written here, not taken from a spinner library: those decide by CI and COLORTERM whether a stream is a terminal, hide the cursor, and patch the
 * streams of the whole process; a line that is redrawn needs none of that.
 */
import type { Progress } from '../apply/execute.ts';
import type { Step } from '../model/plan.ts';
import type { StepStatus } from '../model/report.ts';
import type { RunLog } from './log.ts';
import { printable } from './safe.ts';
import type { Terminal } from './terminal.ts';
import { cut, duration, pad, size } from './text.ts';
import type { Colors } from './view.ts';

/** Progress that can also say that something without steps goes on. */
export interface Display extends Progress {
  /** Shows, on a terminal only, what is being waited for; the next output takes it away. */
  wait(text: string): void;
  /** Takes away what is only there for the moment. Before anything else is written to the same stream. */
  clear(): void;
}

/** What of a terminal the display needs. */
export type Screen = Pick<Terminal, 'live' | 'stream' | 'colors'>;

const FRAMES = ['|', '/', '-', '\\'];
const FRAME_MS = 120;
const ERASE = '\r\x1b[K';

const LABELS: Record<StepStatus, string> = {
  planned: 'planned',
  done: 'done',
  already: 'already',
  failed: 'FAILED',
  blocked: 'left',
  skipped: 'left',
};

/** Widest label, so that titles stand in one column. */
const LABEL_WIDTH = 7;

function paintOf(colors: Colors, status: StepStatus): (text: string) => string {
  if (status === 'failed') return (text) => colors.bold(colors.red(text));
  if (status === 'done') return colors.green;
  return status === 'already' ? colors.dim : colors.yellow;
}

/** `3.1 MB of 21 MB (15 %)`. A dump may well be larger than its database was, but nothing is more than done. */
export function bytesText(done: number, expected: number | null): string {
  if (expected === null || expected <= 0) return size(done);
  const percent = Math.min(100, Math.floor((done / expected) * 100));
  return `${size(done)} of ${size(Math.max(done, expected))} (${percent} %)`;
}

/** `7/21`, as wide for every step. */
function place(index: number, total: number): string {
  return `${String(index + 1).padStart(String(total).length)}/${total}`;
}

function secondsText(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s` : duration(ms);
}

interface Running {
  title: string;
  place: string;
  since: number;
  bytes: string;
}

/** One line for a terminal, without colour: the title gives way, the numbers stay. */
export function liveLine(running: Running, now: number, frame: string, width: number): string {
  const tail = [running.bytes, secondsText(now - running.since)].filter((part) => part !== '').join('  ');
  const head = running.place === '' ? `  ${frame} ` : `  ${frame} ${running.place}  `;
  const room = width - 1 - head.length - tail.length - 2;
  // A terminal that is too narrow for both shows what goes on, not how long.
  if (room < 12) return cut(head + running.title, width - 1);
  return `${head}${cut(running.title, room)}  ${tail}`;
}

function endText(status: StepStatus, ms: number, error: string | null): string {
  if (status === 'failed') return error === null ? 'failed' : printable(error);
  if (status === 'blocked') return error === null ? '' : printable(error);
  if (status === 'already') return 'nothing left to do';
  // What took no time to speak of needs no number.
  return ms < 100 ? '' : duration(ms);
}

/** A display that redraws one line. */
function liveDisplay(screen: Screen, stop: AbortSignal | undefined): Display {
  const { stream, colors } = screen;
  let running: Running | null = null;
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;
  let drawn = false;
  const draw = (): void => {
    if (running === null) return;
    frame += 1;
    const shown = stop?.aborted ? { ...running, title: `Stopping after: ${running.title}` } : running;
    const line = liveLine(shown, performance.now(), FRAMES[frame % FRAMES.length] ?? '', stream.columns || 80);
    stream.write(ERASE + (stop?.aborted ? colors.yellow(line) : line));
    drawn = true;
  };
  const clear = (): void => {
    clearInterval(timer);
    timer = undefined;
    running = null;
    if (drawn) stream.write(ERASE);
    drawn = false;
  };
  const show = (title: string, at: string): void => {
    clear();
    running = { title: printable(title), place: at, since: performance.now(), bytes: '' };
    draw();
    timer = setInterval(draw, FRAME_MS);
    timer.unref();
  };
  stop?.addEventListener('abort', draw, { once: true });
  return {
    wait: (text) => show(text, ''),
    clear,
    begin: (step, index, total) => show(step.title, place(index, total)),
    bytes(done, expected) {
      if (running !== null) running.bytes = bytesText(done, expected);
    },
    end(step, status, ms, error) {
      const moved = running?.bytes ?? '';
      clear();
      const label = paintOf(colors, status)(LABELS[status]) + pad('', LABEL_WIDTH - LABELS[status].length);
      const facts = [status === 'done' ? moved.replace(/ of .*$/, '') : '', endText(status, ms, error)];
      const tail = facts.filter((part) => part !== '').join(', ');
      // A long error is cut: the closing report has it whole.
      const room = Math.max(20, (stream.columns || 80) - LABEL_WIDTH - 4);
      const text = cut([printable(step.title), tail].filter((part) => part !== '').join('  '), room);
      stream.write(`  ${label}  ${text}\n`);
    },
  };
}

/** A display of whole lines, for pipes, files, journals and terminals that cannot redraw. */
function plainDisplay(screen: Screen, stop: AbortSignal | undefined): Display {
  const { stream, colors } = screen;
  let margin = '';
  let running = false;
  stop?.addEventListener('abort', () => {
    if (running) stream.write(`${margin}stopping after this step, as asked\n`);
  });
  return {
    wait() {},
    clear() {},
    begin(step, index, total) {
      const at = `[${place(index, total)}] `;
      margin = ' '.repeat(at.length);
      running = true;
      stream.write(`${at}${printable(step.title)}\n`);
    },
    bytes() {},
    end(step, status, ms, error) {
      // A step that was never begun has no line yet.
      if (!running) stream.write(`${margin}${printable(step.title)}\n`);
      running = false;
      const text = endText(status, ms, error);
      stream.write(`${margin}${paintOf(colors, status)(LABELS[status])}${text === '' ? '' : `: ${text}`}\n`);
    },
  };
}

/** The display for a terminal or whatever stands in for one. `stop`: the stop signal; that it was heard is shown at once. */
export function openProgress(screen: Screen, stop?: AbortSignal): Display {
  return screen.live ? liveDisplay(screen, stop) : plainDisplay(screen, stop);
}

/** Tells the log of every step too. */
export function withLog(progress: Progress, log: RunLog): Progress {
  return {
    begin(step: Step, index: number, total: number) {
      log.line(`${place(index, total)} begin    ${step.title}`);
      progress.begin(step, index, total);
    },
    bytes: (done, expected) => progress.bytes(done, expected),
    end(step, status, ms, error) {
      const text = endText(status, ms, error);
      log.line(`${pad(LABELS[status], LABEL_WIDTH)} ${step.title}${text === '' ? '' : `: ${text}`}`);
      progress.end(step, status, ms, error);
    },
  };
}
