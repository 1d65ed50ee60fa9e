/** Making a CA and signing with it, and the books that openssl keeps of it: serial number and index. */
import { SetupError } from '../base/abort.ts';
import { type PkiTree, STORE_PASSWORD, type Subject } from './tree.ts';

const CA_DAYS = '7300';
const HOST_DAYS = 1827;

export type AuthorityName = 'ca' | 'qemu-ca';

function subjectText({ country, organization }: Subject, commonName: string): string {
  const escaped = organization.replace(/[/\\]/g, '\\$&');
  return `/C=${country}/O=${escaped}/CN=${commonName}`;
}

/** @throws SetupError naming what signing needs and does not find: what openssl ends with too. */
function need(tree: PkiTree, names: readonly string[]): void {
  const missing = names.filter((name) => !tree.has(name));
  if (missing.length > 0)
    throw new SetupError(`Cannot sign: ${missing.map((name) => tree.path(name)).join(', ')} missing`);
}

/** What `openssl ca` works by: the books beside the CA, any subject. */
const BOOKS = `[ ca ]
default_ca = own
[ own ]
database = database.txt
serial = serial.txt
new_certs_dir = certs
default_md = sha256
policy = any
unique_subject = no
[ any ]
countryName = optional
organizationName = optional
commonName = supplied
`;

/** Signs as the real scripts do, by `openssl ca`: it enters the certificate into its books, and writes it once more under its serial number. */
function signByBooks(tree: PkiTree, args: readonly string[]): void {
  if (!/^[0-9A-Fa-f]+$/.test(tree.read('serial.txt').trim()))
    throw new SetupError(`${tree.path('serial.txt')} holds no serial number.`);
  tree.withTemporary(BOOKS, (config) => tree.openssl(['ca', '-batch', '-config', config, ...args]));
}

export interface Authority {
  name: AuthorityName;
  /** Prefix of its configuration: none, or `qemu-`. */
  prefix: '' | 'qemu-';
  /** Common name; a number is appended, so that two CAs of one host differ. */
  commonName: string;
}

/** Key, request and certificate of a CA, its copies, and no trust store yet. */
export function makeAuthority(tree: PkiTree, { name, prefix, commonName }: Authority, subject: Subject): void {
  need(tree, [`${prefix}cacert.conf`, 'serial.txt', 'database.txt']);
  const key = `private/${name}.pem`;
  const who = subjectText(subject, `${commonName}.${10_000 + Math.floor(Math.random() * 90_000)}`);
  tree.write(key, tree.newKey(), { mode: 0o640, owner: 'ovirt' });
  tree.openssl(['req', '-new', '-key', key, '-subj', who, '-out', `requests/${name}.csr`]);
  const extensions = ['-extfile', `${prefix}cacert.conf`, '-extensions', 'extensions'];
  const how = ['-selfsign', '-keyfile', key, '-days', CA_DAYS, '-notext', ...extensions];
  signByBooks(tree, [...how, '-in', `requests/${name}.csr`, '-out', `${name}.pem`]);
  tree.write(`certs/${name}.der`, tree.read(`${name}.pem`)); // PEM in spite of its name, as the real one is
}

/** Signs a request; the certificate is written in readable and PEM form. */
export function sign(tree: PkiTree, authority: Authority, request: string, output: string, days: number): void {
  const { name, prefix } = authority;
  const conf = `${prefix}cert.conf`;
  need(tree, [`${name}.pem`, `private/${name}.pem`, conf, 'serial.txt', 'database.txt']);
  const ca = ['-cert', `${name}.pem`, '-keyfile', `private/${name}.pem`, '-days', String(days)];
  signByBooks(tree, [...ca, '-extfile', conf, '-extensions', 'v3_ca_san', '-in', request, '-out', output]);
}

export interface Entity {
  name: string;
  key: string;
  commonName: string;
  owner: 'root' | 'ovirt';
  days: number;
  /** No keystore: the key goes into another one (3.0, 3.1). */
  noStore?: true;
}

/** Request, certificate and keystore of one entity. */
export function enrol(tree: PkiTree, authority: Authority, subject: Subject, entity: Entity): void {
  const { name, key, commonName, owner, days } = entity;
  const who = subjectText(subject, commonName);
  tree.withTemporary(key, (file) =>
    tree.openssl(['req', '-new', '-key', file, '-subj', who, '-out', `requests/${name}.req`]),
  );
  sign(tree, authority, `requests/${name}.req`, `certs/${name}.cer`, days);
  if (entity.noStore) return;
  const store = ['-name', '1', '-passout', `pass:${STORE_PASSWORD}`, '-out', `keys/${name}.p12`];
  tree.openssl(['pkcs12', '-export', ...store], key + tree.read(`certs/${name}.cer`));
  tree.host.give(tree.path(`keys/${name}.p12`), { mode: 0o600, owner });
}

/** What adding hypervisors leaves: requests and certificates of theirs, signed by the CAs. */
export function enrolHypervisors(
  tree: PkiTree,
  authorities: readonly Authority[],
  subject: Subject,
  hosts: readonly string[],
): void {
  const key = tree.newKey(); // of the hypervisors; it never lies on the engine's host
  for (const host of hosts) {
    const who = subjectText(subject, host);
    for (const authority of authorities) {
      const [requests, certs] = authority.prefix === '' ? ['requests', 'certs'] : ['requests-qemu', 'certs-qemu'];
      tree.host.mkdir(tree.path(requests));
      tree.host.mkdir(tree.path(certs));
      const request = `${requests}/${host}.req`;
      tree.withTemporary(key, (file) => tree.openssl(['req', '-new', '-key', file, '-subj', who, '-out', request]));
      sign(tree, authority, request, `${certs}/${host}.cer`, HOST_DAYS);
    }
    tree.write(`certs/${host}cert.pem`, tree.read(`certs/${host}.cer`));
  }
}
