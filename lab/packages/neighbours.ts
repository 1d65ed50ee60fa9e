/**
 * Packages of other products that the engine's need, or that setup configures: web server, application server of 3.0, proxies, network provider, Grafana. They own
 * the shared files, so that a cleanup meets them as a package's.
 */
import {
  SSL_CONF,
  SSL_CONF_ORIGINAL,
  SSL_CONF_WITH_CHAIN,
  ZONE,
  ZONE_ORIGINAL,
} from '../../test/fixture/host-shared.ts';
import { DEFAULT_XML, MODULE_XML } from '../stand-in/scripted/server-xml.ts';
import { OVIRT } from './engine.ts';
import { dir, file, ghost, noreplace, type Owned, type Package, type Span } from './model.ts';
import { reloading } from './scriptlets.ts';

const CERTIFICATES = '/etc/pki/tls';

/**
 * The web server's stand-in reads the files that ssl.conf names when it starts and when it is reloaded, and as httpd it does neither where one is missing. What it
 * read last is in /run/httpd-lab. With `-t` it only looks.
 */
const httpd = `#!/bin/sh
load() {
  names=$(sed -n 's/^[[:space:]]*SSL\\(Certificate\\|CertificateKey\\|CACertificate\\|CertificateChain\\)File[[:space:]][[:space:]]*"\\{0,1\\}\\([^"]*[^"[:space:]]\\).*/\\2/p' ${SSL_CONF} 2>/dev/null)
  for name in $names; do
    [ -r "$name" ] || { echo "$name cannot be read" >&2; return 1; }
  done
}
load || exit 1
[ "$1" = -t ] && exit 0
trap 'load && echo "$names" >/run/httpd-lab' HUP
echo "$names" >/run/httpd-lab
while :; do sleep 1000 & wait $!; done
`;

/** Where the links of 3.0 go, and what its setup edits. */
const JBOSS = '/usr/share/jboss-as';
const jboss: readonly Owned[] = [
  ...['', '/modules', '/modules/org', '/modules/sun', '/modules/sun/jdk', '/modules/sun/jdk/main'].map((path) =>
    dir(`${JBOSS}${path}`),
  ),
  ...['/standalone', '/standalone/configuration', '/standalone/deployments'].map((path) =>
    dir(`${JBOSS}${path}`, { owner: 'jboss-as' }),
  ),
  file(`${JBOSS}/modules/sun/jdk/main/module.xml`, MODULE_XML),
  noreplace(`${JBOSS}/standalone/configuration/standalone.xml`, DEFAULT_XML, { owner: 'jboss-as' }),
];

/** A tool that setup writes a drop-in for. */
const tool = (name: string, span: Span): Package => ({
  name: `ovirt-${name}`,
  ...span,
  files: [
    dir(`/etc/ovirt-engine/${name.replace('-', '')}.conf.d`, { since: '3.3' }),
    noreplace(`/etc/ovirt-engine/${name.replace('-', '')}.conf`, '#user=\n#engine=\n', { mode: 0o600 }),
  ],
});

const lockList = (name: string, path: string, span: Span): Package => ({
  name,
  ...span,
  files: [noreplace(path)],
});

