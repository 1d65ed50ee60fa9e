/** Whether setup ran to its end: by its marker, and in releases that write none by what only a finished setup leaves. */
import { describe, expect, it } from 'vitest';
import { isTraceOfSetup, setupState } from '../../src/detect/setup-state.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { DatabaseFact, MarkerFacts, PkiFacts } from '../../src/model/facts.ts';
import { content, credentials, database, finished } from '../plan/facts.ts';

const MARKER: MarkerFacts = { path: g5.marker, version: '4.5.8', values: {} };
const { pki } = finished();
const bare: PkiFacts = { ...pki, present: [] };
const half = database({ content: content({ missing: ['vms'] }) });

describe('a release with a marker', () => {
  const state = (marker: MarkerFacts | null, anything = true) => setupState(g5, marker, anything, pki, [database()]);

  it('is judged by it alone', () => {
    expect([state(MARKER), state(null), state(null, false)]).toEqual(['complete', 'failed', 'none']);
  });
});

describe('a release without a marker', () => {
  const old = { ...g5, marker: null };
  const state = (keys: PkiFacts, databases: DatabaseFact[]) => setupState(old, null, true, keys, databases);

  it('was set up where the keystore is there, which setup makes, or the database is whole', () => {
    expect(state({ ...bare, present: [g5.pki.engineStore] }, [])).toBe('complete');
    expect(state(bare, [database()])).toBe('complete');
  });

  it('was not where neither is', () => {
    expect(state({ ...bare, present: [g5.pki.ca] }, [half])).toBe('failed');
    expect(state(bare, [database({ content: content({ tables: 0 }) })])).toBe('failed');
    expect(state(bare, [database({ component: 'dwh' })])).toBe('failed');
    expect(setupState(old, null, false, bare, [])).toBe('none');
  });
});

it('an empty database that only an old answer file names is no trace of setup', () => {
  const only = (more: Partial<DatabaseFact>, origin: 'answer-file' | 'drop-in' = 'answer-file') =>
    isTraceOfSetup(database({ candidates: [{ ...credentials('engine', '/a'), origin }], ...more }));
  expect(only({ content: content({ ownedObjects: 0 }) })).toBe(false);
  expect(only({ content: content({ ownedObjects: 1 }) })).toBe(true);
  expect(only({ content: null }, 'drop-in')).toBe(true);
});
