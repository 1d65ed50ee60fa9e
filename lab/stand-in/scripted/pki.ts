/** The PKI of 3.0 to 3.2. One file decides whether there is a CA: the engine's keystore, in 3.2 the CA's certificate. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CA_TEMPLATE, certTemplate, sshPublicKey } from '../../../test/fixture/pki-text.ts';
import { SetupError } from '../base/abort.ts';
import { replaceParameter } from '../base/edit.ts';
import { type JksEntry, readJks, writeJks } from '../pki/jks.ts';
import { type Authority, enrol, makeAuthority } from '../pki/sign.ts';
import { STORE_PASSWORD, type Subject } from '../pki/tree.ts';
import { importTrusted } from '../pki/trust-store.ts';
import type { ScriptedRun } from './run.ts';

const CA: Authority = { name: 'ca', prefix: '', commonName: '' };
/** Name of the engine's entry in its keystore. */
const ALIAS = 'engine';
const DAYS = 1800;

/** The engine's own key and certificate; null where there are none. */
export function engineKey({
  context: { tree },
  shape,
}: ScriptedRun): { key: string; certificate: X509Certificate } | null {
  if (shape.secondRun !== '.keystore') return tree.store(shape.secondRun);
  if (!tree.has('.keystore')) return null;
  try {
    const entry = readJks(tree.host.bytes(tree.path('.keystore')), STORE_PASSWORD).find(({ alias }) => alias === ALIAS);
    if (entry?.kind !== 'key' || entry.chain[0] === undefined) return null;
    const key = createPrivateKey({ key: entry.key, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    });
    return { key: key.toString(), certificate: new X509Certificate(entry.chain[0]) };
  } catch {
    return null;
  }
}

/** Configuration made from the package's templates, which get the address of the CA's certificate. */
function configure(run: ScriptedRun): void {
  const { tree } = run.context;
  const address = ` caIssuers;URI:http://${run.settings.fqdn}:${run.settings.httpPort}/ca.crt`;
  const texts = { cacert: CA_TEMPLATE, cert: certTemplate('ca.pem') };
  for (const [name, text] of Object.entries(texts)) {
    const template = run.packaged(tree.path(`${name}.template`), text);
    tree.write(`${name}.template`, replaceParameter(template, 'authorityInfoAccess', address, '='));
    tree.write(`${name}.conf`, text.replaceAll('engine.example.test', run.settings.fqdn));
  }
}

/** keytool refuses a name that is in a store already, and the script goes on: an old trust store is kept. */
function importIntoTrustStore(run: ScriptedRun): void {
  const { tree } = run.context;
  if (tree.has('.truststore')) return;
  importTrusted(tree, 'cacert', 'ca.pem', 'jks');
}

function giveToServer(run: ScriptedRun, names: readonly string[]): void {
  const { tree } = run.context;
  for (const name of names) tree.host.give(tree.path(name), { mode: 0o750, owner: run.shape.account });
}

/** 3.0 and 3.1: the key is made in the keystore, with a certificate of its own until the CA has signed it. */
function javaKeystore(run: ScriptedRun, subject: Subject): void {
  const { tree, stages } = run.context;
  const key = tree.newKey();
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const write = (chain: Buffer[], more: JksEntry[]): void =>
    tree.write('.keystore', writeJks([{ kind: 'key', alias: ALIAS, key: pkcs8, chain }, ...more], STORE_PASSWORD));
  const own = tree.withTemporary(key, (file) =>
    tree.openssl(['req', '-x509', '-new', '-key', file, '-subj', `/CN=${run.settings.fqdn}`]),
  );
  write([new X509Certificate(own).raw], []);
  stages.reached('pki-half');
  importIntoTrustStore(run);
  enrol(tree, CA, subject, {
    name: 'engine',
    key,
    commonName: run.settings.fqdn,
    owner: 'root',
    days: DAYS,
    noStore: true,
  });
  const [ca, engine] = [tree.certificate('ca.pem')!, tree.certificate('certs/engine.cer')!];
  tree.write('certs/engine.der', engine.raw);
  write([engine.raw, ca.raw], [{ kind: 'certificate', alias: 'cacert', certificate: ca.raw }]);
  tree.write('keys/engine.ssh.key.txt', sshPublicKey(key).replace(/\n$/, ` ${ALIAS}\n`));
  tree.write('keys/engine_id_rsa', key, { mode: 0o600 });
  giveToServer(run, ['ca.pem', '.keystore', 'private', 'private/ca.pem', '.truststore']);
}

/** 3.2: keystores of their own for engine and web server. The link for the web server is made without looking what is there. */
function pkcs12Keystores(run: ScriptedRun, subject: Subject): void {
  const { tree, stages, host } = run.context;
  stages.reached('pki-half');
  importIntoTrustStore(run);
  const keys = { engine: tree.newKey(), apache: tree.newKey() };
  for (const [name, key] of Object.entries(keys)) {
    enrol(tree, CA, subject, {
      name,
      key,
      commonName: run.settings.fqdn,
      owner: name === 'engine' ? 'ovirt' : 'root',
      days: DAYS,
    });
  }
  tree.write('keys/engine_id_rsa', keys.engine, { mode: 0o600 });
  tree.write('keys/apache.key.nopass', keys.apache, { mode: 0o600 });
  if (host.exists(tree.path('apache-ca.pem')) || host.isLink(tree.path('apache-ca.pem')))
    throw new SetupError(`Failed to create CA: ${tree.path('apache-ca.pem')}: file exists (EEXIST)`);
  host.symlink('ca.pem', tree.path('apache-ca.pem'));
  giveToServer(run, ['private', 'ca.pem', 'private/ca.pem', '.truststore']);
}

/** Makes the CA and the engine's key, unless the file that decides is there. */
export function makeCa(run: ScriptedRun): void {
  const { tree, say } = run.context;
  if (tree.has(run.shape.caSign)) {
    say('Keystore already exists, skipped certificates creation phase.');
    return;
  }
  for (const dir of ['certs', 'keys', 'private', 'requests'])
    tree.host.mkdir(tree.path(dir), { owner: run.shape.account });
  const subject = { country: 'US', organization: run.settings.organization };
  configure(run);
  makeAuthority(tree, { ...CA, commonName: `CA-${run.settings.fqdn}` }, subject);
  if (run.shape.secondRun === '.keystore') javaKeystore(run, subject);
  else pkcs12Keystores(run, subject);
}
