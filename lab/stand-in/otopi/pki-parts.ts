/** Parts of the PKI that setup makes one by one: templates, trust store, keystores and what is extracted from them. */
import { CA_TEMPLATE, certTemplate } from '../../../test/fixture/pki-text.ts';
import { unusedTimestamp } from '../base/names.ts';
import { within } from '../base/versions.ts';
import { type Authority, enrol } from '../pki/sign.ts';
import type { PkiTree, Subject } from '../pki/tree.ts';
import { importTrusted } from '../pki/trust-store.ts';
import type { OtopiRun } from './run.ts';

export interface EntityKind {
  name: string;
  owner: 'root' | 'ovirt';
  /** Key and plain certificate are written beside the keystore. */
  extract: boolean;
  /** Group of the record; null for a keystore that no release records. */
  group: string | null;
  /** Seen by browsers, which do not like certificates that are valid for long. */
  short?: true;
}

/** How long a certificate is valid, days. */
function daysOf({ short }: EntityKind, version: string): number {
  if (within(version, null, '4.4')) return 1800;
  return within(version, null, '4.5') || short ? 398 : 1827;
}

export const ENGINE_CA: Authority = { name: 'ca', prefix: '', commonName: '' };
export const QEMU_CA: Authority = { name: 'qemu-ca', prefix: 'qemu-', commonName: '' };

/** What a roll-back takes away: registered while it is made. */
export interface Registered {
  ca: string[];
  enrolled: string[];
}

/** A file that is about to be written anew stays as `NAME.<timestamp>`. */
export function keepCopy(tree: PkiTree, name: string): void {
  if (!tree.has(name)) return;
  const time = unusedTimestamp((one) => tree.has(`${name}.${one}`));
  tree.host.copy(tree.path(name), tree.path(`${name}.${time}`));
}

function writeUnlessEqual(run: OtopiRun, name: string, text: string, registered: Registered): void {
  const { tree } = run.context;
  registered.ca.push(name);
  if (tree.has(name) && tree.read(name) === text) return;
  keepCopy(tree, name);
  tree.write(name, text);
  const conf = name.endsWith('.conf');
  if (!conf || run.traits.confRecorded) run.record.addFile(tree.path(name), 'ca_pki');
}

/** The two templates of a CA and, since 4.4, the configuration made from them. */
export function writeTemplates(run: OtopiRun, prefix: '' | 'qemu-', registered: Registered): void {
  const ca = `${prefix}ca.pem`;
  const texts = { cacert: CA_TEMPLATE, cert: certTemplate(ca) };
  for (const [name, text] of Object.entries(texts)) {
    const own = text.replaceAll('engine.example.test', run.fqdn);
    for (const ending of ['template', 'conf']) writeUnlessEqual(run, `${prefix}${name}.${ending}`, own, registered);
  }
}

/** The configuration openssl works with, made from the templates again by the program that makes a CA. */
export function configureCa(tree: PkiTree, prefix: '' | 'qemu-'): void {
  for (const name of ['cacert', 'cert']) {
    const conf = `${prefix}${name}.conf`;
    keepCopy(tree, conf);
    tree.write(conf, tree.read(`${prefix}${name}.template`));
  }
}

/** Puts a CA into the trust store. */
export function trust(run: OtopiRun, name: 'ca' | 'qemu-ca', registered: Registered): void {
  const { tree } = run.context;
  importTrusted(tree, `${name}cert`, `${name}.pem`, run.traits.jksTrustStore ? 'jks' : 'pkcs12');
  registered.ca.push('.truststore');
  run.record.addFile(tree.path('.truststore'), 'ca_pki');
}

/** Keys are slow to make: the engine has its own, all others of a run share one. */
export class Keys {
  readonly #tree: PkiTree;
  #shared: string | null = null;

  constructor(tree: PkiTree) {
    this.#tree = tree;
  }

  for(entity: string): string {
    if (entity === 'engine') return this.#tree.newKey();
    this.#shared ??= this.#tree.newKey();
    return this.#shared;
  }
}

function extract(run: OtopiRun, { name, owner }: EntityKind, group: string, key: string, registered: Registered): void {
  const { tree } = run.context;
  const plain = tree.certificate(`certs/${name}.cer`)!.toString();
  if (group === 'ca_pki') keepCopy(tree, `certs/${name}.cer`);
  tree.write(`certs/${name}.cer`, plain);
  tree.write(`keys/${name}.key.nopass`, key, { mode: 0o600, owner });
  for (const made of [`certs/${name}.cer`, `keys/${name}.key.nopass`]) {
    registered.enrolled.push(made);
    run.record.addFile(tree.path(made), group);
  }
}

/**
 * Enrols an entity whose keystore is missing.
 * @param kept its key, if that is to be kept
 */
export function enrolMissing(
  run: OtopiRun,
  kind: EntityKind,
  subject: Subject,
  keys: Keys,
  registered: Registered,
  kept?: string,
): void {
  const { tree } = run.context;
  const { name, owner, group } = kind;
  if (tree.has(`keys/${name}.p12`)) return;
  const key = kept ?? keys.for(name);
  enrol(tree, ENGINE_CA, subject, { name, key, commonName: run.fqdn, owner, days: daysOf(kind, run.version) });
  if (group === null) return;
  const { recordBug, certificatesRecorded } = run.traits;
  // From 3.5.3 to 4.4.3 the names were registered without their endings, and such files are not there.
  if (!recordBug) {
    registered.enrolled.push(`keys/${name}.p12`);
    run.record.addFile(tree.path(`keys/${name}.p12`), group);
  }
  if (certificatesRecorded) {
    registered.enrolled.push(`certs/${name}.cer`);
    run.record.addFile(tree.path(`certs/${name}.cer`), group);
  }
  if (kind.extract) extract(run, kind, group, key, registered);
}
