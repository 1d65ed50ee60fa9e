/** A journal and its plan: whatever a run writes fits, and what somebody changed does not. As the program meets it: test/hostile/tampered.test.ts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../src/apply/journal.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import { makePlan } from '../../src/plan/index.ts';
import { misfit, parseJournal, parsePlan } from '../../src/restore/own-files.ts';
import { runnerOf } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { anyFacts, anyWishes } from '../plan/any-facts.ts';
import { finished } from '../plan/facts.ts';
import { OPTIONS, planFor } from '../plan/steps.ts';

/** As a run writes it, to its end. */
function journalOf(plan: Plan): JournalEntry[] {
  const entries = plan.steps.flatMap((step): JournalEntry[] => {
    const runner = runnerOf(RUNNERS, step);
    const left = Object.fromEntries((runner.writes?.(step) ?? []).map((path) => [path, 'sha256:0']));
    const { id, kind } = step;
    return [
      { event: 'begin', step: id, kind, touches: runner.touches(step) },
      { event: 'end', step: id, status: 'done', left },
    ];
  });
  return [{ event: 'run-begin', version: '1' }, ...entries, { event: 'run-end', status: 'ok' }];
}

const REPORT = { warnings: [] as Report['warnings'] } as Report;
const plan = planFor(finished());
const journal = journalOf(plan);

it('what any run writes is read again, and fits', () => {
  fc.assert(
    fc.property(anyFacts, anyWishes, (facts, wishes) => {
      const made = makePlan(facts, wishes, OPTIONS);
      expect(parsePlan(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(made)));
      const entries = journalOf(made);
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      expect(misfit(made, parseJournal(text), REPORT)).toBeNull();
    }),
    { numRuns: 200 },
  );
});

it('a killed run may have left half a line, and no end', () => {
  const text = journal
    .slice(0, 6)
    .map((entry) => JSON.stringify(entry))
    .join('\n');
  expect(parseJournal(text.slice(0, -5))).toHaveLength(5);
  expect(misfit(plan, parseJournal(text), null)).toBeNull();
});

it('a run whose disk was full says in its report that its journal is not whole', () => {
  const told = { warnings: [{ code: 'run-directory', message: '' }] } as Report;
  expect(misfit(plan, journal.slice(0, 5), told)).toBeNull();
  expect(misfit(plan, journal.slice(0, 5), REPORT)).toBe('its end is missing');
});

it.each<[string, JournalEntry, RegExp]>([
  ['a step of no plan', { event: 'begin', step: 'remove:everything', touches: [] }, /names a step "remove:everything"/],
  ['another path', { event: 'begin', step: plan.steps[0]!.id, touches: ['/etc/passwd'] }, /names \/etc\/passwd/],
  [
    'something left elsewhere',
    { event: 'end', step: plan.steps[0]!.id, left: { '/etc/passwd': null } },
    /names \/etc\/passwd/,
  ],
  ['no step at all', { event: 'end', status: 'done' }, /names a step "undefined"/],
])('%s does not fit', (_, entry, message) => {
  expect(misfit(plan, [...journal, entry], REPORT)).toMatch(message);
});

it('an end without a beginning does not fit', () => {
  expect(
    misfit(
      plan,
      journal.filter(({ event }) => event !== 'begin'),
      REPORT,
    ),
  ).toMatch(/ended without a beginning/);
});
