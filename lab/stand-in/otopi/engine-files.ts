/** Files that setup writes for the engine, outside of the PKI, as data. A path has the first release with it, and the first without it. */
import type { FileAttributes } from '../base/host.ts';
import { within } from '../base/versions.ts';
import { credentialLines, jdbcUrl } from '../database/credentials.ts';
import type { OtopiRun } from './run.ts';
import type { PlannedFile } from './transaction.ts';

const ETC = '/etc/ovirt-engine';
const CONF = `${ETC}/engine.conf.d`;
const PKI = '/etc/pki/ovirt-engine';
const HTTPD = '/etc/httpd/conf.d';

export interface FileRow {
  path: string;
  first?: string;
  end?: string;
  mode?: number;
  /** Account, and whether the file is the engine's alone (0600), readable for its group (0640), or for all. */
  access?: 'engine' | 'group' | 'root';
  record?: string;
  /** Written after the schema. */
  late?: true;
  text: (run: OtopiRun) => string;
}

/** Files with secrets: the engine's own until 3.6, root's with the engine's group since. */
function attributes(row: FileRow, groupReadable: boolean): FileAttributes {
  if (row.access === undefined) return { mode: row.mode ?? 0o644 };
  if (row.access === 'root') return { mode: 0o600 };
  return row.access === 'group' && groupReadable
    ? { mode: 0o640, owner: 'root', group: 'ovirt' }
    : { mode: 0o600, owner: 'ovirt' };
}

