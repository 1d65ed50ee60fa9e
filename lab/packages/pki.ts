/** The PKI tree as packages bring it: directories, templates, and the files of openssl's CA. Removing the engine's package deletes all of it. */
import { dir, file, ghost, noreplace, type Owned } from './model.ts';

const PKI = '/etc/pki/ovirt-engine';
const OVIRT = 'ovirt';
const JBOSS = 'jboss-as';

const OPENSSL = '[ ca ]\ndefault_ca = CA_default\n';
const TEMPLATE = '[ req ]\nprompt = no\n';

/** 3.0: the engine runs as the application server's user. */
export const pkiOfEngine: readonly Owned[] = [
  ...['', '/certs', '/keys', '/private', '/requests'].map((name) =>
    dir(`${PKI}${name}`, { owner: JBOSS, until: '3.0' }),
  ),
  file(`${PKI}/openssl.conf`, OPENSSL, { owner: JBOSS, until: '3.0' }),
  file(`${PKI}/pubkey2ssh`, '', { mode: 0o755, until: '3.0' }),
  noreplace(`${PKI}/cacert.template`, TEMPLATE, { until: '3.0' }),
  noreplace(`${PKI}/cert.template`, TEMPLATE, { until: '3.0' }),
  noreplace(`${PKI}/database.txt`, '', { until: '3.0' }),
  noreplace(`${PKI}/serial.txt`, '01', { until: '3.0' }),
];

/** 3.1 and newer. */
export const pkiOfBackend: readonly Owned[] = [
  ...['', '/certs', '/private', '/requests'].map((name) => dir(`${PKI}${name}`, { owner: OVIRT, since: '3.1' })),
  dir(`${PKI}/keys`, { owner: OVIRT, since: '3.1', until: '3.2' }),
  dir(`${PKI}/keys`, { since: '3.3' }),
  dir(`${PKI}/certs-qemu`, { owner: OVIRT, since: '4.4' }),
  dir(`${PKI}/requests-qemu`, { owner: OVIRT, since: '4.4' }),
  noreplace(`${PKI}/openssl.conf`, OPENSSL, { since: '3.1' }),
  noreplace(`${PKI}/cacert.template`, TEMPLATE, { since: '3.1', until: '3.2' }),
  noreplace(`${PKI}/cert.template`, TEMPLATE, { since: '3.1', until: '3.2' }),
  noreplace(`${PKI}/database.txt`, '', { owner: OVIRT, since: '3.1', until: '3.2' }),
  noreplace(`${PKI}/serial.txt`, '01', { owner: OVIRT, since: '3.1', until: '3.2' }),
  noreplace(`${PKI}/cacert.template.in`, TEMPLATE, { since: '3.3' }),
  noreplace(`${PKI}/cert.template.in`, TEMPLATE, { since: '3.3' }),
  // So that an upgrade from 3.2, where they were packaged, keeps them.
  ...['cacert.template', 'cert.template', 'database.txt', 'serial.txt'].map((name) =>
    ghost(`${PKI}/${name}`, { since: '3.3', until: '3.6' }),
  ),
];
