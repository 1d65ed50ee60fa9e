/** Certificates of a kept CA: from when on engine-setup asks whether to renew them, release by release. */
import { describe, expect, it } from 'vitest';
import type { CertificateFact, Facts } from '../../src/model/facts.ts';
import { verify } from '../../src/verify/index.ts';
import { content, database } from '../plan/facts.ts';
import { keptWhole, marker, PKI, pkiOf, WHOLE_PKI } from './hosts.ts';

const NOW = '2026-06-01T12:00:00.000Z';

/** Days from now, as a certificate has it. */
function day(days: number): string {
  return new Date(Date.parse(NOW) + days * 86_400_000).toISOString();
}

function certificate(name: string, ends: number, more: Partial<CertificateFact> = {}): CertificateFact {
  return {
    path: `${PKI}/${name}`,
    notBefore: day(-30),
    notAfter: day(ends),
    names: true,
    authority: false,
    shortLived: false,
    ...more,
  };
}

const ca = (ends: number): CertificateFact => certificate('ca.pem', ends, { authority: true, names: false });
const web = (ends: number): CertificateFact => certificate('certs/apache.cer', ends, { shortLived: true });
const engine = (ends: number, more: Partial<CertificateFact> = {}): CertificateFact =>
  certificate('certs/engine.cer', ends, more);

function host(version: string, certificates: CertificateFact[], more: Partial<Facts> = {}): Facts {
  return keptWhole({
    readAt: NOW,
    packageVersion: `${version}-1.el8`,
    setupPackageVersion: `${version}-1.el8`,
    pki: { ...pkiOf(WHOLE_PKI, true), certificates },
    ...more,
  });
}

function renewal(facts: Facts): { detail: string; hint?: string } | undefined {
  return verify(facts, true).checks.find(({ id }) => id === 'pki-renewal');
}

const withDays = (renewalDays: number): Partial<Facts> => ({
  databases: [database({ content: content({ renewalDays }) })],
});

describe('due for renewal', () => {
  it.each<[string, Facts]>([
    ['4.5.8: a CA within a year of its end', host('4.5.8', [ca(364)])],
    ['4.5.8: a certificate of the engine within a year of its end', host('4.5.8', [engine(364)])],
    ['4.5.8: one for the web within 60 days', host('4.5.8', [web(59)])],
    ['4.5.8: what the database says', host('4.5.8', [engine(399)], withDays(400))],
    ['4.5.8: one that has ended', host('4.5.8', [web(-3)])],
    ['4.5.8: one that names no host', host('4.5.8', [engine(1000, { names: false })])],
    ['4.5.2, the first with that rule', host('4.5.2', [ca(364)])],
    ['4.5.1: anything within 60 days', host('4.5.1', [ca(59)])],
    ['4.4.10: one that is valid for longer than browsers like', host('4.4.10.7', [engine(1000)])],
    ['4.4.3: anything within a year', host('4.4.3', [web(364)])],
    [
      'the version that the marker tells, where packages cannot be asked',
      host('', [ca(364)], { packageVersion: null, setupPackageVersion: null, marker: marker({}) }),
    ],
    [
      'the newest rule, where nothing tells the version',
      host('', [ca(364)], {
        packageVersion: null,
        setupPackageVersion: null,
        marker: { ...marker({})!, version: null },
      }),
    ],
    [
      'one of OVN, where it is set up',
      host('4.5.8', [certificate('certs/ovn-ndb.cer', 10)], { components: ['engine', 'ovn-provider'] }),
    ],
  ])('%s', (_, facts) => {
    expect(renewal(facts)).toBeDefined();
    expect(verify(facts, true).ready).toBe(false);
  });

  it('says which, and when each ends', () => {
    const { detail, hint } = renewal(host('4.5.8', [ca(10), web(-1), engine(900, { names: false })]))!;
    expect(detail).toContain('ca.pem ends 2026-06-11, apache.cer ended 2026-05-31, engine.cer names no host');
    expect(hint).toContain('OVESETUP_PKI/renew=bool:True');
  });
});

describe('not due', () => {
  it.each<[string, Facts]>([
    ['4.5.8: more than a year left', host('4.5.8', [ca(366), engine(366)])],
    ['4.5.8: 61 days for the web', host('4.5.8', [web(61)])],
    ['4.5.8: what the database says', host('4.5.8', [engine(101), ca(101)], withDays(100))],
    ['4.5.8: the database says nothing of those for the web', host('4.5.8', [web(61)], withDays(400))],
    ['4.5.1: 61 days left of anything', host('4.5.1', [ca(61), engine(61)], withDays(400))],
    ['4.4.10: a CA may be valid for long', host('4.4.10.7', [ca(3000)])],
    ['one of OVN, where it is not set up', host('4.5.8', [certificate('certs/ovn-ndb.cer', 10)])],
    ['none was looked at', host('4.5.8', [])],
    ['the CA is gone', host('4.5.8', [ca(1)], { pki: { ...pkiOf([]), certificates: [ca(1)] }, files: [] })],
  ])('%s', (_, facts) => {
    expect(renewal(facts)).toBeUndefined();
  });
});
