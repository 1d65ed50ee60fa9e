/** The CA and keys: what is there, and whether it can be kept. Only reads. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Files } from '../host/port.ts';
import { nameInPki } from '../layouts/index.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { PkiCopy, PkiFacts } from '../model/facts.ts';
import type { PkiLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';
import { engineCertificate } from './engine-store.ts';
import { findCertificates } from './pki-certificates.ts';
import { filesOfCopy } from './pki-copy.ts';

type Judgement = Pick<PkiFacts, 'usable' | 'signs'> & { why: string };

function parseCertificate(pem: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/**
 * The CA matches its key, what setup makes only together with it is there, and the engine's store opens and chains to the CA. `dir` replaces the layout's own directory.
 */
export async function judgeKeys(files: Files, pki: PkiLayout, dir: string): Promise<Judgement> {
  const at = (path: string): string => dir + path.slice(pki.dir.length);
  const nameIn = (path: string): string => nameInPki(pki, path);
  const [caName, storeName] = [nameIn(pki.ca), nameIn(pki.engineStore)];
  let signs = false;
  const not = (why: string): Judgement => ({ usable: false, signs, why });
  try {
    const ca = await files.readBytes(at(pki.ca));
    if (ca === null) return not(`${caName} is missing`);
    const certificate = parseCertificate(ca);
    if (certificate === null) return not(`${caName} is not a certificate`);
    const key = await files.readBytes(at(pki.caKey));
    if (key === null) return not('the private key of the CA is missing');
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return not(`the private key of the CA does not belong to ${caName}`);
    for (const [one, other] of pki.pairs) {
      const [a, b] = [await files.stat(at(one)), await files.stat(at(other))];
      if ((a === null) !== (b === null)) return not(`${nameIn(a === null ? one : other)} is missing`);
    }
    for (const path of pki.whole) if ((await files.stat(at(path))) === null) return not(`${nameIn(path)} is missing`);
    signs = true;
    const store = await files.readBytes(at(pki.engineStore));
    if (store === null) return not(`${storeName} is missing`);
    const engine = await engineCertificate(store, pki);
    if (!engine.verify(certificate.publicKey))
      return not(`the certificate in ${storeName} was not issued by ${caName}`);
    return { usable: true, signs, why: `the CA matches its key, and ${storeName} opens and chains to it` };
  } catch (error) {
    return not(`keys cannot be read: ${messageOf(error)}`);
  }
}

function organizationOf(certificate: X509Certificate | null): string | null {
  return certificate?.subject.match(/^O=(.*)$/m)?.[1] ?? null;
}

/** `ovirt-engine-20210305101500`, up to 3.2 `ovirt-engine-2013_03_05_10_15_00` → ISO time, as far as it can be told. */
function takenAt(name: string): string {
  const digits = name.match(/(\d{4})_?(\d\d)_?(\d\d)_?(\d\d)_?(\d\d)_?(\d\d)$/);
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
  const dated = names
    .filter((name) => name.startsWith(`${pki.copyName}-`))
    .map((name) => ({ name, takenAt: takenAt(name) }))
    .sort((a, b) => Number(a.takenAt < b.takenAt) - Number(a.takenAt > b.takenAt));
  const copies: PkiFacts['copies'] = [];
  for (const { name, takenAt } of dated) {
    const path = `${pki.copies}/${name}/${pki.copyName}`;
    const { usable, why } = await judgeKeys(context.host.files, pki, path);
    const copy = { path, usable, why, takenAt };
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

/** The web server's CA is a file with another certificate than the CA's, which an administrator put there. */
async function isThirdParty(files: Files, { webCa }: PkiLayout, ca: Buffer | null): Promise<boolean> {
  if (webCa === null || (await files.stat(webCa))?.identity.type !== 'file') return false;
  return ca === null || (await files.readBytes(webCa))?.equals(ca) !== true;
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
  return {
    dir: pki.dir,
    present,
    ca: pem === null ? 'absent' : certificate === null ? 'damaged' : 'ok',
    usable: judged.usable,
    signs: judged.signs,
    usableWhy: judged.why,
    organization: organizationOf(certificate),
    caPem: certificate === null ? null : (pem?.toString('latin1') ?? null),
    certificates: context.judgeKeys ? await findCertificates(files, pki) : [],
    copies: context.judgeKeys && !judged.usable ? await findCopies(context) : [],
    thirdPartyWebCertificate: await isThirdParty(files, pki, pem),
  };
}

/** The CAs that databases are verified with beside the system's: the engine's own, as PEM text. */
export async function engineCa({ host, layout }: DetectContext): Promise<string[]> {
  const pem = await host.files.readText(layout.pki.ca).catch(() => null);
  return pem === null ? [] : [pem];
}
