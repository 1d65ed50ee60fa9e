/** What a run makes of its own is on disk with its name before its first step begins: the system calls of the built program, as strace sees them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Box } from '../e2e/harness.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';

const noStrace = passedOver('Names that are on disk', await whyNoProgram('strace'));

/** Names that were made, with the place of the call, and the directories that were waited for. `lines` is the trace of one thread. */
function namesIn(lines: readonly string[]): { made: Map<string, number>; synced: Map<string, number[]> } {
  const made = new Map<string, number>();
  const synced = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    if (!/ = \d/.test(line)) continue;
    const path =
      /\bmkdir\("([^"]+)"/.exec(line)?.[1] ??
      /\bopenat\(.*O_CREAT.* = \d+<([^>]+)>/.exec(line)?.[1] ??
      /\brename\("[^"]+", "([^"]+)"/.exec(line)?.[1];
    if (path !== undefined) made.set(path, at);
    const dir = /\bfsync\(\d+<([^>]+)>/.exec(line)?.[1];
    if (dir !== undefined) synced.set(dir, [...(synced.get(dir) ?? []), at]);
  }
  return { made, synced };
}

describe.skipIf(noStrace)('names of a run', () => {
  let box: Box;
  beforeAll(async () => {
    box = await Box.make();
  });
  afterAll(() => box?.destroy());

  it.each([false, true])('are on disk before its first step begins; --backup-dir: %s', async (elsewhere) => {
    const trace = join(box.dir, 'trace');
    const calls = 'trace=mkdir,openat,rename,fsync,write';
    const backups = join(box.dir, 'new/backups');
    const { report } = await box.json(elsewhere ? ['-ud', '--backup-dir', backups] : ['-ud'], {
      prefix: ['strace', '-f', '-y', '-qq', '-s', '200', '-e', calls, '-o', trace],
    });
    expect(report.outcome).toBe('ok');
    const lines = readFileSync(trace, 'latin1').split('\n');
    const begun = lines.findIndex((line) => /journal\.jsonl>, .*\\"event\\":\\"begin\\"/.test(line));
    expect(begun).toBeGreaterThan(0);
    const { made, synced } = namesIn(lines.slice(0, begun));
    const id = report.run!.id;
    const base = box.path('/var/lib/engine-cleanup');
    const names = [
      ...(elsewhere ? [join(box.dir, 'new'), backups, join(backups, id)] : [base, join(base, id, 'backup')]),
      join(base, id),
      join(base, id, 'plan.json'),
      join(base, id, 'journal.jsonl'),
    ];
    for (const name of names) {
      expect(made.has(name), `${name} is made`).toBe(true);
      const parent = name.slice(0, name.lastIndexOf('/'));
      const after = (synced.get(parent) ?? []).some((at) => at > made.get(name)!);
      expect(after, `${parent} is waited for after ${name} is made`).toBe(true);
    }
    // For the second run.
    if (!elsewhere) expect((await box.json(['restore', '-u'])).report.outcome).toBe('ok');
  });
});
