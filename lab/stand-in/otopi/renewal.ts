/** Which certificates of a PKI that is there setup wants to renew. Read in code of 4.2.8 to 4.5.7: it looks since 4.2.8. */
import type { X509Certificate } from 'node:crypto';
import { within } from '../base/versions.ts';
import type { EntityKind } from './pki-parts.ts';
import type { OtopiRun } from './run.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Days that a certificate must still be valid, and how long it may be valid in all. */
function limits(version: string, short: boolean): { left: number; longest: number } {
  if (within(version, '4.5.2')) return { left: short ? 60 : 365, longest: Number.POSITIVE_INFINITY };
  if (within(version, '4.5')) return { left: 60, longest: Number.POSITIVE_INFINITY };
  if (within(version, '4.4.5')) return { left: 60, longest: 398 };
  return { left: 365, longest: Number.POSITIVE_INFINITY };
}

function isDue(certificate: X509Certificate, { left, longest }: ReturnType<typeof limits>): boolean {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const valid = Math.floor((to - from) / DAY_MS) - 1;
  return to - Date.now() < left * DAY_MS || valid > longest || certificate.subjectAltName === undefined;
}

/** What the administrator said; undefined if nothing. */
export function renewalAnswer({ context: { answers } }: OtopiRun): boolean | undefined {
  return answers.yes({ key: 'OVESETUP_PKI/renew', question: 'OVESETUP_RENEW_PKI' });
}

/** One that was extracted counts only if it is of this CA and was not changed by hand. */
export function dueForRenewal(run: OtopiRun, entities: readonly EntityKind[]): EntityKind[] {
  const { tree } = run.context;
  if (!within(run.version, '4.2.8')) return [];
  const ca = tree.certificate('ca.pem');
  return entities.filter(({ name, extract, short }) => {
    const certificate = tree.store(`keys/${name}.p12`)?.certificate;
    if (!certificate || !isDue(certificate, limits(run.version, short === true))) return false;
    if (!extract) return true;
    const extracted = tree.certificate(`certs/${name}.cer`);
    return ca !== null && certificate.verify(ca.publicKey) && extracted?.raw.equals(certificate.raw) === true;
  });
}
