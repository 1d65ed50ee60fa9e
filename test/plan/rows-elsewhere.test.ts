/** A Data Warehouse that goes while the engine's database on another host cannot be asked: what has to be done there is told. */
import { expect, it } from 'vitest';
import { credentials, database, finished } from './facts.ts';
import { planFor } from './steps.ts';

const engine = database({
  foreign: 'another host',
  local: false,
  credentials: { ...credentials('engine', '/x'), host: 'engine.example.test' },
  reach: { state: 'rejected', message: 'wrong password' },
  content: null,
});
const codes = (facts: ReturnType<typeof finished>): string[] => planFor(facts).warnings.map(({ code }) => code);

it('names the host and the statement', () => {
  const facts = finished({ components: ['dwh'], dwhUuid: "u'1", databases: [engine] });
  const told = planFor(facts).warnings.find(({ code }) => code === 'rows-elsewhere');
  expect(told?.message).toContain('engine.example.test');
  expect(told?.message).toContain("var_value = 'u''1'");
});

it('says nothing where the rows can be blanked from here, where nothing goes, and where there is no Data Warehouse', () => {
  const asked = database({ foreign: 'another host', credentials: credentials('engine', '/x') });
  expect(codes(finished({ components: ['dwh'], dwhUuid: 'u', databases: [asked] }))).not.toContain('rows-elsewhere');
  expect(codes(finished({ components: ['engine'], dwhUuid: null, databases: [engine] }))).not.toContain(
    'rows-elsewhere',
  );
  const kept = planFor(finished({ components: ['dwh'], dwhUuid: 'u', databases: [engine] }), { keepDatabases: true });
  expect(kept.warnings.map(({ code }) => code)).not.toContain('rows-elsewhere');
});
