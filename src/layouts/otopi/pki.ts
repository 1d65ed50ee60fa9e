/** What is judged of the PKI, as setup 4.4 and 4.5 make and probe it. */
import type { PkiCertificate, PkiLayout } from '../../model/layout.ts';
import { PKI as DIR } from './paths.ts';

function certificate(name: string, more: Omit<PkiCertificate, 'path' | 'store'> = {}): PkiCertificate {
  return { path: `${DIR}/certs/${name}.cer`, store: `${DIR}/keys/${name}.p12`, ...more };
}

export const pki: PkiLayout = {
  dir: DIR,
  ca: `${DIR}/ca.pem`,
  caKey: `${DIR}/private/ca.pem`,
  madeWith: `${DIR}/ca.pem`,
  engineStore: `${DIR}/keys/engine.p12`,
  engineStoreKind: 'pkcs12',
  storePassword: 'mypass', // the fixed word of all releases
  halfSigns: [`${DIR}/keys/engine_id_rsa`, `${DIR}/keys/engine.p12`, `${DIR}/.truststore`],
  // A setup killed between ca.pem and .truststore leaves a PKI that no later one mends (measured on 4.5.8). openssl's books and cert.conf are what signing needs.
  whole: [`${DIR}/.truststore`, `${DIR}/serial.txt`, `${DIR}/database.txt`, `${DIR}/cert.conf`],
  spoils: [
    {
      check: 'pki-web',
      path: `${DIR}/apache-ca.pem`,
      effect: 'engine-setup keeps it, and the web server would send a wrong chain',
    },
  ],
  pairs: [
    [`${DIR}/ca.pem`, `${DIR}/private/ca.pem`],
    [`${DIR}/qemu-ca.pem`, `${DIR}/private/qemu-ca.pem`],
  ],
  certificates: [
    certificate('engine'),
    certificate('jboss'),
    certificate('websocket-proxy', { shortLived: true, replaceable: true }),
    certificate('apache', { shortLived: true, replaceable: true }),
    certificate('reports', { replaceable: true }),
    certificate('ovn-ndb', { replaceable: true, component: 'ovn-provider' }),
    certificate('ovn-sdb', { replaceable: true, component: 'ovn-provider' }),
    certificate('ovirt-provider-ovn', { replaceable: true, component: 'ovn-provider' }),
  ],
  renewal: [
    { since: '4.5.2', days: 365, shortDays: 60, asksDatabase: true, longestDays: null },
    { since: '4.5.0.7', days: 60, shortDays: 60, asksDatabase: false, longestDays: null },
    { since: '4.4.5.7', days: 60, shortDays: 60, asksDatabase: false, longestDays: 398 },
    { since: '4.2.8', days: 365, shortDays: 365, asksDatabase: false, longestDays: null },
  ],
  renewalKey: 'OVESETUP_PKI/renew',
  copies: '/etc/pki/ovirt-engine-backups',
  copyName: 'ovirt-engine',
  webCa: `${DIR}/apache-ca.pem`,
  halfQuestion: true,
};

/** Up to 4.3 setup clears what is left of an old PKI and makes it anew, without asking (the question came with ca2505c4cc7, bug 1700021). */
export const olderPki: PkiLayout = { ...pki, halfQuestion: false };
