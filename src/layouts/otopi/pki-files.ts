/**
 * The PKI of 3.3 to 4.5 below /etc/pki/ovirt-engine, and what 3.0 to 3.2 left in it. The uninstall record names only part of it: host certificates, serial copies, requests, openssl's database and
 * two private keys are in no record (measured on 4.5.8: 44 such files), and from 3.5.3 to 4.4.3 no keystore is.
 */
import type { FileRule } from '../../model/layout.ts';
import { PKI } from './paths.ts';

function keystore(path: string, why: string, more: Pick<FileRule, 'since' | 'until'> = {}): FileRule {
  return { path: `${PKI}/${path}`, phase: 'keystores', why, keep: 'pki', ...more };
}

/** Of the CA that signs the certificates of QEMU, which 4.4 brought. */
const qemu: readonly FileRule[] = [
  keystore('qemu-ca.pem', 'QEMU CA certificate made by setup', { since: '4.4' }),
  keystore('certs-qemu/*.pem', 'certificate issued by the QEMU CA', { since: '4.4' }),
  keystore('certs-qemu/*.cer', 'certificate issued by the QEMU CA', { since: '4.4' }),
  keystore('requests-qemu/*.req', 'certificate request', { since: '4.4' }),
  keystore('requests-qemu/*.csr', 'certificate request', { since: '4.4' }),
  ...['qemu-cacert', 'qemu-cert'].flatMap((name) => [
    keystore(`${name}.template`, 'template filled by setup', { since: '4.4' }),
    keystore(`${name}.conf`, "setup's openssl configuration", { since: '4.4' }),
  ]),
];

/** Components on hosts of their own bring certificates from the engine (their plug-ins `pki/apache.py`). */
const elsewhere: readonly FileRule[] = [
  keystore('apache-grafana-ca.pem', "the web server's CA of Grafana's own host", { since: '4.4' }),
  keystore('apache-reports-ca.pem', "the web server's CA of Reports' own host", { since: '3.5', until: '3.6' }),
  // Setup's constants put the request of a proxy on its own host beside the certificate.
  keystore('certs/*.req', 'certificate request', { since: '3.5' }),
];

const older: readonly FileRule[] = [
  keystore('.keystore', 'keystore of 3.1 and older', { until: '3.1' }),
  keystore('keys/engine.ssh.key.txt', "the engine's ssh key of 3.1 and older", { until: '3.1' }),
];

export const pkiFiles: readonly FileRule[] = [
  { path: `${PKI}/openssl.conf`, phase: 'keystores', why: 'belongs to the package', packaged: 'package' },
  { path: `${PKI}/*.template.in`, phase: 'keystores', why: 'belongs to the package', packaged: 'package' },
  { path: `${PKI}/ca.pem`, phase: 'ca', why: 'CA certificate made by setup', keep: 'pki' },
  keystore('private/*.pem', 'private key of a CA made by setup'),
  keystore('.truststore', 'trust store made by setup'),
  keystore('.rnd', "openssl's random seed"),
  keystore('keys/*.p12', 'keystore made by setup'),
  keystore('keys/*.key.nopass', 'private key extracted by setup'),
  keystore('keys/engine_id_rsa', "the engine's ssh key"),
  keystore('keys/engine_id_rsa.pub', "the engine's ssh key"),
  keystore('certs/*.pem', 'certificate issued by the engine CA'),
  keystore('certs/*.cer', 'certificate issued by the engine CA'),
  keystore('certs/*.der', 'CA certificate in DER form'),
  keystore('certs/*.pub', 'public key for the console proxy', { since: '3.6' }),
  keystore('requests/*.req', 'certificate request'),
  keystore('requests/*.csr', 'certificate request'),
  keystore('serial.txt', "openssl's serial number"),
  keystore('serial.txt.old', "openssl's serial number"),
  keystore('database.txt', "openssl's index of issued certificates"),
  keystore('database.txt.*', "openssl's index of issued certificates"),
  ...['cacert', 'cert'].flatMap((name) => [
    keystore(`${name}.template`, 'template filled by setup'),
    keystore(`${name}.conf`, "setup's openssl configuration"),
  ]),
  keystore('apache-ca.pem', "the web server's CA"),
  ...qemu,
  ...elsewhere,
  ...older,
];
