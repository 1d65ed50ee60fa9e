/**
 * The engine's own packages, 3.0 to 4.5: who needs whom, who owns what, and what is run. Read in the spec files of the tags 3.0.0_0001, 3.1.0, 3.2.0, 3.3.5,
 * 3.4.4, 3.5.8, 3.6.13.5, 4.0.7.5, 4.1.11.2, 4.2.8.9, 4.3.11.4, 4.4.10.7 and 4.5.7, and the branches engine_3.0 and engine_3.2; what the lab has no use for
 * (programs, libraries, documents) is left out.
 */
import { DEFAULT_XML } from '../stand-in/scripted/server-xml.ts';
import {
  type Account,
  config,
  dir,
  file,
  ghost,
  noreplace,
  type Owned,
  type Package,
  type Service,
  type Span,
} from './model.ts';
import { pkiOfBackend, pkiOfEngine } from './pki.ts';
import { engineScripts } from './scriptlets.ts';

const ETC = '/etc/ovirt-engine';
const SHARE = '/usr/share/ovirt-engine';
const STATE = '/var/lib/ovirt-engine';
const LOG = '/var/log/ovirt-engine';

const ovirt = { owner: 'ovirt' };
const jboss = { owner: 'jboss-as' };
export const OVIRT: Account = { name: 'ovirt', id: 108 };
export const VDSM: Account = { name: 'vdsm', id: 36, group: 'kvm' };
const same = { version: '=' } as const;

/** 3.0: what becomes the application server's by links. */
const deployed: readonly Owned[] = [
  'engine.ear',
  'resources',
  'resources/jboss',
  'resources/jboss/ROOT.war',
  'resources/jboss/modules',
  'resources/jboss/modules/org',
  'resources/jboss/modules/org/postgresql',
  'resources/jboss/modules/org/postgresql/main',
  'db-backups',
].map((path) => dir(`${SHARE}/${path}`, { until: '3.0', ...(path.startsWith('resources/jboss') ? jboss : {}) }));

const main: Package = {
  name: 'ovirt-engine',
  needs: [
    { name: 'ovirt-engine-jbossas', before: true, until: '3.0' },
    { name: 'ovirt-engine-jboss-deps', until: '3.0' },
    { name: 'ovirt-engine-setup', version: '>= %{version}-%{release}' },
    { name: 'ovirt-engine-backend', ...same },
    { name: 'ovirt-engine-notification-service', ...same, until: '3.1' },
    { name: 'ovirt-engine-tools', ...same, since: '3.2' },
    { name: 'ovirt-engine-iso-uploader', until: '3.0' },
    { name: 'ovirt-engine-log-collector', until: '3.0' },
    { name: 'ovirt-engine-websocket-proxy', since: '3.3' },
    { name: 'ovirt-engine-vmconsole-proxy-helper', since: '3.6' },
    { name: 'httpd', since: '3.1' },
    { name: 'mod_ssl', since: '3.1' },
    { name: 'ovirt-log-collector', since: '3.1' },
    { name: 'ovirt-iso-uploader', since: '3.1', until: '4.3' },
    { name: 'ovirt-image-uploader', since: '3.1', until: '4.0' },
    { name: 'yum-plugin-versionlock', since: '3.1', until: '4.3' },
    { name: 'python3-dnf-plugin-versionlock', since: '4.4' },
    { name: 'ovirt-imageio-proxy', since: '4.0', until: '4.3' },
    { name: 'ovirt-imageio-daemon', since: '4.4' },
    { name: 'ovirt-provider-ovn', since: '4.2' },
    { name: 'fapolicyd', since: '4.5' },
  ],
  accounts: [VDSM, OVIRT],
  files: [
    dir(SHARE),
    ...deployed,
    dir(`${SHARE}/conf`, { until: '3.1' }),
    dir(ETC, { until: '3.0' }),
    dir(ETC, { ...ovirt, since: '3.1', until: '3.2' }),
    dir(ETC, { since: '3.3' }),
    dir(LOG, { ...jboss, until: '3.0' }),
    dir(LOG, { ...ovirt, since: '3.1', until: '4.2' }),
    dir(LOG, { ...ovirt, mode: 0o700, since: '4.3' }),
    dir('/var/cache/ovirt-engine', { ...ovirt, since: '3.3' }),
    ...pkiOfEngine,
    file('/etc/cron.daily/ovirt-cron', '#!/bin/sh\n', { mode: 0o755, until: '3.2' }),
    noreplace(`${ETC}/engine.conf`, 'log4j.debug=false\n', { ...jboss, mode: 0o640, until: '3.0' }),
    noreplace(`${ETC}/engine.conf`, '', { ...ovirt, since: '3.1', until: '3.2' }),
    ghost(`${ETC}/engine.conf`, { since: '3.3', until: '3.6' }),
    noreplace(`${ETC}/web-conf.js`, 'var host_fqdn = "";\nvar http_port = "8080";\nvar https_port = "8443";\n', {
      mode: 0o755,
      until: '3.1',
    }),
    noreplace(`${ETC}/engine-service.xml`, DEFAULT_XML, { ...ovirt, since: '3.1', until: '3.1' }),
    noreplace('/etc/sysconfig/ovirt-engine', 'ENGINE_USER=ovirt\nENGINE_GROUP=ovirt\n', { since: '3.1', until: '3.2' }),
    dir('/etc/sysconfig/ovirt-engine.d', { since: '3.2', until: '3.2' }),
    noreplace('/etc/security/limits.d/10-ovirt-engine.conf', 'ovirt hard nofile 65535\n', {
      since: '3.1',
      until: '3.2',
    }),
    dir(`${SHARE}/db-backups`, { since: '3.1', until: '3.2' }),
    dir(`${ETC}/engine.conf.d`, { since: '3.3' }),
    dir(`${ETC}/extensions.d`, { since: '3.5' }),
  ],
  // Until 3.2 no scriptlet stops or disables a service.
  services: [{ name: 'ovirt-engine', user: 'ovirt', since: '3.1', until: '3.2', unmanaged: true }],
  scripts: engineScripts,
};

