/** The CA and keys: what is there, and whether it can be kept. Only reads. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Files } from '../host/port.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { PkiCopy, PkiFacts } from '../model/facts.ts';
import type { PkiLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';
import { filesOfCopy } from './pki-copy.ts';

type Judgement = Pick<PkiFacts, 'usable' | 'signs'> & { why: string };

function parseCertificate(pem: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** The certificate inside a PKCS#12 store; an exception if the store does not open. Loaded late: few runs need it. */
async function certificateOf(store: Buffer, password: string): Promise<X509Certificate> {
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

/**
 * The CA matches its key, what setup makes only together with it is there, and the engine's store opens and chains to the CA. `dir` replaces the layout's own directory.
 */
export async function judgeKeys(files: Files, pki: PkiLayout, dir: string): Promise<Judgement> {
  const at = (path: string): string => dir + path.slice(pki.dir.length);
  const nameIn = (path: string): string => path.slice(pki.dir.length + 1);
  let signs = false;
  const not = (why: string): Judgement => ({ usable: false, signs, why });
  try {
    const ca = await files.readBytes(at(pki.ca));
    if (ca === null) return not('ca.pem is missing');
    const certificate = parseCertificate(ca);
    if (certificate === null) return not('ca.pem is not a certificate');
    const key = await files.readBytes(at(pki.caKey));
    if (key === null) return not('the private key of the CA is missing');
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return not('the private key of the CA does not belong to ca.pem');
    for (const [one, other] of pki.pairs) {
      const [a, b] = [await files.stat(at(one)), await files.stat(at(other))];
      if ((a === null) !== (b === null)) return not(`${nameIn(a === null ? one : other)} is missing`);
    }
    for (const path of pki.whole) if ((await files.stat(at(path))) === null) return not(`${nameIn(path)} is missing`);
    signs = true;
    const store = await files.readBytes(at(pki.engineStore));
    if (store === null) return not(`${nameIn(pki.engineStore)} is missing`);
    const engine = await certificateOf(store, pki.storePassword);
    if (!engine.verify(certificate.publicKey))
      return not('the certificate in keys/engine.p12 was not issued by ca.pem');
    return { usable: true, signs, why: 'the CA matches its key, and keys/engine.p12 opens and chains to it' };
  } catch (error) {
    return not(`keys cannot be read: ${messageOf(error)}`);
  }
}

function organizationOf(certificate: X509Certificate | null): string | null {
  return certificate?.subject.match(/^O=(.*)$/m)?.[1] ?? null;
}

/** `ovirt-engine-20210305101500` → ISO time, as far as it can be told. */
function takenAt(name: string): string {
  const digits = name.match(/(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/);
  return digits ? `${digits[1]}-${digits[2]}-${digits[3]}T${digits[4]}:${digits[5]}:${digits[6]}` : '';
}

/** With what can be put back from it; not usable where that cannot be done. */
async function withFiles(context: DetectContext, copy: PkiCopy): Promise<PkiCopy> {
  try {
    return { ...copy, files: await filesOfCopy(context, copy.path) };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { ...copy, usable: false, why: `it cannot be put back: ${error.message}` };
  }
}

async function findCopies(context: DetectContext): Promise<PkiFacts['copies']> {
  const { pki } = context.layout;
  const names = (await context.host.files.list(pki.copies)) ?? [];
  const copies: PkiFacts['copies'] = [];
  for (const name of names
    .filter((one) => one.startsWith('ovirt-engine-'))
    .sort()
    .reverse()) {
    const path = `${pki.copies}/${name}/ovirt-engine`;
    const { usable, why } = await judgeKeys(context.host.files, pki, path);
    const copy = { path, usable, why, takenAt: takenAt(name) };
    copies.push(usable && !copies.some((newer) => newer.usable) ? await withFiles(context, copy) : copy);
  }
  return copies;
}

/** Whether something is at a place of the PKI. Where that cannot be told, nothing can be said about the keys. */
async function isThere(context: DetectContext, path: string): Promise<boolean> {
  try {
    return (await context.host.files.stat(path)) !== null;
  } catch (error) {
    const hint = error instanceof HostError ? error.hint : 'See the log.';
    context.fault({ check: 'unreadable', message: `${messageOf(error)} Nothing was changed.`, hint, forcible: false });
    return false;
  }
}

/** Looks at the PKI tree, and where asked at the keys and at the copies package removal left. */
export async function findPki(context: DetectContext): Promise<PkiFacts> {
  const { pki } = context.layout;
  const { files } = context.host;
  const interesting = [
    ...new Set([pki.ca, pki.caKey, pki.engineStore, ...pki.halfSigns, ...pki.whole, ...pki.pairs.flat()]),
  ];
  const present: string[] = [];
  for (const path of interesting) if (await isThere(context, path)) present.push(path);
  const pem = present.includes(pki.ca) ? await files.readBytes(pki.ca) : null;
  const certificate = pem === null ? null : parseCertificate(pem);
  const judged = context.judgeKeys
    ? await judgeKeys(files, pki, pki.dir)
    : { usable: false, signs: false, why: 'not looked at' };
  const webCa = await files.stat(`${pki.dir}/apache-ca.pem`);
  const sameAsCa =
    webCa?.identity.type === 'file' && pem !== null && (await files.readBytes(`${pki.dir}/apache-ca.pem`))?.equals(pem);
  return {
    dir: pki.dir,
    present,
    ca: pem === null ? 'absent' : certificate === null ? 'damaged' : 'ok',
    usable: judged.usable,
    signs: judged.signs,
    usableWhy: judged.why,
    organization: organizationOf(certificate),
    caPem: certificate === null ? null : (pem?.toString('latin1') ?? null),
    copies: context.judgeKeys && !judged.usable ? await findCopies(context) : [],
    thirdPartyWebCertificate: webCa?.identity.type === 'file' && !sameAsCa,
  };
}
