/** What the test of the packages does on a host of each generation, and what is left after `ovirt-engine` was removed. */
import type { EditionName } from './editions.ts';

export interface Case {
  edition: EditionName;
  /** Configuration that is edited, and saved under another name. */
  saved?: readonly string[];
  /** Files in a package's list only, which something else wrote: deleted, or left. */
  deleted?: readonly string[];
  left?: readonly string[];
  /** Services that were enabled and running: those that go, and those that do not care. */
  stopped?: readonly string[];
  running?: readonly string[];
  /** Packages that stay, beside the two that are there from the start. */
  stay: readonly string[];
  /** Owner and mode of the directories of the PKI. */
  directories: Readonly<Record<string, string>>;
  /** Files of the PKI that come with the package. */
  packaged: readonly string[];
  /** Path of the copy of the PKI. */
  copy: RegExp;
  /** Cache and version lock stay. */
  untidy?: true;
}

const ovirt = 'ovirt:ovirt 755';
const jboss = 'jboss-as:jboss-as 755';
const otopiDirectories = { '.': ovirt, certs: ovirt, keys: 'root:root 755', private: ovirt, requests: ovirt };
const underscores = /ovirt-engine-\d{4}(_\d\d){5}\/ovirt-engine$/;
const digits = /ovirt-engine-\d{14}\/ovirt-engine$/;
const packagedDatabase = ['cacert.template', 'cert.template', 'database.txt', 'openssl.conf', 'serial.txt'];
const packagedTemplates = ['cacert.template.in', 'cert.template.in', 'openssl.conf'];
const managed = ['ovirt-engine', 'ovirt-engine-notifier'];
const webServer = ['httpd', 'mod_ssl', 'ovirt-iso-uploader', 'ovirt-log-collector'];
const setupBase = [
  'ovirt-engine-extension-aaa-jdbc',
  'ovirt-engine-setup-base',
  'ovirt-engine-setup-plugin-ovirt-engine-common',
  'ovirt-engine-setup-plugin-websocket-proxy',
  'ovirt-engine-websocket-proxy',
  'ovirt-vmconsole',
  'ovirt-vmconsole-proxy',
];

export const CASES: readonly Case[] = [
  {
    edition: '3.0',
    saved: ['/etc/ovirt-engine/web-conf.js', '/etc/ovirt-engine/engine.conf', '/etc/ovirt-engine/isouploader.conf'],
    running: ['jboss-as', 'engine-notifierd'],
    stay: ['jboss-as'],
    directories: { '.': jboss, certs: jboss, keys: jboss, private: jboss, requests: jboss },
    packaged: [...packagedDatabase, 'pubkey2ssh'].sort(),
    copy: underscores,
    untidy: true,
  },
  {
    edition: '3.2',
    saved: ['/etc/sysconfig/ovirt-engine', '/etc/firewalld/services/ovirt.xml'],
    running: ['ovirt-engine', 'engine-notifierd', 'httpd'],
    stay: [...webServer, 'ovirt-image-uploader'],
    directories: { ...otopiDirectories, keys: ovirt },
    packaged: packagedDatabase,
    copy: underscores,
  },
  {
    edition: '3.3',
    left: ['/etc/ovirt-engine/notifier/notifier.conf'],
    stopped: managed,
    running: ['ovirt-websocket-proxy', 'httpd'],
    stay: [...webServer, 'ovirt-image-uploader', 'ovirt-engine-websocket-proxy'],
    directories: otopiDirectories,
    packaged: packagedTemplates,
    copy: digits,
  },
  {
    edition: '3.6',
    left: ['/etc/ovirt-engine/engine.conf'],
    stopped: [...managed, 'ovirt-fence-kdump-listener'],
    running: ['ovirt-websocket-proxy', 'ovirt-vmconsole-proxy-sshd', 'httpd'],
    stay: [...webServer, 'ovirt-image-uploader', ...setupBase],
    directories: otopiDirectories,
    packaged: packagedTemplates,
    copy: digits,
  },
  {
    edition: '4.3',
    stopped: [...managed, 'ovirt-fence-kdump-listener'],
    running: ['ovirt-engine-dwhd', 'ovirt-imageio-proxy', 'ovirt-provider-ovn', 'ovn-northd', 'httpd'],
    stay: [
      ...webServer,
      ...setupBase,
      'openvswitch',
      'openvswitch-ovn-central',
      'ovirt-engine-dwh',
      'ovirt-engine-dwh-setup',
      'ovirt-imageio-proxy',
      'ovirt-provider-ovn',
    ],
    directories: otopiDirectories,
    packaged: packagedTemplates,
    copy: digits,
  },
  {
    // All that was installed for the engine goes: the web server, the base of setup and Grafana too.
    edition: '4.5.6',
    saved: ['/etc/httpd/conf.d/ssl.conf', '/etc/grafana/grafana.ini'],
    deleted: ['/var/log/ovirt-imageio/daemon.log'],
    stopped: [...managed, 'ovirt-engine-dwhd', 'ovirt-imageio', 'grafana-server', 'ovirt-provider-ovn', 'httpd'],
    stay: [],
    directories: { ...otopiDirectories, 'certs-qemu': ovirt, 'requests-qemu': ovirt },
    packaged: packagedTemplates,
    copy: digits,
  },
];
