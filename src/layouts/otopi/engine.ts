/** The engine itself, 3.3 to 4.5. */
import type { ComponentLayout, FileRule, LineRule } from '../../model/layout.ts';
import { pkiFiles } from './pki.ts';

const ETC = '/etc/ovirt-engine';
const CONF = `${ETC}/engine.conf.d`;

/** Services that setup defines for firewalld, all releases of otopi's setup. An administrator may have others of the same family of names. */
const FIREWALLD = [
  'http',
  'https',
  'postgres',
  'nfs',
  'websocket-proxy',
  'fence-kdump-listener',
  'vmconsole-proxy',
  'imageio',
  'imageio-proxy',
  'aio',
  'jboss-http',
  'jboss-https',
  'local-cinder',
  'local-glance',
  'provider-ovn',
  'storageconsole',
] as const;

const dropIns: readonly FileRule[] = [
  {
    path: `${CONF}/10-setup-database.conf`,
    phase: 'credentials',
    why: 'database credentials written by setup',
    keep: 'database',
    credentialsOf: 'engine',
  },
  { path: `${CONF}/10-setup-protocols.conf`, phase: 'drop-ins', why: 'drop-in written by setup', keep: 'database' },
  { path: `${CONF}/10-setup-pki.conf`, phase: 'drop-ins', why: 'drop-in written by setup', keep: 'pki' },
  { path: `${CONF}/10-setup-jboss.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
  { path: `${CONF}/10-setup-java.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
  {
    path: `${CONF}/11-setup-sso.conf`,
    phase: 'drop-ins',
    why: 'drop-in written by setup, holds the single-sign-on secret',
  },
  { path: `${ETC}/notifier/notifier.conf.d/10-setup-jboss.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
  { path: `${ETC}/logcollector.conf.d/10-engine-setup.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
  { path: `${ETC}/iptables.example`, phase: 'drop-ins', why: 'example written by setup' },
  { path: `${ETC}/firewalld/*.xml`, phase: 'drop-ins', why: 'firewalld example written by setup' },
  { path: `${ETC}/firewalld/*/*.xml`, phase: 'drop-ins', why: 'firewalld example written by setup' },
  ...FIREWALLD.map(
    (name): FileRule => ({
      path: `/etc/firewalld/services/ovirt-${name}.xml`,
      phase: 'drop-ins',
      why: 'firewalld service written by setup',
    }),
  ),
  {
    path: '/etc/httpd/conf.d/z-ovirt-engine-proxy.conf',
    phase: 'drop-ins',
    why: 'web server drop-in written by setup',
  },
  {
    path: '/etc/httpd/conf.d/ovirt-engine-root-redirect.conf',
    phase: 'drop-ins',
    why: 'web server drop-in written by setup',
  },
  {
    path: '/etc/httpd/conf.d/zz-ansible-runner-service.conf',
    phase: 'drop-ins',
    why: 'web server drop-in written by setup (4.4)',
  },
  { path: '/etc/ansible-runner-service/config.yaml', phase: 'drop-ins', why: 'written by setup (4.4)' },
  { path: '/var/www/runnner/runner.wsgi', phase: 'drop-ins', why: 'written by setup (4.4)' },
  { path: '/etc/fapolicyd/rules.d/55-allow-ovirt.rules', phase: 'drop-ins', why: 'fapolicyd rule written by setup' },
];

const accounts: readonly FileRule[] = [
  {
    path: `${ETC}/aaa/internal.properties`,
    phase: 'credential-copies',
    why: 'profile written by setup, holds the database password',
    keep: 'database',
    credentialsOf: 'engine',
  },
  {
    path: `${ETC}/extensions.d/internal-authn.properties`,
    phase: 'drop-ins',
    why: 'profile written by setup',
    keep: 'database',
  },
  {
    path: `${ETC}/extensions.d/internal-authz.properties`,
    phase: 'drop-ins',
    why: 'profile written by setup',
    keep: 'database',
  },
];

const state: readonly FileRule[] = [
  {
    path: '/var/lib/ovirt-engine/dbmd5/*.md5',
    phase: 'state',
    why: "checksums of setup's schema scripts",
    keep: 'database',
  },
  {
    path: '/var/lib/ovirt-engine/external_truststore',
    phase: 'state',
    why: 'certificates of providers, written by the engine',
    keep: 'database',
  },
];

const CERTIFICATE = 'SSL(?:CertificateFile|CertificateKeyFile|CACertificateFile|CertificateChainFile)';

const lines: readonly LineRule[] = [
  {
    path: '/etc/httpd/conf.d/ssl.conf',
    component: 'engine',
    added: new RegExp(`^\\s*${CERTIFICATE}\\s+"?/etc/pki/ovirt-engine/`),
    original: new RegExp(`^\\s*# (${CERTIFICATE}\\s+.*)$`),
    why: "line that points the web server to the engine's certificates",
  },
  {
    // Written by setup since 4.1 without a record of it (its record format could not hold the percent signs).
    path: '/etc/httpd/conf.d/ssl.conf',
    component: 'engine',
    added: /^\s*CustomLog\s+"?logs\/ovirt-requests-log\b/,
    why: "setup's request log",
  },
  {
    path: '/etc/dnf/plugins/versionlock.list',
    component: 'engine',
    added: /^ovirt-engine(?:-[a-z][a-z0-9]*)*-\d[\w.~^+]*-[\w.~^+]+\.(?:noarch|x86_64|ppc64le|s390x|aarch64)$/,
    why: 'version lock set by setup',
  },
  {
    // The lock list gets rpm's complaint when a listed package is not installed.
    path: '/etc/dnf/plugins/versionlock.list',
    component: 'engine',
    added: /^package ovirt-engine[a-z0-9-]* is not installed$/,
    why: "rpm's complaint, written by setup as if it were a version",
  },
  {
    path: '/etc/firewalld/zones/*.xml',
    component: 'engine',
    added:
      /^\s*<service name="ovirt-(?:http|https|postgres|nfs|websocket-proxy|fence-kdump-listener|vmconsole-proxy|imageio|imageio-proxy|jboss-http|jboss-https|provider-ovn|storageconsole)"\/>\s*$/,
    why: 'firewalld service opened by setup',
  },
];

export const engine: ComponentLayout = {
  id: 'engine',
  title: 'Engine',
  enabledBy: ['OVESETUP_ENGINE_CORE/enable'],
  enableQuestion: 'OVESETUP_ENGINE_ENABLE',
  shownBy: [
    `${CONF}/10-setup-database.conf`,
    `${CONF}/10-setup-protocols.conf`,
    `${ETC}/aaa/internal.properties`,
    '/etc/pki/ovirt-engine/ca.pem',
    '/etc/pki/ovirt-engine/keys/engine.p12',
    '/etc/pki/ovirt-engine/keys/engine_id_rsa',
  ],
  services: [
    // The notifier holds database sessions and is forgotten by the existing cleanup when units are disabled.
    { unit: 'ovirt-engine-notifier', order: 20 },
    { unit: 'ovirt-engine', order: 50 },
  ],
  database: {
    title: 'engine database',
    defaultName: 'engine',
    defaultRole: 'engine',
    prefix: 'ENGINE_DB_',
    answerPrefix: 'OVESETUP_DB/',
    questionPrefix: 'OVESETUP_ENGINE_DB_',
    credentials: [`${CONF}/10-setup-database.conf`],
    properties: [`${ETC}/aaa/internal.properties`],
    schemas: ['aaa_jdbc'],
    signature: ['vdc_options', 'schema_version'],
    complete: {
      relations: [
        'vms',
        'providers',
        'vdc_options',
        'schema_version',
        'users',
        'permissions',
        'vds_static',
        'vm_static',
      ],
      schemas: ['aaa_jdbc'],
      administrator: true,
      schemaVersion: true,
    },
    levels: {
      columns: ['cluster.compatibility_version', 'storage_pool.compatibility_version'],
      supported: ['4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8'],
    },
    encrypted: [
      'providers.auth_password',
      'storage_server_connections.password',
      'storage_server_connection_extension.password',
      'fence_agents.agent_password',
      'vm_init.password',
      'libvirt_secrets.secret_value',
    ],
    dumps: '/var/lib/ovirt-engine/backups/engine-*.dump',
  },
  files: [...pkiFiles, ...dropIns, ...accounts, ...state],
  lines,
};