const backend: Package = {
  name: 'ovirt-engine-backend',
  needs: [
    { name: 'ovirt-engine', ...same },
    { name: 'ovirt-engine-extension-aaa-jdbc', since: '3.6' },
  ],
  accounts: [{ ...OVIRT, since: '3.1' }],
  files: [
    dir(STATE, { ...ovirt, since: '3.1', until: '4.3' }),
    dir(STATE, { ...ovirt, mode: 0o750, since: '4.4' }),
    dir(`${STATE}/content`, { ...ovirt, since: '3.1' }),
    dir(`${STATE}/deployments`, { ...ovirt, since: '3.1', until: '3.2' }),
    dir(`${STATE}/.ssh`, { ...ovirt, mode: 0o700, since: '4.3' }),
    dir(`${STATE}/ansible-runner`, { ...ovirt, since: '4.4' }),
    dir(`${ETC}/osinfo.conf.d`, { since: '3.3' }),
    dir(`${LOG}/host-deploy`, { ...ovirt, since: '3.2' }),
    config('/etc/logrotate.d/ovirt-engine', '/var/log/ovirt-engine/*.log {\n}\n', { since: '3.3' }),
    ...pkiOfBackend,
  ],
  services: [{ name: 'ovirt-engine', user: 'ovirt', since: '3.3' }],
};

const notifierd: Service = { name: 'engine-notifierd', init: 'sysv', unmanaged: true };

/** Directories of the notifier and its configuration, in whatever package it is. */
const notifierFiles = (span: Span): readonly Owned[] => [
  dir(`${ETC}/notifier`, span),
  dir(`${LOG}/notifier`, { ...ovirt, ...span }),
];

const tools: readonly Package[] = [
  {
    name: 'ovirt-engine-notification-service',
    until: '3.1',
    needs: [{ name: 'ovirt-engine', ...same }],
    accounts: [OVIRT],
    files: [...notifierFiles({}), noreplace(`${ETC}/notifier/notifier.conf`, 'MAIL_SERVER=\n', ovirt)],
    services: [notifierd],
  },
  {
    name: 'ovirt-engine-tools',
    since: '3.2',
    needs: [{ name: 'ovirt-engine', ...same }],
    accounts: [OVIRT],
    files: [
      ...notifierFiles({}),
      dir(`${ETC}/notifier/notifier.conf.d`, { since: '3.3' }),
      dir(`${ETC}/ovirt-fence-kdump-listener.conf.d`, { since: '3.5' }),
      dir(`${ETC}/engine-config`),
      noreplace(`${ETC}/engine-config/engine-config.conf`, 'passwordFile=\n'),
      noreplace(`${ETC}/notifier/notifier.conf`, 'MAIL_SERVER=\n', { ...ovirt, until: '3.2' }),
      ghost(`${ETC}/notifier/notifier.conf`, { since: '3.3', until: '3.6' }),
      config('/etc/logrotate.d/ovirt-engine-notifier', '', { since: '3.3' }),
    ],
    services: [
      { ...notifierd, until: '3.2' },
      { name: 'ovirt-engine-notifier', user: 'ovirt', since: '3.3' },
      { name: 'ovirt-fence-kdump-listener', user: 'ovirt', since: '3.5' },
    ],
  },
];

/** Nothing of them needs the engine: yum leaves the websocket proxy, with its unit, when the engine goes. */
const proxies: readonly Package[] = [
  {
    name: 'ovirt-engine-websocket-proxy',
    since: '3.3',
    needs: [{ name: 'ovirt-engine-setup-plugin-websocket-proxy', since: '3.4' }],
    accounts: [OVIRT],
    files: [dir(`${ETC}/ovirt-websocket-proxy.conf.d`)],
    services: [{ name: 'ovirt-websocket-proxy', user: 'ovirt' }],
  },
  {
    name: 'ovirt-engine-vmconsole-proxy-helper',
    since: '3.6',
    needs: [{ name: 'ovirt-engine-setup-plugin-vmconsole-proxy-helper' }, { name: 'ovirt-vmconsole-proxy' }],
    files: [dir(`${ETC}/ovirt-vmconsole-proxy-helper.conf.d`)],
  },
];

/** Parts of 3.0 that became products of their own. */
const parts: readonly Package[] = [
  { name: 'ovirt-engine-jboss-deps', until: '3.0', needs: [{ name: 'ovirt-engine', ...same }] },
  {
    name: 'ovirt-engine-iso-uploader',
    until: '3.0',
    needs: [{ name: 'ovirt-engine' }],
    files: [noreplace(`${ETC}/isouploader.conf`, '#user=\n#engine=\n', { mode: 0o600 })],
  },
  {
    name: 'ovirt-engine-log-collector',
    until: '3.0',
    needs: [{ name: 'ovirt-engine' }],
    files: [noreplace(`${ETC}/logcollector.conf`, '#user=\n#engine=\n', { mode: 0o600 })],
  },
];

export const enginePackages: readonly Package[] = [main, backend, ...tools, ...proxies, ...parts];