export const neighbours: readonly Package[] = [
  {
    name: 'jboss-as',
    until: '3.0',
    provides: ['ovirt-engine-jbossas'],
    accounts: [{ name: 'jboss-as' }],
    files: jboss,
    services: [{ name: 'jboss-as' }],
  },
  {
    name: 'httpd',
    since: '3.1',
    files: [
      ...['/etc/httpd', '/etc/httpd/conf', '/etc/httpd/conf.d'].map((path) => dir(path)),
      noreplace('/etc/httpd/conf/httpd.conf', 'Listen 80\nIncludeOptional conf.d/*.conf\n'),
    ],
    services: [{ name: 'httpd', program: httpd, reload: '/usr/libexec/lab-services/httpd -t' }],
  },
  {
    name: 'mod_ssl',
    since: '3.1',
    needs: [{ name: 'httpd' }],
    files: [
      noreplace(SSL_CONF, SSL_CONF_WITH_CHAIN, { until: '3.2' }),
      noreplace(SSL_CONF, SSL_CONF_ORIGINAL, { since: '3.3' }),
      file(`${CERTIFICATES}/certs/localhost.crt`, 'a certificate\n'),
      file(`${CERTIFICATES}/certs/ca-bundle.crt`, 'certificates\n'),
      file(`${CERTIFICATES}/private/localhost.key`, 'a key\n', { mode: 0o600 }),
    ],
  },
  {
    name: 'firewalld',
    since: '3.2',
    files: [
      ...['', '/services', '/zones'].map((path) => dir(`/etc/firewalld${path}`, { mode: 0o750 })),
      noreplace(ZONE, ZONE_ORIGINAL),
    ],
  },
  lockList('yum-plugin-versionlock', '/etc/yum/pluginconf.d/versionlock.list', { until: '4.3' }),
  lockList('python3-dnf-plugin-versionlock', '/etc/dnf/plugins/versionlock.list', { since: '4.4' }),
  tool('log-collector', { since: '3.1' }),
  tool('iso-uploader', { since: '3.1', until: '4.3' }),
  tool('image-uploader', { since: '3.1', until: '4.0' }),
  { name: 'ovirt-engine-extension-aaa-jdbc', since: '3.6', files: [dir('/etc/ovirt-engine/aaa')] },
  {
    name: 'ovirt-vmconsole',
    since: '3.6',
    accounts: [{ name: 'ovirt-vmconsole' }],
    files: [dir('/etc/ovirt-vmconsole'), dir('/etc/pki/ovirt-vmconsole')],
  },
  {
    name: 'ovirt-vmconsole-proxy',
    since: '3.6',
    needs: [{ name: 'ovirt-vmconsole' }],
    files: ['', '/conf.d'].map((path) => dir(`/etc/ovirt-vmconsole/ovirt-vmconsole-proxy${path}`)),
    services: [{ name: 'ovirt-vmconsole-proxy-sshd' }],
  },
  {
    name: 'ovirt-imageio-proxy',
    since: '4.0',
    until: '4.3',
    files: [
      dir('/etc/ovirt-imageio-proxy'),
      noreplace('/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf', '# port = 54323\n'),
    ],
    services: [{ name: 'ovirt-imageio-proxy' }],
  },
  {
    name: 'ovirt-imageio-daemon',
    since: '4.4',
    files: [
      ...['', '/conf.d'].map((path) => dir(`/etc/ovirt-imageio${path}`)),
      dir('/var/log/ovirt-imageio'),
      ghost('/var/log/ovirt-imageio/daemon.log', { as: '%ghost' }),
    ],
    services: [{ name: 'ovirt-imageio' }],
  },
  { name: 'openvswitch', since: '4.2', files: [dir('/etc/openvswitch')], services: [{ name: 'openvswitch' }] },
  {
    name: 'openvswitch-ovn-central',
    since: '4.2',
    needs: [{ name: 'openvswitch' }],
    services: [{ name: 'ovn-northd' }],
  },
  {
    name: 'ovirt-provider-ovn',
    since: '4.2',
    needs: [{ name: 'openvswitch-ovn-central' }],
    files: [
      ...['', '/conf.d'].map((path) => dir(`/etc/ovirt-provider-ovn${path}`)),
      file('/etc/ovirt-provider-ovn/ovirt-provider-ovn.conf', '[OVN REMOTE]\n'),
      noreplace('/etc/ovirt-provider-ovn/logger.conf', '[loggers]\n'),
    ],
    services: [{ name: 'ovirt-provider-ovn' }],
  },
  {
    name: 'grafana',
    since: '4.4',
    accounts: [{ name: 'grafana' }],
    files: [
      dir('/etc/grafana'),
      noreplace('/etc/grafana/grafana.ini', '[paths]\n', { owner: 'root:grafana', mode: 0o640 }),
      dir('/var/lib/grafana', { owner: 'grafana' }),
    ],
    services: [{ name: 'grafana-server', user: 'grafana' }],
  },
  {
    name: 'ovirt-engine-keycloak-setup',
    since: '4.5',
    accounts: [OVIRT],
    files: [dir('/var/lib/ovirt-engine-keycloak', { owner: 'ovirt' }), dir('/var/lib/ovirt-engine-keycloak/backups')],
  },
  { name: 'fapolicyd', since: '4.5', files: ['', '/rules.d'].map((path) => dir(`/etc/fapolicyd${path}`)) },
  { name: 'lab-base', provides: ['/bin/sh'], files: [dir('/etc/sysconfig')], scripts: () => reloading },
];
