/** A release that writes neither marker nor records, and asks an upgrade nothing: a run that keeps something writes none for it. */
import { describe, expect, it } from 'vitest';
import { g5 } from '../../src/layouts/g5.ts';
import type { Layout } from '../../src/model/layout.ts';
import { answersFor } from '../../src/plan/answers.ts';
import { decideFiles } from '../../src/plan/files.ts';
import { rewritesNeeded } from '../../src/plan/keep-steps.ts';
import { database, file, finished, WISHES } from './facts.ts';
import { planFor } from './steps.ts';

const OLD: Layout = { ...g5, marker: null, records: null, answers: null, upgradeQuestions: [] };
const KEYS = { ...WISHES, keepPki: true };

it('nothing is recorded of what is kept', () => {
  const facts = finished({
    files: [file('/etc/pki/ovirt-engine/ca.pem', 'ca', { keep: 'pki' })],
    records: { paths: [], empty: [], entries: [], lines: 0, databasesGone: false },
    marker: null,
  });
  const needed = (layout: Layout) => rewritesNeeded(facts, layout, KEYS, decideFiles(facts, layout, KEYS)).records;
  expect(needed(g5)).toEqual(['/etc/pki/ovirt-engine/ca.pem']);
  expect(needed(OLD)).toBeNull();
});

describe('what setup asks after a run that keeps the database', () => {
  const facts = finished({ marker: null });
  const keep = { ...WISHES, keepDatabases: true };
  const planned = planFor(facts, keep).databases;
  const told = (layout: Layout) => answersFor(facts, layout, planned, keep).join('\n');

  it('is what the release asks a full database', () => {
    expect(told(g5)).toMatch(/full vacuum \(ENGINE_VACUUM_FULL\)[\s\S]*no post-install marker/);
    expect(told(OLD)).not.toMatch(/vacuum|marker/);
    const asks = { ...OLD, upgradeQuestions: [{ name: 'A_QUESTION', about: 'the moon' }] };
    expect(told(asks)).toContain('asks about the moon (A_QUESTION)');
  });
});

describe('a database that somebody else has to make', () => {
  const absent = database({ reach: { state: 'absent', message: '3D000' }, content: null, local: false });
  const facts = finished({ databases: [absent] });
  const keep = { ...WISHES, keepDatabases: true };
  const planned = planFor(facts, keep).databases;

  it.each([
    [[], /that role "engine" owns\. Then/],
    [['one'], /owns and that has the extension one\. Then/],
    [['one', 'two'], /owns and that has the extensions one and two\. Then/],
  ])('needs the extensions %j', (extensions, said) => {
    const components = g5.components.map((one) =>
      one.id === 'engine' ? { ...one, database: { ...one.database!, extensions } } : one,
    );
    expect(answersFor(facts, { ...g5, components }, planned, keep).join('\n')).toMatch(said);
  });
});
