import { describe, expect, test } from 'vitest';
import type { RunLog } from '../../src/cli/log.ts';
import { bytesText, liveLine, openProgress, withLog } from '../../src/cli/progress.ts';
import { colorsOf } from '../../src/cli/view.ts';
import type { Step } from '../../src/model/plan.ts';
import { Sink } from './samples.ts';

function step(title: string): Step {
  return {
    kind: 'roles-dump',
    id: title,
    title,
    target: '',
    needs: [],
    destructive: false,
    server: { socket: 5432 },
    roles: [],
    databases: [],
    file: title,
  };
}

const DUMP = step('Back up database "engine" on localhost:5432');

function screen(live: boolean, color = false): { sink: Sink; display: ReturnType<typeof openProgress>; stop(): void } {
  const sink = live ? Sink.terminal() : new Sink();
  const stop = new AbortController();
  const display = openProgress({ live, stream: sink, colors: colorsOf(color) }, stop.signal);
  return { sink, display, stop: () => stop.abort() };
}

/** What is seen on a terminal after everything was written: text after the last carriage return of each line. */
function seen(text: string): string[] {
  return text.split('\n').map((line) => line.slice(line.lastIndexOf('\r') + 1).replaceAll('\x1b[K', ''));
}

describe('progress on a pipe', () => {
  test('tells of a step when it begins, and how it ended', () => {
    const { sink, display } = screen(false);
    display.wait('Looking at the host');
    display.begin(DUMP, 2, 21);
    expect(sink.text).toBe('[ 3/21] Back up database "engine" on localhost:5432\n');
    display.bytes(1000, 2000);
    display.end(DUMP, 'done', 3210, null);
    display.begin(step('Stop ovirt-engine'), 3, 21);
    display.end(step('Stop ovirt-engine'), 'already', 3, null);
    display.begin(step('Clear it'), 20, 21);
    display.end(step('Clear it'), 'failed', 10, 'no answer\nfrom \x1b[31mserver');
    display.end(step('Remove the marker'), 'blocked', 0, 'needs Clear it');
    display.clear();
    expect(sink.text.split('\n').slice(1)).toEqual([
      '        done: 3.2 s',
      '[ 4/21] Stop ovirt-engine',
      '        already: nothing left to do',
      '[21/21] Clear it',
      '        FAILED: no answer\\nfrom \\x1b[31mserver',
      '        Remove the marker',
      '        left: needs Clear it',
      '',
    ]);
  });

  test('says at once that a stop was heard, and nothing when no step runs', () => {
    const { sink, display, stop } = screen(false);
    display.begin(DUMP, 0, 1);
    stop();
    expect(sink.text.split('\n')[1]).toBe('      stopping after this step, as asked');
    const idle = screen(false);
    idle.stop();
    expect(idle.sink.text).toBe('');
  });
});

describe('progress on a terminal', () => {
  test('redraws one line, and leaves one line for each step', () => {
    const { sink, display } = screen(true);
    display.wait('Looking at the host');
    expect(seen(sink.text).at(-1)).toMatch(/^ {2}[|/\\-] Looking at the host {2}0 s$/);
    display.begin(DUMP, 2, 21);
    expect(seen(sink.text)).toHaveLength(1);
    expect(seen(sink.text).at(-1)).toMatch(
      /^ {2}[|/\\-] {2}3\/21 {2}Back up database "engine" on localhost:5432 {2}0 s$/,
    );
    display.bytes(3_100_000, 21_000_000);
    display.end(DUMP, 'done', 3210, null);
    display.end(step('Remove the marker'), 'blocked', 0, 'needs '.repeat(50));
    const lines = seen(sink.text);
    expect(lines).toEqual([
      '  done     Back up database "engine" on localhost:5432  3.1 MB, 3.2 s',
      expect.stringMatching(/^ {2}left {5}Remove the marker {2}needs .*\.\.\.$/),
      '',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says that a stop was heard', () => {
    const { sink, display, stop } = screen(true);
    display.begin(DUMP, 0, 1);
    stop();
    expect(seen(sink.text).at(-1)).toContain('Stopping after: Back up');
    display.clear();
    expect(seen(sink.text).at(-1)).toBe('');
  });

  test('obeys nothing that stands in a title', () => {
    const { sink, display } = screen(true);
    display.begin(step('Drop "\x1b[2J\u202e\x9b"'), 0, 1);
    display.end(step('Drop "\x1b[2J\u202e\x9b"'), 'done', 1, null);
    expect(sink.text.replaceAll('\x1b[K', '')).not.toMatch(/[\x1b\x9b\u202e]/);
  });

  test('has colour only where there is some', () => {
    const plain = screen(true);
    plain.display.end(DUMP, 'failed', 0, 'x');
    expect(plain.sink.text).not.toMatch(/\x1b\[\d/);
    const colored = screen(true, true);
    colored.display.end(DUMP, 'failed', 0, 'x');
    expect(colored.sink.text).toContain('\x1b[31m');
  });
});

describe('the numbers', () => {
  test.each([
    [0, 21_000_000, '0 bytes of 21 MB (0 %)'],
    [3_100_000, 21_000_000, '3.1 MB of 21 MB (14 %)'],
    [20_999_999, 21_000_000, '21 MB of 21 MB (99 %)'],
    [30_000_000, 21_000_000, '30 MB of 30 MB (100 %)'],
    [500, null, '500 bytes'],
    [500, 0, '500 bytes'],
  ])('%d of %s', (done, expected, text) => {
    expect(bytesText(done, expected)).toBe(text);
  });

  test('stay where the title has to give way, and the line never breaks', () => {
    const running = { title: 'x'.repeat(200), place: '3/21', since: 0, bytes: '3.1 MB of 21 MB (14 %)' };
    for (const width of [10, 20, 40, 80, 120]) {
      const line = liveLine(running, 75_000, '|', width);
      expect(line.length, String(width)).toBeLessThan(width);
      if (width >= 80) expect(line).toMatch(/\.\.\. {2}3\.1 MB of 21 MB \(14 %\) {2}1 min 15 s$/);
    }
  });
});

test('the log hears of every step too', () => {
  const lines: string[] = [];
  const log: RunLog = { path: '', trouble: null, line: (text) => lines.push(text), block() {}, close() {} };
  const { sink, display } = screen(false);
  const both = withLog(display, log);
  both.begin(DUMP, 0, 2);
  both.end(DUMP, 'done', 1500, null);
  both.end(step('Clear it'), 'blocked', 0, 'needs Back up');
  expect(lines).toEqual([
    '1/2 begin    Back up database "engine" on localhost:5432',
    'done    Back up database "engine" on localhost:5432: 1.5 s',
    'left    Clear it: needs Back up',
  ]);
  expect(sink.text).toContain('Back up database');
});
