/**
 * Certificates of a CA that is there and that end soon. engine-setup asks whether to renew them, its default is No, and after a No it stops as well, unless it is told once more; an unattended
 * setup always stops. Pure.
 */
import type { CertificateFact, Facts } from '../model/facts.ts';
import type { Layout, RenewalRule } from '../model/layout.ts';
import { nameOf } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { compareVersions } from '../model/versions.ts';
import { listed, mainDatabase, obstacle } from './check.ts';
import { setupVersion } from './setup-version.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The rule of the version that will be run; of the newest where that is not known. */
function ruleFor(facts: Facts, { pki }: Layout): RenewalRule | null {
  const version = setupVersion(facts);
  return pki.renewal.find(({ since }) => version === null || compareVersions(version, since) >= 0) ?? null;
}

/** Why a certificate is due, as a phrase; null if it is not. */
function whyDue(certificate: CertificateFact, rule: RenewalRule, longDays: number, now: number): string | null {
  const [begins, ends] = [certificate.notBefore, certificate.notAfter].map((time) => Date.parse(time)) as [
    number,
    number,
  ];
  const days = certificate.shortLived ? rule.shortDays : longDays;
  if (ends - now < days * DAY_MS) return `${ends < now ? 'ended' : 'ends'} ${certificate.notAfter.slice(0, 10)}`;
  if (certificate.authority) return null;
  if (!certificate.names) return 'names no host in subjectAltName';
  if (rule.longestDays !== null && Math.floor((ends - begins) / DAY_MS) - 1 > rule.longestDays)
    return `is valid for more than ${rule.longestDays} days`;
  return null;
}

/** Nothing, where no certificate is due or none was looked at. */
export function checkRenewal(facts: Facts, layout: Layout): Check[] {
  const { certificates, ca } = facts.pki;
  const rule = ruleFor(facts, layout);
  if (rule === null || ca !== 'ok') return [];
  const asked = rule.asksDatabase ? mainDatabase(facts, layout)?.content?.renewalDays : null;
  const now = Date.parse(facts.readAt);
  const due = certificates.flatMap((certificate) => {
    const owner = layout.pki.certificates.find(({ path }) => path === certificate.path)?.component;
    if (owner !== undefined && !facts.components.includes(owner)) return [];
    const why = whyDue(certificate, rule, asked ?? rule.days, now);
    return why === null ? [] : [`${nameOf(certificate.path)} ${why}`];
  });
  if (due.length === 0) return [];
  return [
    obstacle(
      'pki-renewal',
      `Certificates are due for renewal (${listed(due, due.length, 8)}): engine-setup asks about it, and an unattended setup stops.`,
      `Answer yes, or give engine-setup an answer file with ${layout.pki.renewalKey}=bool:True. With bool:False it goes on with them as they are.`,
    ),
  ];
}
