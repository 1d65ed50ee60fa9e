import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toJson } from '../../src/cli/json.ts';
import { renderPlan } from '../../src/cli/render-plan.ts';
import { renderError, renderReport } from '../../src/cli/render-report.ts';
import { printable } from '../../src/cli/safe.ts';
import { colorsOf } from '../../src/cli/view.ts';
import type { Facts } from '../../src/model/facts.ts';
import { content, database, file } from '../plan/facts.ts';
import { executed, failingAt, planned, ran } from './reports.ts';
import { host, planOf, view } from './samples.ts';

/** Clears the screen, names the window, hides text, reorders it, moves up a line, ends the line. */
const HOSTILE = 'a\x1b[2J\x1b]0;pwned\x07\u202ekcab\u200b\x9b1A\r\n\u2028\x7fz';
/** What a terminal obeys or hides; only our own colours and line ends are left out. */
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

function withoutColors(text: string): string {
  return text.replace(/\x1b\[(?:1|2|22|31|32|33|39)m/g, '');
}

function hostileHost(): Facts {
  const credentials = { ...database().credentials!, host: HOSTILE, database: HOSTILE, role: HOSTILE };
  const base = host();
  return host({
    releaseWhy: HOSTILE,
    packageVersion: HOSTILE,
    files: [
      ...base.files,
      file(`/etc/ovirt-engine/engine.conf.d/${HOSTILE}`, 'drop-ins', { changed: true, why: HOSTILE }),
    ],
    services: [{ ...base.services[0]!, unit: HOSTILE }],
    databases: [
      database({
        title: HOSTILE,
        credentials,
        content: content({
          cascades: [{ name: HOSTILE, definition: HOSTILE }],
          sessions: [{ pid: 1, role: HOSTILE, application: HOSTILE, client: HOSTILE, state: HOSTILE }],
        }),
      }),
    ],
    lines: [{ ...base.lines[0]!, path: `/etc/${HOSTILE}`, edits: [{ added: HOSTILE, removed: HOSTILE }] }],
    kept: [{ path: `/var/${HOSTILE}`, why: HOSTILE }],
    notes: [{ code: 'note', message: HOSTILE }],
    faults: [],
  });
}

describe('hostile names', () => {
  const facts = hostileHost();
  const plan = planOf(facts);
  const keep = planOf(facts, { keepDatabases: true });
  const views = [view(), view({ verbose: true }), view({ colors: colorsOf(true) })];
  const failing = failingAt(plan, 'dump:engine', HOSTILE, HOSTILE);
  const refusals = [{ check: 'database', message: HOSTILE, hint: HOSTILE, forcible: true }];

  test('reach the screen written out', () => {
    for (const one of views) {
      const pages = [
        renderPlan(plan, facts, one),
        renderPlan({ ...keep, answers: [HOSTILE] }, facts, one),
        renderReport(
          ran(
            'ok',
            facts,
            plan,
            executed(plan, () => 'done'),
          ),
          plan,
          one,
        ),
        renderReport(
          ran(
            'ok',
            facts,
            keep,
            executed(keep, () => 'done'),
          ),
          keep,
          one,
        ),
        renderReport(ran('incomplete', facts, plan, failing), plan, one),
        renderReport(planned('refused', facts, plan, { refusals }), plan, one),
        renderReport(
          {
            ...planned('internal', facts, plan),
            error: { message: HOSTILE, hint: HOSTILE },
            run: { id: 'x', log: HOSTILE, backup: HOSTILE },
          },
          plan,
          one,
        ),
        renderReport(
          {
            ...planned('unready', facts, plan, { command: 'verify' }),
            root: HOSTILE,
            verify: { ready: false, checks: [{ id: 'x', ok: false, detail: HOSTILE, hint: HOSTILE }] },
          },
          null,
          one,
        ),
        renderError({ message: HOSTILE, hint: HOSTILE }),
      ];
      for (const page of pages) {
        const shown = withoutColors(page);
        expect(shown).not.toMatch(OBEYED);
        expect(shown).toContain('\\x1b[2J');
      }
    }
  });

  test('are in the JSON document as they are, and still do nothing to a terminal', () => {
    const report = ran('incomplete', facts, plan, failing);
    const text = toJson(report);
    expect(text).not.toMatch(OBEYED);
    expect(JSON.parse(text)).toEqual(report);
  });
});

test('printable leaves ordinary text alone, and lets nothing else through', () => {
  expect(printable('Größe 漢字 é "x" \\n')).toBe('Größe 漢字 é "x" \\n');
  expect(printable('\ta\nb\r\x1b\u{e0041}\ud800')).toBe('\\ta\\nb\\r\\x1b\\u{e0041}\\ud800');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
    }),
  );
});
