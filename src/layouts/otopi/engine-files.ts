/** What setup writes for the engine itself outside of the PKI, 3.3 to 4.5. */
import type { FileRule } from '../../model/layout.ts';
import { CONF, ETC, EXTENSIONS, FIREWALLD, HTTPD, SETUP_CONF, STATE } from './paths.ts';
import { dropIn, firewallService, webDropIn } from './rules.ts';

const dropIns: readonly FileRule[] = [
  {
    path: `${CONF}/10-setup-database.conf`,
    phase: 'credentials',
    why: 'database credentials written by setup',
    keep: 'database',
    credentialsOf: 'engine',
  },
  dropIn(`${CONF}/10-setup-protocols.conf`, { keep: 'database' }),
  dropIn(`${CONF}/10-setup-pki.conf`, { keep: 'pki' }),
  dropIn(`${CONF}/10-setup-jboss.conf`),
  dropIn(`${CONF}/10-setup-java.conf`, { since: '3.5' }),
  {
    path: `${CONF}/11-setup-sso.conf`,
    phase: 'drop-ins',
    why: 'drop-in written by setup, holds the single-sign-on secret',
    since: '4.0',
  },
  dropIn(`${ETC}/notifier/notifier.conf.d/10-setup-jboss.conf`),
  // The image uploader went with 4.1, the ISO uploader with 4.4 (setup plug-in config/tools.py, tag by tag).
  dropIn(`${ETC}/logcollector.conf.d/10-engine-setup.conf`),
  dropIn(`${ETC}/isouploader.conf.d/10-engine-setup.conf`, { until: '4.3' }),
  dropIn(`${ETC}/imageuploader.conf.d/10-engine-setup.conf`, { until: '4.0' }),
  { path: `${ETC}/iptables.example`, phase: 'drop-ins', why: 'example written by setup' },
  { path: `${ETC}/firewalld/*.xml`, phase: 'drop-ins', why: 'firewalld example written by setup' },
  { path: `${ETC}/firewalld/*/*.xml`, phase: 'drop-ins', why: 'firewalld example written by setup' },
];

/** An administrator may have other services of the same family of names. */
const firewall: readonly FileRule[] = [
  ...['http', 'https', 'postgres', 'nfs', 'jboss-http', 'jboss-https'].map((name) =>
    firewallService(`${FIREWALLD}/ovirt-${name}.xml`),
  ),
  firewallService(`${FIREWALLD}/ovirt-aio.xml`, { until: '3.6' }),
  ...['local-cinder', 'local-glance'].map((name) =>
    firewallService(`${FIREWALLD}/ovirt-${name}.xml`, { since: '3.6', until: '4.1' }),
  ),
];

const web: readonly FileRule[] = [
  webDropIn(`${HTTPD}/z-ovirt-engine-proxy.conf`),
  webDropIn(`${HTTPD}/ovirt-engine-root-redirect.conf`),
  webDropIn(`${HTTPD}/zz-ansible-runner-service.conf`, { since: '4.4', until: '4.4' }),
  {
    path: '/etc/ansible-runner-service/config.yaml',
    phase: 'drop-ins',
    why: 'written by setup for the runner of Ansible',
    since: '4.4',
    until: '4.4',
  },
  {
    path: '/var/www/runnner/runner.wsgi', // spelled like this by setup
    phase: 'drop-ins',
    why: 'written by setup for the runner of Ansible',
    since: '4.4',
    until: '4.4',
  },
  {
    path: '/etc/fapolicyd/rules.d/55-allow-ovirt.rules',
    phase: 'drop-ins',
    why: 'fapolicyd rule written by setup',
    since: '4.5',
  },
];

/** The internal accounts, in a schema of the engine's database since 3.6. */
const accounts: readonly FileRule[] = [
  {
    path: `${ETC}/aaa/internal.properties`,
    phase: 'credential-copies',
    why: 'profile written by setup, holds the database password',
    keep: 'database',
    credentialsOf: 'engine',
    since: '3.6',
  },
  ...['authn', 'authz'].map(
    (kind): FileRule => ({
      path: `${EXTENSIONS}/internal-${kind}.properties`,
      phase: 'drop-ins',
      why: 'profile written by setup',
      keep: 'database',
      since: '3.6',
    }),
  ),
];

/** What setup took out of the database of an older engine: it goes and stays with the rest of that. */
const movedOut: readonly FileRule[] = [
  {
    path: `${ETC}/osinfo.conf.d/10-productkeys.properties`,
    phase: 'drop-ins',
    why: 'product keys that setup took out of the database of 3.2',
    keep: 'database',
    since: '3.3',
    until: '3.3',
  },
  {
    // In no record: setup's transaction does not register it (3.4.4, legacy/osinfo.py).
    path: `${ETC}/osinfo.conf.d/10-sysprep.properties`,
    phase: 'drop-ins',
    why: 'answer files of sysprep that setup took out of the database of 3.3',
    keep: 'database',
    since: '3.4',
    until: '3.5',
  },
];

const allInOne: readonly FileRule[] = [
  {
    // Says that the local host was made, once and for all: a kept database has it.
    path: `${SETUP_CONF}/20-setup-aio.conf`,
    phase: 'drop-ins',
    why: 'written by setup of the all-in-one host',
    keep: 'database',
    until: '3.6',
  },
];

const state: readonly FileRule[] = [
  { path: `${STATE}/dbmd5/*.md5`, phase: 'state', why: "checksums of setup's schema scripts", keep: 'database' },
  {
    path: `${STATE}/external_truststore`,
    phase: 'state',
    why: 'certificates of providers, written by the engine',
    keep: 'database',
  },
];

export const engineFiles: readonly FileRule[] = [
  ...dropIns,
  ...firewall,
  ...web,
  ...accounts,
  ...movedOut,
  ...allInOne,
  ...state,
];
