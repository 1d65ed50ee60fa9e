/** Runs that keep the databases, the keys, or both. */
import { describe, expect, it } from 'vitest';
import { g5 } from '../../src/layouts/g5.ts';
import type { DatabaseContent, Facts } from '../../src/model/facts.ts';
import type { Plan, Wishes } from '../../src/model/plan.ts';
import { content, database, file, finished } from './facts.ts';
import { closure, idsOf, planFor, removedBy, step, stepsOf } from './steps.ts';

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';

function kept(facts: Facts = finished(), wishes: Partial<Wishes> = {}): Plan {
  return planFor(facts, { keepDatabases: true, ...wishes });
}

describe('keeping the database', () => {
  it('keeps credentials, marker and records, and removes the PKI, stale copies and the rest', () => {
    const plan = kept();
    expect(removedBy(plan).sort()).toEqual([
      `${DROP_IN}.20250101000000`,
      '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf',
      '/etc/pki/ovirt-engine/ca.pem',
      '/etc/pki/ovirt-engine/keys/engine.p12',
    ]);
    expect(step(plan, 'rewrite:marker')).toMatchObject({ dropKeys: ['OVESETUP_APACHE/configured'] });
    expect(step(plan, 'rewrite:records')).toMatchObject({ keep: [DROP_IN] });
    expect(closure(plan, 'rewrite:records')).toContain('rewrite:marker');
  });

  it('does not keep credentials that a server which answers rejects: they would stop engine-setup', () => {
    const rejected = database({ reach: { state: 'rejected', message: '28P01' }, content: null });
    const plan = kept(finished({ databases: [rejected] }));
    expect(removedBy(plan)).toContain(DROP_IN);
    expect(plan.warnings.map(({ code }) => code)).toContain('credentials-rejected');
  });

  it('first makes credentials that survive only in a copy the real file again', () => {
    const copy = { ...database().credentials!, origin: 'copy' as const, source: `${DROP_IN}.20250101000000` };
    const plan = kept(finished({ databases: [database({ credentials: copy })] }));
    expect(step(plan, 'promote:engine')).toMatchObject({ from: copy.source });
    for (const { id } of stepsOf(plan, 'files-remove')) expect(closure(plan, id)).toContain('promote:engine');
  });
});

describe('keeping the keys', () => {
  it('keeps the PKI whole, or puts back the newest usable copy', () => {
    expect(idsOf(kept(finished(), { keepPki: true }))).not.toContain('remove:ca');
    const copies = [
      { path: '/b/new', usable: false, why: 'empty', takenAt: '' },
      { path: '/b/old', usable: true, why: '', takenAt: '' },
    ];
    const gone = finished({ pki: { ...finished().pki, usable: false, present: [], copies } });
    expect(step(kept(gone, { keepPki: true }), 'restore:pki')).toMatchObject({ from: '/b/old' });
  });

  it('keeps older copies beside them, and removes what a killed setup left half written', () => {
    const ca = '/etc/pki/ovirt-engine/ca.pem';
    const pki = (name: string) => file(`${ca}.${name}`, 'keystores', { keep: 'pki', copyOf: ca });
    const facts = finished({ files: [file(ca, 'ca', { keep: 'pki' }), pki('20250101000000'), pki('a1b2c3.tmp')] });
    const plan = planFor(facts, { keepPki: true });
    expect(removedBy(plan)).toEqual([`${ca}.a1b2c3.tmp`]);
    expect(plan.kept.map(({ target }) => target)).toEqual([ca, `${ca}.20250101000000`]);
  });
});

describe('the rows by which setup knows its Data Warehouse', () => {
  const MINE = 'uuid-of-this-host';

  /** A DWH host whose engine is elsewhere, or both on one host that keeps its databases. */
  function rows(dwh: DatabaseContent['dwh'], wishes: Partial<Wishes>, more: Partial<Facts> = {}): Plan {
    const foreign = wishes.keepDatabases ? null : 'its component is not set up here';
    const engine = database({ content: content({ dwh }), foreign });
    return planFor(finished({ components: ['engine', 'dwh'], dwhUuid: MINE, databases: [engine], ...more }), wishes);
  }

  it("are blanked in another host's database, when this host's Data Warehouse goes", () => {
    const plan = rows({ hostname: 'dwh', uuid: MINE, running: true }, {});
    expect(step(plan, 'rows:dwh')).toMatchObject({
      blank: true,
      uuid: MINE,
      was: { hostname: 'dwh', uuid: MINE, running: true },
    });
    expect(closure(plan, 'rows:dwh')).toContain('seal:backup');
  });

  it.each([
    ['of another Data Warehouse', { hostname: 'other', uuid: 'of another host', running: true }],
    ['of none', { hostname: '', uuid: '', running: false }],
    ['that were never written', { hostname: null, uuid: null, running: true }],
  ])('%s are left alone', (_, dwh) => {
    expect(idsOf(rows(dwh, {}))).not.toContain('rows:dwh');
    expect(idsOf(rows(dwh, { keepDatabases: true }))).not.toContain('rows:dwh');
  });

  it('are left alone by a host that does not know its own identity', () => {
    const dwh = { hostname: 'dwh', uuid: MINE, running: true };
    expect(idsOf(rows(dwh, {}, { dwhUuid: null }))).not.toContain('rows:dwh');
    expect(idsOf(rows(dwh, {}, { components: ['engine'] }))).not.toContain('rows:dwh');
  });

  it('only lose the word "running" where the database and the Data Warehouse stay', () => {
    const keep = { keepDatabases: true };
    expect(step(rows({ hostname: 'h', uuid: MINE, running: true }, keep), 'rows:dwh')).toMatchObject({ blank: false });
    expect(idsOf(rows({ hostname: 'h', uuid: MINE, running: false }, keep))).not.toContain('rows:dwh');
    // A Data Warehouse that died in its first start: it runs, and has no identity yet.
    expect(step(rows({ hostname: '', uuid: '', running: true }, keep), 'rows:dwh')).toMatchObject({ blank: false });
  });
});

it('a marker that says nothing of what is undone is not rewritten', () => {
  const marker = { path: g5.marker, version: '4.5.8', values: { 'OVESETUP_ENGINE_CORE/enable': true } };
  expect(idsOf(kept(finished({ marker })))).not.toContain('rewrite:marker');
});
