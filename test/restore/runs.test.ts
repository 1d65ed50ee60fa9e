/** Runs as their directories tell of them: what a full disk or a kill cut off counts as not there, and what is whole beside it stays usable. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planText } from '../../src/apply/run-directory.ts';
import { makeReport } from '../../src/report.ts';
import { chooseRun } from '../../src/restore/choose.ts';
import { readRun, readRuns } from '../../src/restore/runs.ts';
import { finished } from '../plan/facts.ts';
import { planFor } from '../plan/steps.ts';

const FIRST = '20260101T000000Z-aaaaaa';
const SECOND = '20260102T000000Z-bbbbbb';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-runs-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const plan = { ...planFor(finished()), backupDir: null };
const removal = plan.steps.find(({ destructive }) => destructive)!;
const PLAN = planText(plan);
const BEGIN = { event: 'begin', step: removal.id, kind: removal.kind, touches: [] };
const JOURNAL = [{ event: 'run-begin' }, BEGIN, { event: 'end', step: removal.id, status: 'done' }];
const REPORT = `${JSON.stringify(
  makeReport({ command: 'cleanup', version: '0.0.0', root: '/', outcome: 'ok', startedAt: 0 }),
  null,
  2,
)}\n`;

type Files = Partial<Record<'plan.json' | 'journal.jsonl' | 'report.json', string>>;

function write(id: string, files: Files): void {
  const dir = join(root, 'var/lib/engine-cleanup', id);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
}

function journalOf(...more: object[]): string {
  return [...JOURNAL, ...more].map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

const whole = (): Files => ({
  'plan.json': PLAN,
  'journal.jsonl': journalOf({ event: 'run-end', status: 'ok' }),
  'report.json': REPORT,
});

describe('a report that is empty or cut off', () => {
  it.each([
    ['empty', ''],
    ['cut off', REPORT.slice(0, REPORT.length / 2)],
    ['without its last bracket', REPORT.trimEnd().slice(0, -1)],
  ])('%s: is as if there were none, and the journal tells how the run ended', (_, report) => {
    write(FIRST, { ...whole(), 'report.json': report });
    expect(readRun(root, FIRST)).toMatchObject({ unknown: false, trouble: null, outcome: 'ok', plan: { root: '/' } });
    write(SECOND, { ...whole(), 'journal.jsonl': journalOf(), 'report.json': report });
    expect(readRun(root, SECOND)).toMatchObject({ unknown: false, trouble: null, outcome: 'unfinished' });
    expect(chooseRun(readRuns(root), null)?.id).toBe(SECOND);
  });

  it('that was not written at all is the same', () => {
    const { 'report.json': _, ...files } = whole();
    write(FIRST, { ...files, 'journal.jsonl': journalOf({ event: 'run-end', status: 'unready' }) });
    expect(readRun(root, FIRST)).toMatchObject({ unknown: false, trouble: null, outcome: 'unready' });
  });

  it.each(['{}', 'null', '[]', '{"schema":"engine-cleanup/report@1","outcome":7}'])(
    'is not one that says %s',
    (text) => {
      write(FIRST, { ...whole(), 'report.json': text });
      expect(readRun(root, FIRST)).toMatchObject({ unknown: true, trouble: expect.stringContaining('report.json') });
    },
  );
});

describe('a plan that is empty or cut off', () => {
  const cut = ['', PLAN.slice(0, PLAN.length / 2)];

  it.each(cut)('without a journal: the run ended before it began, and an earlier one is put back', (text) => {
    write(FIRST, whole());
    write(SECOND, { 'plan.json': text });
    expect(readRun(root, SECOND)).toMatchObject({ unknown: false, plan: null, outcome: 'unfinished' });
    expect(readRun(root, SECOND)?.trouble).toContain('ended before it began');
    expect(chooseRun(readRuns(root), null)?.id).toBe(FIRST);
  });

  it.each(cut)('beside a journal or a report: nobody can tell what the run did', (text) => {
    for (const name of ['journal.jsonl', 'report.json'] as const) {
      write(FIRST, { 'plan.json': text, [name]: whole()[name]! });
      expect(readRun(root, FIRST)).toMatchObject({ unknown: true, trouble: expect.stringContaining('plan.json') });
      rmSync(join(root, 'var/lib/engine-cleanup', FIRST), { recursive: true });
    }
  });

  it('is not one of another form, also without a journal', () => {
    write(FIRST, { 'plan.json': '{"schema":"engine-cleanup/plan@1"}' });
    expect(readRun(root, FIRST)).toMatchObject({ unknown: true });
  });
});
