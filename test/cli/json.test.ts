import { describe, expect, test } from 'vitest';
import { toJson } from '../../src/cli/json.ts';
import { EXIT_CODES } from '../../src/model/outcome.ts';
import type { Report } from '../../src/model/report.ts';
import { verify } from '../../src/verify/index.ts';
import { executed, failingAt, planned, ran, report } from './reports.ts';
import { host, planOf } from './samples.ts';
import { SCHEMA, validateAsReader, validateReport } from './schema.ts';

const facts = host();
const drop = planOf(facts);
const keep = planOf(facts, { keepDatabases: true });
const error = { message: 'something', hint: null };
const verdict = verify(facts, true);

/** A report of every command and outcome. */
const REPORTS: Report[] = [
  ran(
    'ok',
    facts,
    drop,
    executed(drop, () => 'done'),
  ),
  ran(
    'ok',
    facts,
    keep,
    executed(keep, (_, index) => (index % 2 === 0 ? 'done' : 'already')),
  ),
  {
    ...ran(
      'unready',
      facts,
      drop,
      executed(drop, () => 'done'),
    ),
    verify: { ...verdict, ready: false },
  },
  ran('incomplete', facts, drop, failingAt(drop, 'dump:engine', 'permission denied', 'Grant it.')),
  ran(
    'interrupted',
    facts,
    drop,
    executed(drop, (_, index) => (index < 9 ? 'done' : 'skipped')),
  ),
  report({ outcome: 'interrupted', signal: 'SIGTERM', facts }),
  report({ outcome: 'nothing-to-do', facts, plan: { ...drop, steps: [] }, verdict: { ready: true, checks: [] } }),
  planned('refused', facts, drop, { refusals: [{ check: 'space', message: 'm', hint: 'h', forcible: false }] }),
  planned('declined', facts, drop),
  report({ outcome: 'usage', error }),
  report({ outcome: 'busy', error: { ...error, hint: 'Wait.' } }),
  report({ outcome: 'internal', error }),
  planned('ok', facts, keep, { command: 'plan' }),
  report({ command: 'verify', outcome: 'unready', facts, verdict: { ...verdict, ready: false } }),
];

describe('every report', () => {
  test.each(REPORTS.map((one) => [`${one.command}, ${one.outcome}`, one] as const))('%s', (_, one) => {
    const text = toJson(one);
    expect(text.endsWith('}\n')).toBe(true);
    const read = JSON.parse(text) as Report;
    expect(read).toEqual(one);
    expect(validateReport(read)).toEqual([]);
  });

  test('has every outcome among them', () => {
    expect([...new Set(REPORTS.map(({ outcome }) => outcome))].sort()).toEqual(
      [...(SCHEMA.properties as { outcome: { enum: string[] } }).outcome.enum].sort(),
    );
  });

  test('has the fields of the contract in their order', () => {
    const names = Object.keys(JSON.parse(toJson(report({ outcome: 'ok', facts, plan: keep, verdict, error }))));
    const contract =
      'schema command version outcome exitCode changed root run host databases steps kept refusals warnings verify';
    expect(names).toEqual([...contract.split(' '), 'answers', 'error', 'durationMs']);
    const { durationMs, ...rest } = report({ outcome: 'ok' });
    expect(Object.keys(JSON.parse(toJson({ durationMs, ...rest })))).toEqual([...contract.split(' '), 'durationMs']);
  });

  test('holds no key into the vault, and no credentials', () => {
    for (const one of REPORTS) expect(toJson(one)).not.toMatch(/secret-\d|"(?:credentials|password|secret)":/);
  });
});

describe('the schema', () => {
  const whole = REPORTS[0]!;

  test('ties outcome and exit code together as the program does', () => {
    for (const { code, name } of EXIT_CODES) {
      const of = REPORTS.find(({ outcome }) => outcome === name)!;
      expect(validateAsReader({ ...of, exitCode: code }), name).toEqual([]);
      expect(validateAsReader({ ...of, exitCode: 77 }), name).not.toEqual([]);
    }
  });

  test.each([
    ['a field is missing', { verify: undefined }],
    ['an unknown outcome', { outcome: 'fine' }],
    ['an exit code of another outcome', { exitCode: 5 }],
    ['a relative root', { root: 'here' }],
    ['an unknown status', { steps: [{ ...whole.steps[0]!, status: 'maybe' }] }],
    ['a failed step without its error', { steps: [{ ...whole.steps[0]!, status: 'failed', error: null }] }],
    ['ready with an obstacle', { verify: { ready: true, checks: [{ id: 'x', ok: false, detail: 'd' }] } }],
    ['unready without one', { verify: { ready: false, checks: [{ id: 'x', ok: true, detail: 'd' }] } }],
    ['a port that is none', { databases: [{ ...whole.databases[0]!, port: 0 }] }],
    ['an action that is none', { databases: [{ ...whole.databases[0]!, action: 'erase' }] }],
    ['refused without a reason', { outcome: 'refused', exitCode: 3, changed: false, refusals: [] }],
    ['refused after a change', { outcome: 'refused', exitCode: 3, changed: true }],
    ['a plan that changed something', { command: 'plan', changed: true }],
  ])('refuses a report where there is %s', (_, change) => {
    expect(validateAsReader(JSON.parse(JSON.stringify({ ...whole, ...change })))).not.toEqual([]);
  });

  test('lets later versions add fields, but not this one', () => {
    const newer = { ...whole, moon: 'full', host: { ...whole.host, arch: 'x86_64' } };
    expect(validateAsReader(newer)).toEqual([]);
    const complaints = validateReport(newer);
    expect(complaints).toContain(' must NOT have additional properties');
    expect(complaints).toContain('/host must NOT have additional properties');
  });
});
