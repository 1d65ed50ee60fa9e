/** Lines that setup writes into files of others and that are known well enough to be taken out without a record, 3.3 to 4.5. */
import type { LineRule } from '../../model/layout.ts';
import { HTTPD } from './paths.ts';

const CERTIFICATE = 'SSL(?:CertificateFile|CertificateKeyFile|CACertificateFile|CertificateChainFile)';

const webServer: readonly LineRule[] = [
  {
    path: `${HTTPD}/ssl.conf`,
    component: 'engine',
    added: new RegExp(`^\\s*${CERTIFICATE}\\s+"?/etc/pki/ovirt-engine/`),
    original: new RegExp(`^\\s*# (${CERTIFICATE}\\s+.*)$`),
    why: "line that points the web server to the engine's certificates",
  },
  {
    // Written by setup since 4.1 without a record of it (its record format could not hold the percent signs).
    path: `${HTTPD}/ssl.conf`,
    component: 'engine',
    added: /^\s*CustomLog\s+"?logs\/ovirt-requests-log\b/,
    why: "setup's request log",
  },
];

/** Raw output of `rpm -q`: `ovirt-engine-4.5.8-1.el9.noarch`. */
const LOCKED = /^ovirt-engine(?:-[a-z][a-z0-9]*)*-\d[\w.~^+]*-[\w.~^+]+\.(?:noarch|x86_64|ppc64le|s390x|aarch64)$/;

/** yum's list in all releases, dnf's since 3.6. Each line that names another version than the one to be installed keeps that from being installed. */
export const versionLocks = ['/etc/yum/pluginconf.d/versionlock.list', '/etc/dnf/plugins/versionlock.list'].flatMap(
  (path): LineRule[] => [
    { path, component: 'engine', added: LOCKED, why: 'version lock set by setup' },
    {
      // The lock list gets rpm's complaint when a listed package is not installed.
      path,
      component: 'engine',
      added: /^package ovirt-engine[a-z0-9-]* is not installed$/,
      why: "rpm's complaint, written by setup as if it were a version",
    },
  ],
);

const lockBehaviour: LineRule = {
  // 4.1 and newer. An administrator who takes the comment away from the packaged line has blanks around the sign.
  path: '/etc/yum/pluginconf.d/versionlock.conf',
  component: 'engine',
  added: /^follow_obsoletes=1$/,
  why: 'behaviour of version locks, set by setup',
};

/** The services that setup of any release opens, 3.2's `ovirt` among them. */
const OPENED = [
  '',
  '-http',
  '-https',
  '-postgres',
  '-nfs',
  '-aio',
  '-websocket-proxy',
  '-fence-kdump-listener',
  '-vmconsole-proxy',
  '-imageio',
  '-imageio-proxy',
  '-jboss-http',
  '-jboss-https',
  '-local-cinder',
  '-local-glance',
  '-provider-ovn',
  '-reports-http',
  '-reports-https',
].map((name) => `ovirt${name}`);

export const openedServices: LineRule = {
  path: '/etc/firewalld/zones/*.xml',
  component: 'engine',
  added: new RegExp(`^\\s*<service name="(?:${OPENED.join('|')})"/>\\s*$`),
  why: 'firewalld service opened by setup',
};

export const engineLines: readonly LineRule[] = [...webServer, ...versionLocks, lockBehaviour, openedServices];