function firewallXml(name: string, port: number, protocol = 'tcp'): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<service>\n  <short>${name}</short>\n  <port protocol="${protocol}" port="${port}"/>\n</service>\n`;
}

/** Services that setup opens, with the first release that knows them. */
export const FIREWALL: readonly (readonly [name: string, port: number, first: string, protocol?: string])[] = [
  ['ovirt-http', 80, '3.3'],
  ['ovirt-https', 443, '3.3'],
  ['ovirt-websocket-proxy', 6100, '3.3'],
  ['ovirt-fence-kdump-listener', 7410, '3.5', 'udp'],
  ['ovirt-vmconsole-proxy', 2222, '3.6'],
  ['ovirt-imageio-proxy', 54323, '4.0'],
];

function firewallRows(dir: string): FileRow[] {
  return FIREWALL.map(([name, port, first, protocol]) => ({
    path: `${dir}/${name}.xml`,
    first,
    text: () => firewallXml(name, port, protocol),
  }));
}

function extension(kind: 'authn' | 'authz'): string {
  return [
    `ovirt.engine.extension.name = internal-${kind}`,
    'ovirt.engine.extension.bindings.method = jbossmodule',
    'ovirt.engine.extension.binding.jbossmodule.module = org.ovirt.engine.extension.aaa.jdbc',
    'config.datasource.file = /etc/ovirt-engine/aaa/internal.properties',
    '',
  ].join('\n');
}

function internalProperties(run: OtopiRun): string {
  const credentials = run.credentialsOf('engine');
  return [
    `config.datasource.jdbcurl=${jdbcUrl(credentials)}`,
    `config.datasource.dbuser=${credentials.role}`,
    `config.datasource.dbpassword=${credentials.password.replace(/[\\:]/g, '\\$&')}`,
    'config.datasource.jdbcdriver=org.postgresql.Driver',
    'config.datasource.schemaname=aaa_jdbc',
    '',
  ].join('\n');
}

function protocols({ fqdn }: OtopiRun): string {
  return [
    `ENGINE_FQDN=${fqdn}`,
    'ENGINE_PROXY_ENABLED=true',
    'ENGINE_PROXY_HTTP_PORT=80',
    'ENGINE_PROXY_HTTPS_PORT=443',
    'ENGINE_AJP_ENABLED=true',
    'ENGINE_AJP_PORT=8702',
    'ENGINE_HTTP_ENABLED=false',
    'ENGINE_HTTPS_ENABLED=false',
    'ENGINE_HTTP_PORT=None',
    'ENGINE_HTTPS_PORT=None',
    '',
  ].join('\n');
}

function pkiConf(): string {
  const values: [string, string][] = [
    ['ENGINE_PKI', PKI],
    ['ENGINE_PKI_CA', `${PKI}/ca.pem`],
    ['ENGINE_PKI_ENGINE_CERT', `${PKI}/certs/engine.cer`],
    ['ENGINE_PKI_TRUST_STORE', `${PKI}/.truststore`],
    ['ENGINE_PKI_TRUST_STORE_PASSWORD', 'mypass'],
    ['ENGINE_PKI_ENGINE_STORE', `${PKI}/keys/engine.p12`],
    ['ENGINE_PKI_ENGINE_STORE_PASSWORD', 'mypass'],
    ['ENGINE_PKI_ENGINE_STORE_ALIAS', '1'],
  ];
  return values.map(([key, value]) => `${key}="${value}"\n`).join('');
}

function sso({ ssoSecret }: OtopiRun): string {
  return `ENGINE_SSO_CLIENT_ID="ovirt-engine-core"\nENGINE_SSO_CLIENT_SECRET="${ssoSecret}"\nENGINE_SSO_AUTH_URL="https://\${ENGINE_FQDN}:443/ovirt-engine/sso"\nSSO_ALTERNATE_ENGINE_FQDNS=""\nSSO_CALLBACK_PREFIX_CHECK=false\n`;
}

const JBOSS = 'JBOSS_HOME="/usr/share/ovirt-engine-wildfly"\n';
const logTool = (section: string) => (run: OtopiRun) => `[${section}]\nengine=${run.fqdn}:443\nuser=admin@internal\n`;

export const ENGINE_FILES: readonly FileRow[] = [
  { path: `${CONF}/10-setup-protocols.conf`, text: protocols },
  { path: `${CONF}/10-setup-jboss.conf`, text: () => JBOSS },
  {
    path: `${CONF}/10-setup-java.conf`,
    first: '3.5',
    text: () => 'ENGINE_HEAP_MIN="1024M"\nENGINE_HEAP_MAX="4096M"\n',
  },
  { path: `${CONF}/10-setup-pki.conf`, access: 'group', record: 'ca_config', text: pkiConf },
  { path: `${ETC}/notifier/notifier.conf.d/10-setup-jboss.conf`, text: () => JBOSS },
  {
    path: `${ETC}/ovirt-websocket-proxy.conf.d/10-setup.conf`,
    text: () =>
      `PROXY_PORT=6100\nSSL_CERTIFICATE=${PKI}/certs/websocket-proxy.cer\nSSL_KEY=${PKI}/keys/websocket-proxy.key.nopass\nCERT_FOR_DATA_VERIFICATION=${PKI}/certs/engine.cer\nSSL_ONLY=True\n`,
  },
  {
    path: `${ETC}/ovirt-vmconsole-proxy-helper.conf.d/10-setup.conf`,
    first: '3.6',
    text: () =>
      `ENGINE_CA=${PKI}/apache-ca.pem\nENGINE_VERIFY_HOST=True\nTOKEN_KEY=${PKI}/keys/vmconsole-proxy-helper.key.nopass\n`,
  },
  {
    path: '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d/20-ovirt-vmconsole-proxy-helper.conf',
    first: '3.6',
    text: () => '[proxy]\nkey_list = exec ovirt-vmconsole-list\n',
  },
  { path: `${ETC}/logcollector.conf.d/10-engine-setup.conf`, text: logTool('LogCollector') },
  { path: `${ETC}/isouploader.conf.d/10-engine-setup.conf`, end: '4.0', text: logTool('ISOUploader') },
  { path: `${ETC}/imageuploader.conf.d/10-engine-setup.conf`, end: '4.0', text: logTool('ImageUploader') },
  {
    path: `${ETC}/iptables.example`,
    text: () => '# Example of rules.\n*filter\n-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n',
  },
  ...firewallRows(`${ETC}/firewalld`),
  {
    path: `${HTTPD}/z-ovirt-engine-proxy.conf`,
    text: () => '<Location /ovirt-engine/>\n  ProxyPass ajp://localhost:8702 timeout=3600\n</Location>\n',
  },
  {
    path: `${HTTPD}/ovirt-engine-root-redirect.conf`,
    text: () => '<Location "/">\n  RedirectMatch 302 ^/$ /ovirt-engine/\n</Location>\n',
  },
  {
    path: `${HTTPD}/zz-ansible-runner-service.conf`,
    first: '4.4',
    end: '4.5',
    text: () => 'WSGIScriptAlias / /var/www/runnner/runner.wsgi\n',
  },
  {
    path: '/etc/ansible-runner-service/config.yaml',
    first: '4.4',
    end: '4.5',
    text: () => 'ssh_private_key: /etc/pki/ovirt-engine/keys/engine_id_rsa\n',
  },
  { path: '/var/www/runnner/runner.wsgi', first: '4.4', end: '4.5', text: () => 'from runner_service import *\n' },
  {
    path: '/etc/ovirt-imageio/conf.d/50-engine.conf',
    first: '4.4',
    text: () => `[tls]\nkey_file = ${PKI}/keys/apache.key.nopass\n[remote]\nport = 54323\n`,
  },
  {
    path: '/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf',
    first: '4.0',
    end: '4.4',
    text: () =>
      `# Written by setup of ovirt-engine\nssl_key_file = ${PKI}/keys/apache.key.nopass\nengine_cert_file = ${PKI}/certs/engine.cer\n`,
  },
  {
    path: `${CONF}/10-setup-managedblock.conf`,
    first: '4.5.7',
    access: 'group',
    text: () => 'MANAGEDBLOCK_DB_ENABLE="False"\n',
  },
  {
    path: `${CONF}/10-setup-database.conf`,
    access: 'group',
    late: true,
    text: (run) =>
      credentialLines('ENGINE_DB_', run.credentialsOf('engine'), run.traits, within(run.version, null, '3.4')),
  },
  { path: `${CONF}/11-setup-sso.conf`, first: '4.0', access: 'group', late: true, text: sso },
  { path: `${ETC}/aaa/internal.properties`, first: '3.6', access: 'engine', late: true, text: internalProperties },
  {
    path: `${ETC}/extensions.d/internal-authn.properties`,
    first: '3.6',
    access: 'engine',
    late: true,
    text: () => extension('authn'),
  },
  {
    path: `${ETC}/extensions.d/internal-authz.properties`,
    first: '3.6',
    access: 'engine',
    late: true,
    text: () => extension('authz'),
  },
];

/** Files below `/etc/firewalld`, where firewalld is what setup configures. */
export const FIREWALLD_FILES: readonly FileRow[] = firewallRows('/etc/firewalld/services');

/** The rows of a release, as files of the transaction. */
export function plannedFiles(run: OtopiRun, rows: readonly FileRow[], group = 'core'): PlannedFile[] {
  return rows
    .filter(({ first, end }) => within(run.version, first ?? null, end ?? null))
    .map((row) => ({
      ...attributes(row, run.traits.groupReadable),
      path: row.path,
      content: row.text(run),
      record: row.record ?? group,
    }));
}
