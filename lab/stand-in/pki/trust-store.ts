/** The trust store: certificates under names. What keytool imports under a name replaces what was there under it; the rest stays. */
import { X509Certificate } from 'node:crypto';
import { readJks, writeJks } from './jks.ts';
import { type PkiTree, STORE_PASSWORD } from './tree.ts';

const NAME = '.truststore';
const MAGIC = 0xfeedfeed;

export interface Trusted {
  alias: string;
  certificate: X509Certificate;
}

/** As openssl prints a PKCS#12 store: attributes of each certificate before it. */
function fromText(text: string): Trusted[] {
  const parts = text.split(/(?<=-----END CERTIFICATE-----)/);
  return parts.flatMap((part) => {
    const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]+/.exec(part) ?? [];
    const alias = /friendlyName: (.*)/.exec(part)?.[1]?.trim() ?? '';
    return pem === undefined ? [] : [{ alias, certificate: new X509Certificate(pem) }];
  });
}

/** What is trusted, from a store in either format; nothing where there is none. */
export function readTrustStore(tree: PkiTree): Trusted[] {
  if (!tree.has(NAME)) return [];
  const bytes = tree.host.bytes(tree.path(NAME));
  if (bytes.length >= 4 && bytes.readUInt32BE() === MAGIC) {
    return readJks(bytes, STORE_PASSWORD).flatMap((entry) =>
      entry.kind === 'certificate' ? [{ alias: entry.alias, certificate: new X509Certificate(entry.certificate) }] : [],
    );
  }
  return fromText(tree.openssl(['pkcs12', '-in', NAME, '-nokeys', '-passin', `pass:${STORE_PASSWORD}`]));
}

/** @param format Java's own up to 4.3 */
export function writeTrustStore(tree: PkiTree, trusted: readonly Trusted[], format: 'jks' | 'pkcs12'): void {
  if (format === 'jks') {
    const entries = trusted.map(
      ({ alias, certificate }) => ({ kind: 'certificate', alias, certificate: certificate.raw }) as const,
    );
    tree.write(NAME, writeJks(entries, STORE_PASSWORD));
    return;
  }
  const names = trusted.flatMap(({ alias }) => ['-caname', alias]);
  const text = trusted.map(({ certificate }) => certificate.toString()).join('');
  tree.openssl(['pkcs12', '-export', '-nokeys', ...names, '-passout', `pass:${STORE_PASSWORD}`, '-out', NAME], text);
  tree.host.give(tree.path(NAME), { mode: 0o644 });
}

/** Puts the certificate of a file into the store under a name. */
export function importTrusted(tree: PkiTree, alias: string, file: string, format: 'jks' | 'pkcs12'): void {
  const others = readTrustStore(tree).filter((one) => one.alias !== alias);
  writeTrustStore(tree, [...others, { alias, certificate: tree.certificate(file)! }], format);
}
