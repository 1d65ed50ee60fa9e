/**
 * The PKI of 4.4 and 4.5 below /etc/pki/ovirt-engine. The uninstall record names only part of it: host certificates, serial copies,
 * requests, openssl's database and two private keys are in no record (measured on 4.5.8: 44 such files).
 */
import type { FileRule, PkiLayout } from '../../model/layout.ts';

const DIR = '/etc/pki/ovirt-engine';

export const pki: PkiLayout = {
  dir: DIR,
  ca: `${DIR}/ca.pem`,
  caKey: `${DIR}/private/ca.pem`,
  engineStore: `${DIR}/keys/engine.p12`,
  storePassword: 'mypass', // the fixed word of all releases
  halfSigns: [`${DIR}/keys/engine_id_rsa`, `${DIR}/keys/engine.p12`, `${DIR}/.truststore`],
  // A setup killed between ca.pem and .truststore leaves a PKI that no later one mends (measured on 4.5.8). openssl's books and cert.conf are what signing needs.
  whole: [`${DIR}/.truststore`, `${DIR}/serial.txt`, `${DIR}/database.txt`, `${DIR}/cert.conf`],
  pairs: [
    [`${DIR}/ca.pem`, `${DIR}/private/ca.pem`],
    [`${DIR}/qemu-ca.pem`, `${DIR}/private/qemu-ca.pem`],
  ],
  copies: '/etc/pki/ovirt-engine-backups',
};

function keystore(path: string, why: string): FileRule {
  return { path: `${DIR}/${path}`, phase: 'keystores', why, keep: 'pki' };
}

export const pkiFiles: readonly FileRule[] = [
  { path: `${DIR}/openssl.conf`, phase: 'keystores', why: 'belongs to the package', packaged: 'package' },
  { path: `${DIR}/*.template.in`, phase: 'keystores', why: 'belongs to the package', packaged: 'package' },
  { path: `${DIR}/ca.pem`, phase: 'ca', why: 'CA certificate made by setup', keep: 'pki' },
  keystore('private/*.pem', 'private key of a CA made by setup'),
  keystore('qemu-ca.pem', 'QEMU CA certificate made by setup'),
  keystore('.truststore', 'trust store made by setup'),
  keystore('.rnd', "openssl's random seed"),
  keystore('keys/*.p12', 'keystore made by setup'),
  keystore('keys/*.key.nopass', 'private key extracted by setup'),
  keystore('keys/engine_id_rsa', "the engine's ssh key"),
  keystore('keys/engine_id_rsa.pub', "the engine's ssh key"),
  keystore('certs/*.pem', 'certificate issued by the engine CA'),
  keystore('certs/*.cer', 'certificate issued by the engine CA'),
  keystore('certs/*.der', 'CA certificate in DER form'),
  keystore('certs/*.pub', 'public key for the console proxy'),
  keystore('certs-qemu/*.pem', 'certificate issued by the QEMU CA'),
  keystore('certs-qemu/*.cer', 'certificate issued by the QEMU CA'),
  keystore('requests/*.req', 'certificate request'),
  keystore('requests/*.csr', 'certificate request'),
  keystore('requests-qemu/*.req', 'certificate request'),
  keystore('requests-qemu/*.csr', 'certificate request'),
  keystore('serial.txt', "openssl's serial number"),
  keystore('serial.txt.old', "openssl's serial number"),
  keystore('database.txt', "openssl's index of issued certificates"),
  keystore('database.txt.*', "openssl's index of issued certificates"),
  keystore('cacert.template', 'template filled by setup'),
  keystore('cert.template', 'template filled by setup'),
  keystore('qemu-cacert.template', 'template filled by setup'),
  keystore('qemu-cert.template', 'template filled by setup'),
  keystore('cacert.conf', "setup's openssl configuration"),
  keystore('cert.conf', "setup's openssl configuration"),
  keystore('qemu-cacert.conf', "setup's openssl configuration"),
  keystore('qemu-cert.conf', "setup's openssl configuration"),
  keystore('apache-ca.pem', "the web server's CA"),
  keystore('apache-grafana.*', 'certificate or key for Grafana'),
];
