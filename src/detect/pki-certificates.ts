/**
 * Certificates of the CA that setup renews when their time has come. In setup's keystores are the same ones as beside them in `certs/`, which takes no password and a fraction of the time to read.
 * Only reads.
 */
import { X509Certificate } from 'node:crypto';
import type { Files } from '../host/port.ts';
import { HostError } from '../model/errors.ts';
import type { CertificateFact } from '../model/facts.ts';
import type { PkiCertificate, PkiLayout } from '../model/layout.ts';

/** Null where there is none, or nothing that can be read as one: setup passes over those too. */
async function readCertificate(files: Files, path: string): Promise<X509Certificate | null> {
  try {
    const bytes = await files.readBytes(path);
    return bytes === null ? null : new X509Certificate(bytes);
  } catch {
    return null;
  }
}

async function isThere(files: Files, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)) !== null;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

function factOf(
  path: string,
  certificate: X509Certificate,
  more: { authority: boolean; shortLived: boolean },
): CertificateFact {
  const time = (text: string): string => new Date(text).toISOString();
  return {
    path,
    notBefore: time(certificate.validFrom),
    notAfter: time(certificate.validTo),
    names: certificate.subjectAltName !== undefined,
    ...more,
  };
}

/** One that setup issued, and would issue again: what an administrator put in its place is not setup's to renew. */
async function issued(files: Files, ca: X509Certificate | null, one: PkiCertificate): Promise<CertificateFact[]> {
  if (!(await isThere(files, one.store))) return [];
  const certificate = await readCertificate(files, one.path);
  if (certificate === null || (one.replaceable && (ca === null || !certificate.verify(ca.publicKey)))) return [];
  return [factOf(one.path, certificate, { authority: false, shortLived: one.shortLived === true })];
}

/** The CAs and the certificates of setup's keystores, as far as they are there. */
export async function findCertificates(files: Files, pki: PkiLayout): Promise<CertificateFact[]> {
  const authorities = await Promise.all(pki.pairs.map(([path]) => readCertificate(files, path)));
  const ca = await readCertificate(files, pki.ca);
  const ours = authorities.flatMap((certificate, index) =>
    certificate === null ? [] : [factOf(pki.pairs[index]![0], certificate, { authority: true, shortLived: false })],
  );
  const others = await Promise.all(pki.certificates.map((one) => issued(files, ca, one)));
  return [...ours, ...others.flat()];
}
