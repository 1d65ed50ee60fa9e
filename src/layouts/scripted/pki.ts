/** The PKI of 3.0 to 3.2. Its templates, openssl's books among them, are configuration files of the package. One file decides whether setup makes a CA, and with it everything else. */
import type { FileRule, PkiLayout } from '../../model/layout.ts';
import { pki as newest } from '../otopi/pki.ts';
import { pkiFiles } from '../otopi/pki-files.ts';
import { PKI } from './paths.ts';

const openssl = [`${PKI}/serial.txt`, `${PKI}/database.txt`, `${PKI}/cert.conf`];

const common = {
  ...newest,
  pairs: [[`${PKI}/ca.pem`, `${PKI}/private/ca.pem`]],
  certificates: [],
  renewal: [],
  halfSigns: [],
  halfQuestion: false,
} satisfies PkiLayout;

const spoils: PkiLayout['spoils'] = [
  {
    check: 'pki-trust',
    path: `${PKI}/.truststore`,
    effect: 'keytool refuses to add the new CA to it, engine-setup says nothing, and the engine trusts nobody',
  },
  {
    // 4e485cb12b8
    check: 'pki-serial',
    path: `${PKI}/certs/*.pem`,
    effect: 'openssl stops where the next certificate has the name of one that is there',
  },
];

/** 3.0 and 3.1: the engine's keystore decides, a keystore of Java's own kind. */
export const javaPki: PkiLayout = {
  ...common,
  madeWith: `${PKI}/.keystore`,
  engineStore: `${PKI}/.keystore`,
  engineStoreKind: 'jks',
  whole: [
    `${PKI}/.truststore`,
    ...openssl,
    `${PKI}/certs/engine.cer`,
    `${PKI}/keys/engine_id_rsa`,
    `${PKI}/keys/engine.ssh.key.txt`,
  ],
  webCa: null,
  spoils,
};

/** 3.2: the certificate of the CA decides. */
export const pki32: PkiLayout = {
  ...common,
  whole: [
    `${PKI}/.truststore`,
    ...openssl,
    `${PKI}/keys/engine.p12`,
    `${PKI}/keys/engine_id_rsa`,
    `${PKI}/keys/apache.key.nopass`,
    `${PKI}/certs/apache.cer`,
    `${PKI}/apache-ca.pem`,
  ],
  spoils: [
    ...spoils,
    { check: 'pki-web', path: `${PKI}/apache-ca.pem`, effect: 'engine-setup cannot make its own link, and stops' },
  ],
};

/** What a package brings, and setup or openssl fills. */
const FILLED: Readonly<Record<string, string>> = { 'serial.txt': '01', 'database.txt': '' };
/** Setup sets one parameter in each of them, and does so again. */
const TEMPLATES = ['cacert.template', 'cert.template'];

function asPackaged(rule: FileRule): FileRule {
  const name = rule.path.slice(PKI.length + 1);
  const pristine = FILLED[name];
  if (pristine !== undefined) return { ...rule, packaged: 'reset', pristine };
  return TEMPLATES.includes(name) ? { ...rule, why: 'belongs to the package', packaged: 'package' } : rule;
}

export const scriptedPkiFiles: readonly FileRule[] = pkiFiles
  .filter(({ since }) => since === undefined)
  .map(asPackaged);
