import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Input, openTerminal, terminalRefusal } from '../../src/cli/terminal.ts';
import { Sink } from './samples.ts';

interface Where {
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  env?: NodeJS.ProcessEnv;
  columns?: number;
}

function open(where: Where, how: Partial<{ json: boolean; color: boolean; unattended: boolean }> = {}) {
  const stream = (tty: boolean | undefined): Sink => (tty === true ? (Sink.terminal() as Sink) : new Sink());
  const [stdout, stderr] = [stream(where.stdout), stream(where.stderr)];
  if (where.columns !== undefined) stdout.columns = where.columns;
  const stdin: Input = new PassThrough();
  stdin.isTTY = where.stdin === true;
  const streams = { stdin, stdout, stderr, env: where.env ?? { TERM: 'xterm' } };
  return {
    terminal: openTerminal(streams, { json: false, color: true, unattended: false, ...how }),
    stdout,
    stderr,
  };
}

const ALL = { stdin: true, stdout: true, stderr: true };

describe('colour', () => {
  const colored = (where: Where, how = {}): boolean => open(where, how).terminal.colors.red('x') !== 'x';

  test('is on a terminal, and nowhere else', () => {
    expect(colored(ALL)).toBe(true);
    expect(colored({})).toBe(false);
    expect(colored({ ...ALL, stdin: false })).toBe(true);
  });

  test.each([
    [{ NO_COLOR: '1', TERM: 'xterm' }, false],
    [{ NO_COLOR: '0', TERM: 'xterm' }, false],
    [{ NO_COLOR: '', TERM: 'xterm' }, true],
    [{ TERM: 'dumb' }, false],
    [{ CI: 'true', TERM: 'xterm' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'xterm' }, false],
  ])('with %j: %s', (env, on) => {
    expect(colored({ ...ALL, env })).toBe(on);
  });

  test('is switched off by --no-color, and never forced on to a pipe', () => {
    expect(colored(ALL, { color: false })).toBe(false);
    expect(colored({ env: { FORCE_COLOR: '1', TERM: 'xterm' } })).toBe(false);
  });
});

describe('the conversation', () => {
  test('is on stdout, and on stderr where stdout carries a document or a pipe', () => {
    const plain = open(ALL);
    plain.terminal.say('question');
    expect([plain.stdout.text, plain.stderr.text]).toEqual(['question', '']);
    const json = open(ALL, { json: true });
    json.terminal.say('question');
    json.terminal.result('{}');
    expect([json.stdout.text, json.stderr.text]).toEqual(['{}', 'question']);
    const piped = open({ ...ALL, stdout: false });
    piped.terminal.say('question');
    expect(piped.stderr.text).toBe('question');
    expect(piped.terminal.interactive).toBe(true);
    const unattended = open({ ...ALL, stdout: false }, { unattended: true });
    unattended.terminal.say('step');
    expect(unattended.stdout.text).toBe('step');
  });

  test('redraws a line only where a terminal can', () => {
    expect(open(ALL).terminal.live).toBe(true);
    expect(open({ ...ALL, env: { TERM: 'dumb' } }).terminal.live).toBe(false);
    expect(open({}).terminal.live).toBe(false);
  });

  test.each([
    [80, 80],
    [200, 100],
    [20, 60],
    [0, 80],
  ])('on %d columns is laid out for %d', (columns, width) => {
    expect(open({ ...ALL, columns }).terminal.width).toBe(width);
  });

  test('survives a reader that goes away', () => {
    const { stdout } = open({});
    expect(() => stdout.emit('error', new Error('EPIPE'))).not.toThrow();
  });
});

describe('without a terminal', () => {
  const refusal = (where: Where, asks = true) => terminalRefusal(asks, open(where, { unattended: !asks }).terminal);

  test('an interactive run is refused at once, and says what to do', () => {
    expect(refusal({ stdout: true, stderr: true })).toMatchObject({ check: 'terminal', forcible: false });
    expect(refusal({ stdin: true })?.hint).toMatch(/-u .*-u -d/);
    expect(refusal(ALL)).toBeNull();
    expect(refusal({ stdin: true, stderr: true })).toBeNull();
  });

  test('everything that asks nothing works', () => {
    expect(refusal({}, false)).toBeNull();
  });
});
