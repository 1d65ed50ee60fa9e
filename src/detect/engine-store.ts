/** The keystore with the engine's own key. Both kinds are opened late: few runs look at keys. */
import { X509Certificate } from 'node:crypto';
import type { PkiLayout } from '../model/layout.ts';
import { readJks } from './read/jks.ts';

/** PKCS#12: the certificate that belongs to the key. The library is loaded here, at first use. */
async function fromPkcs12(store: Buffer, password: string): Promise<X509Certificate> {
  const { default: forge } = await import('node-forge');
  const p12 = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(store.toString('binary')), password);
  const bags = p12.getBags({ bagType: forge.pki.oids.certBag as string })[forge.pki.oids.certBag as string] ?? [];
  const keys = [forge.pki.oids.pkcs8ShroudedKeyBag, forge.pki.oids.keyBag].flatMap(
    (oid) => p12.getBags({ bagType: oid as string })[oid as string] ?? [],
  );
  if (keys.length === 0) throw new Error('it holds no key');
  const local = bags.find((bag) => bag.attributes?.localKeyId) ?? bags[0];
  if (!local?.cert) throw new Error('it holds no certificate');
  return new X509Certificate(forge.pki.certificateToPem(local.cert));
}

function fromJks(store: Buffer, password: string, alias: string): X509Certificate {
  const entry = readJks(store, password).find((one) => one.alias === alias);
  if (!entry) throw new Error(`it holds no key "${alias}"`);
  const [own] = entry.chain;
  if (!own) throw new Error('it holds no certificate');
  if (!own.checkPrivateKey(entry.key)) throw new Error('its certificate does not belong to its key');
  return own;
}

/** The engine's certificate. @throws Error that says what is wrong with the store */
export async function engineCertificate(
  store: Buffer,
  { engineStoreKind, storePassword }: Pick<PkiLayout, 'engineStoreKind' | 'storePassword'>,
): Promise<X509Certificate> {
  if (engineStoreKind === 'pkcs12') return fromPkcs12(store, storePassword);
  // Java keeps aliases in small letters; setup calls the engine's key so in every release.
  return fromJks(store, storePassword, 'engine');
}
