/** What of a copy of the PKI the plan puts back, writes over and records. */
import { describe, expect, it } from 'vitest';
import type { CopiedFile, Facts } from '../../src/model/facts.ts';
import type { StepOf } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { file, finished, identity, WISHES } from './facts.ts';
import { planFor, removedBy } from './steps.ts';

const PKI = '/etc/pki/ovirt-engine';

function copied(name: string, more: Partial<CopiedFile> = {}): CopiedFile {
  return { from: `/b/1/${name}`, to: `${PKI}/${name}`, type: 'file', present: null, known: true, ...more };
}

function planOf(files: CopiedFile[], more: Partial<Facts> = {}) {
  const copies = [{ path: '/b/1', usable: true, why: '', takenAt: '', files }];
  const base = finished();
  const facts = finished({ pki: { ...base.pki, usable: false, present: [], copies }, ...more });
  const { steps } = makePlan(facts, { ...WISHES, keepDatabases: true, keepPki: true }, { backupDir: '/b' });
  const of = <K extends StepOf<'pki-restore' | 'files-archive' | 'records-rewrite'>['kind']>(kind: K) =>
    steps.find((step): step is StepOf<K> => step.kind === kind);
  return { restore: of('pki-restore'), archive: of('files-archive'), records: of('records-rewrite') };
}

const at = (list: readonly CopiedFile[] = []): string[] => list.map(({ to }) => to);

it('certificates of a host without a CA stay with --keep-pki, also in the run after', () => {
  const key = file('/etc/pki/ovirt-engine/keys/websocket-proxy.key.nopass', 'keystores', { keep: 'pki' });
  const pki: Facts['pki'] = { ...finished().pki, present: [], ca: 'absent', usable: false, signs: false };
  const host = { components: ['websocket-proxy' as const], databases: [], files: [key], pki, marker: null };
  for (const components of [host.components, []]) {
    const plan = planFor(finished({ ...host, components }), { keepPki: true });
    expect(plan.refusals).toEqual([]);
    expect(plan.kept.map(({ target }) => target)).toContain(key.path);
    expect(plan.warnings.map(({ code }) => code)).toContain('no-ca');
  }
  const engine = planFor(finished({ ...host, components: ['engine'] }), { keepPki: true });
  expect(engine.warnings.map(({ code }) => code)).toContain('no-keys-to-keep');
  expect(removedBy(engine)).toContain(key.path);
});

describe('a copy whose places are free', () => {
  it('is put back whole, and destroys nothing', () => {
    const files = [copied('ca.pem'), copied('note.txt', { known: false })];
    const { restore } = planOf(files);
    expect(restore).toMatchObject({ from: '/b/1', path: PKI, destructive: false });
    expect(at(restore?.files)).toEqual([`${PKI}/ca.pem`, `${PKI}/note.txt`]);
  });
});

describe('a copy some of whose places are taken', () => {
  const present = identity(900);

  it('goes over what is setup’s by rule or record: archived before, and destructive', () => {
    const files = [copied('serial.txt', { present }), copied('odd.key', { present, known: false })];
    const base = finished().records;
    const records = { ...base, entries: [...base.entries, { path: `${PKI}/odd.key`, current: false }] };
    const { restore, archive } = planOf(files, { records });
    expect(restore?.destructive).toBe(true);
    expect(at(restore?.files)).toEqual([`${PKI}/serial.txt`, `${PKI}/odd.key`]);
    expect(archive?.paths).toEqual(expect.arrayContaining([`${PKI}/serial.txt`, `${PKI}/odd.key`]));
    expect(restore?.needs).toContain('seal:backup');
  });

  it('goes not over what is an administrator’s', () => {
    const { restore, archive } = planOf([copied('ca.pem'), copied('note.txt', { present, known: false })]);
    expect(at(restore?.files)).toEqual([`${PKI}/ca.pem`]);
    expect(restore?.destructive).toBe(false);
    expect(archive?.paths).not.toContain(`${PKI}/note.txt`);
  });
});

describe('the records', () => {
  it('go on naming what they named and what comes back, and nothing that does not', () => {
    const base = finished().records;
    const names = ['certs/host.cer', 'certs/lost.cer'].map((name) => ({ path: `${PKI}/${name}`, current: false }));
    const records = { ...base, entries: [...base.entries, ...names] };
    const keep = planOf([copied('certs/host.cer')], { records }).records?.keep;
    expect(keep).toContain(`${PKI}/certs/host.cer`);
    expect(keep).not.toContain(`${PKI}/certs/lost.cer`);
  });
});
