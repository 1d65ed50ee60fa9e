/** Whether the keys and certificates of a host fit together: what the engine, the web server and the hypervisors would find out later. */
import type { X509Certificate } from 'node:crypto';
import { HYPERVISORS } from '../database/use-rows.ts';
import type { PkiTree } from './tree.ts';
import { readTrustStore } from './trust-store.ts';

function chains(certificate: X509Certificate | null, ca: X509Certificate | null): boolean {
  return certificate !== null && ca !== null && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

export interface Expected {
  /** Whether there is a QEMU CA. */
  qemu: boolean;
  /** Whether a web server serves certificates of the PKI, with a CA file of its own. */
  apache: boolean;
  /** Certificate of the engine's keystore; null if it does not open. */
  engine: X509Certificate | null;
}

/** Damage to the PKI, each as `id: what`. */
export function pkiDamage(tree: PkiTree, { qemu, apache, engine }: Expected): string[] {
  const damage: string[] = [];
  const ca = tree.certificate('ca.pem');
  if (!tree.matches('ca.pem', 'private/ca.pem')) damage.push('ca-key: private/ca.pem is not the key of ca.pem');
  if (engine === null) damage.push('engine-keystore: it is not there, or does not open');
  else if (!chains(engine, ca)) damage.push('engine-keystore: its certificate is not of this CA');
  if (!tree.has('.truststore')) damage.push('truststore: it was never made');
  else if (ca !== null && !readTrustStore(tree).some(({ certificate }) => certificate.raw.equals(ca.raw)))
    damage.push('truststore: it does not hold this CA');
  if (qemu && !tree.matches('qemu-ca.pem', 'private/qemu-ca.pem'))
    damage.push('qemu-ca-key: private/qemu-ca.pem is not the key of qemu-ca.pem');
  if (apache) damage.push(...apacheDamage(tree, ca));
  return damage;
}

function apacheDamage(tree: PkiTree, ca: X509Certificate | null): string[] {
  if (!tree.has('apache-ca.pem')) return ['apache-ca: apache-ca.pem is missing, the web server cannot start'];
  const served = tree.certificate('certs/apache.cer');
  if (chains(served, ca) && !chains(served, tree.certificate('apache-ca.pem')))
    return ['apache-ca: apache-ca.pem is a stale file of another CA'];
  return tree.matches('certs/apache.cer', 'keys/apache.key.nopass')
    ? []
    : ['apache-key: it is not the key of apache.cer'];
}

/** Hypervisors of the database whose certificate is not of this CA: they have to be approved again. */
export function unapproved(tree: PkiTree, known: readonly string[]): string[] {
  const ca = tree.certificate('ca.pem');
  return HYPERVISORS.filter((host) => known.includes(host)).filter(
    (host) => !chains(tree.certificate(`certs/${host}.cer`), ca),
  );
}
