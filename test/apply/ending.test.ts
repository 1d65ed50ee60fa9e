/** The last words of a run: what cannot be written any more is told, and changes nothing of how the run ended. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeRun, unchecked } from '../../src/apply/ending.ts';
import { openJournal } from '../../src/apply/journal.ts';
import { Vault } from '../../src/model/credentials.ts';
import { HostError } from '../../src/model/errors.ts';
import { makeReport } from '../../src/report.ts';
import { Fakes, SECRET } from './fakes.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-ending-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const report = makeReport({
  command: 'cleanup',
  version: '0.0.0',
  root: '/',
  outcome: 'ok',
  startedAt: 0,
  warnings: [{ code: 'one', message: 'one' }],
});

describe('the end of a run', () => {
  it('is the last line of its journal and report.json', () => {
    expect(closeRun(dir, openJournal(join(dir, 'journal.jsonl')), report)).toEqual(report);
    expect(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'))).toEqual(report);
    expect(JSON.parse(readFileSync(join(dir, 'journal.jsonl'), 'utf8'))).toMatchObject({
      event: 'run-end',
      status: 'ok',
    });
  });

  it('stays what it was where the journal fails, and report.json says that too', () => {
    const fakes = new Fakes();
    fakes.onJournal = () => {
      throw new Error('EIO: i/o error, fsync');
    };
    const told = closeRun(dir, fakes.journal, report);
    expect(told).toMatchObject({ outcome: 'ok', exitCode: 0 });
    expect(told.warnings).toEqual([
      ...report.warnings,
      { code: 'run-directory', message: expect.stringContaining(`${dir} holds`) },
    ]);
    expect(told.warnings.at(-1)!.message).toContain('EIO: i/o error, fsync');
    expect(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'))).toEqual(told);
  });

  it('stays what it was where report.json cannot be made', () => {
    mkdirSync(join(dir, 'report.json'));
    const told = closeRun(dir, openJournal(join(dir, 'journal.jsonl')), report);
    expect(told).toMatchObject({ outcome: 'ok', exitCode: 0 });
    expect(told.warnings.slice(1)).toMatchObject([{ code: 'run-directory' }]);
    expect(told.warnings.at(-1)!.message).toContain('report.json');
  });
});

it('a host that cannot be looked at again is not ready, with the reason, the way on and no password', () => {
  const vault = new Vault();
  vault.put(SECRET);
  const error = new HostError(`/etc/x cannot be read: ${SECRET}`, { hint: 'mend it' });
  expect(unchecked(error, vault, '/log')).toEqual({
    ready: false,
    checks: [
      {
        id: 'closing-check',
        ok: false,
        detail: 'What engine-setup will find could not be checked: /etc/x cannot be read: ***',
        severity: 'obstacle',
        hint: 'mend it',
      },
    ],
  });
  expect(unchecked(new TypeError('x is not a function'), vault, '/log').checks[0]!.hint).toContain('/log');
});
