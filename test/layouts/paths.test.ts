/**
 * Every path that setup of 3.3 to 4.5 writes, and its fate. A path stays known to all later releases: a host that was upgraded still has it. Only what a later setup knows nothing of (Reports) ends with
 * its last release.
 */
import { describe, expect, it } from 'vitest';
import { LAYOUTS, rulesOf } from '../../src/layouts/index.ts';
import { type Layout, RELEASES, type Release } from '../../src/model/layout.ts';
import { matches } from '../../src/model/patterns.ts';

/** `record`: no rule, because only the uninstall record tells what setup did there. */
type Fate = 'removed' | 'lines' | 'kept' | 'package';
type Row = [path: string, since: Release, fate: Fate, until?: Release];

const CONF = '/etc/ovirt-engine/engine.conf.d';
const DWH = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d';
const REPORTS = '/etc/ovirt-engine-reports';
const DEPLOYED = '/var/lib/ovirt-engine-reports';

const DROP_INS: Row[] = [
  [`${CONF}/10-setup-database.conf`, '3.3', 'removed'],
  [`${CONF}/10-setup-protocols.conf`, '3.3', 'removed'],
  [`${CONF}/10-setup-pki.conf`, '3.3', 'removed'],
  [`${CONF}/10-setup-jboss.conf`, '3.3', 'removed'],
  [`${CONF}/10-setup-java.conf`, '3.5', 'removed'],
  [`${CONF}/10-setup-dwh-database.conf`, '4.0', 'removed'],
  [`${CONF}/11-setup-sso.conf`, '4.0', 'removed'],
  [`${CONF}/10-setup-cinderlib-database.conf`, '4.3', 'removed'],
  [`${CONF}/10-setup-cinderlib.conf`, '4.3', 'removed'],
  [`${CONF}/10-setup-managedblock-database.conf`, '4.5', 'removed'],
  [`${CONF}/10-setup-managedblock.conf`, '4.5', 'removed'],
  [`${CONF}/10-setup-grafana-access.conf`, '4.4', 'removed'],
  [`${CONF}/12-setup-keycloak.conf`, '4.5', 'removed'],
  [`${CONF}/10-setup-reports-access.conf`, '3.5', 'removed', '3.6'],
  ['/etc/ovirt-engine/notifier/notifier.conf.d/10-setup-jboss.conf', '3.3', 'removed'],
  ['/etc/ovirt-engine/ovirt-websocket-proxy.conf.d/10-setup.conf', '3.3', 'removed'],
  ['/etc/ovirt-engine/ovirt-vmconsole-proxy-helper.conf.d/10-setup.conf', '3.6', 'removed'],
  ['/etc/ovirt-engine/logcollector.conf.d/10-engine-setup.conf', '3.3', 'removed'],
  ['/etc/ovirt-engine/isouploader.conf.d/10-engine-setup.conf', '3.3', 'removed'],
  ['/etc/ovirt-engine/imageuploader.conf.d/10-engine-setup.conf', '3.3', 'removed'],
  ['/etc/ovirt-engine/aaa/internal.properties', '3.6', 'removed'],
  ['/etc/ovirt-engine/extensions.d/internal-authn.properties', '3.6', 'removed'],
  ['/etc/ovirt-engine/extensions.d/internal-authz.properties', '3.6', 'removed'],
  ['/etc/ovirt-engine/extensions.d/internalkeycloak-authn.properties', '4.5', 'removed'],
  ['/etc/ovirt-engine/extensions.d/internalkeycloak-http-mapping.properties', '4.5', 'removed'],
  ['/etc/ovirt-engine/osinfo.conf.d/10-productkeys.properties', '3.3', 'removed'],
  ['/etc/ovirt-engine/osinfo.conf.d/10-sysprep.properties', '3.4', 'removed'],
  ['/etc/ovirt-engine/iptables.example', '3.3', 'removed'],
  ['/etc/ovirt-engine/firewalld/ovirt-http.xml', '3.3', 'removed'],
  ['/etc/ovirt-engine/firewalld/base/ovirt-http.xml', '3.3', 'removed'],
  ['/etc/ovirt-engine/ovirt-provider-ovn-conf.example', '4.2', 'removed'],
];

const FIREWALLD: Row[] = (
  [
    ['http', '3.3'],
    ['https', '3.3'],
    ['postgres', '3.3'],
    ['nfs', '3.3'],
    ['jboss-http', '3.3'],
    ['jboss-https', '3.3'],
    ['websocket-proxy', '3.3'],
    ['aio', '3.3'],
    ['fence-kdump-listener', '3.5'],
    ['vmconsole-proxy', '3.6'],
    ['local-cinder', '3.6'],
    ['local-glance', '3.6'],
    ['imageio-proxy', '4.0'],
    ['imageio', '4.4'],
    ['provider-ovn', '4.2'],
  ] as [string, Release][]
).map(([name, since]) => [`/etc/firewalld/services/ovirt-${name}.xml`, since, 'removed']);

const OTHERS: Row[] = [
  ['/etc/ovirt-engine-setup.conf.d/20-setup-aio.conf', '3.3', 'removed'],
  ['/etc/httpd/conf.d/z-ovirt-engine-proxy.conf', '3.3', 'removed'],
  ['/etc/httpd/conf.d/ovirt-engine-root-redirect.conf', '3.3', 'removed'],
  ['/etc/httpd/conf.d/ovirt-engine.conf', '3.3', 'removed'],
  ['/etc/httpd/conf.d/zz-ansible-runner-service.conf', '4.4', 'removed'],
  ['/etc/httpd/conf.d/ovirt-engine-grafana-proxy.conf', '4.4', 'removed'],
  ['/etc/httpd/conf.d/z-ovirt-engine-keycloak-proxy.conf', '4.5', 'removed'],
  ['/etc/httpd/conf.d/internalsso-openidc.conf', '4.5', 'removed'],
  ['/etc/httpd/conf.d/ssl.conf', '3.3', 'lines'],
  ['/etc/yum/pluginconf.d/versionlock.list', '3.3', 'lines'],
  ['/etc/dnf/plugins/versionlock.list', '3.6', 'lines'],
  ['/etc/yum/pluginconf.d/versionlock.conf', '4.1', 'lines'],
  ['/etc/firewalld/zones/public.xml', '3.3', 'lines'],
  ['/etc/firewalld/services/ovn-central-firewall-service.xml', '4.2', 'removed'],
  ['/etc/sysctl.d/ovirt-engine.conf', '3.3', 'kept'],
  ['/etc/sysctl.d/ovirt-postgresql.conf', '3.5', 'kept'],
  ['/etc/sysconfig/iptables', '3.3', 'kept'],
  ['/etc/exports.d/ovirt-engine-iso-domain.exports', '3.3', 'kept'],
  ['/etc/exports', '3.3', 'kept'],
  ['/etc/sysconfig/nfs', '3.3', 'kept'],
  ['/var/lib/exports/iso', '3.3', 'kept'],
  ['/var/lib/images', '3.3', 'kept'],
  ['/root/.ssh/authorized_keys', '3.3', 'kept'],
  ['/var/lib/ovirt-engine/setup/answers/20130101101010-setup.conf', '3.3', 'kept'],
  ['/var/lib/ovirt-engine/backups/engine-20130101101010.abcdef.sql', '3.3', 'kept'],
  ['/var/lib/ovirt-engine/setup-history.txt', '3.3', 'kept'],
  ['/var/log/ovirt-engine', '3.3', 'kept'],
  ['/var/lib/ovirt-engine/external_truststore', '3.3', 'removed'],
  ['/var/lib/ovirt-engine/dbmd5/localhost-engine.scripts.md5', '3.3', 'removed'],
  ['/etc/ansible-runner-service/config.yaml', '4.4', 'removed'],
  ['/var/www/runnner/runner.wsgi', '4.4', 'removed'],
  ['/etc/ovirt-imageio/conf.d/50-engine.conf', '4.4', 'removed'],
  ['/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf', '4.0', 'removed'],
  ['/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf', '4.2', 'removed'],
  ['/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d/20-ovirt-vmconsole-proxy-helper.conf', '3.6', 'removed'],
  ['/etc/pki/ovirt-vmconsole/ca.pub', '3.6', 'removed'],
  ['/etc/pki/ovirt-vmconsole/proxy-ssh_host_rsa', '3.6', 'removed'],
  ['/etc/pki/ovirt-vmconsole/proxy-ssh_host_rsa-cert.pub', '3.6', 'removed'],
  ['/etc/pki/ovirt-vmconsole/proxy-ssh_user_rsa', '3.6', 'removed'],
  ['/etc/fapolicyd/rules.d/55-allow-ovirt.rules', '4.5', 'removed'],
];

const PKI: Row[] = (
  [
    ['ca.pem', '3.3', 'removed'],
    ['private/ca.pem', '3.3', 'removed'],
    ['qemu-ca.pem', '4.4', 'removed'],
    ['private/qemu-ca.pem', '4.4', 'removed'],
    ['.keystore', '3.3', 'removed'],
    ['.truststore', '3.3', 'removed'],
    ['.rnd', '3.3', 'removed'],
    ...['engine', 'apache', 'jboss', 'websocket-proxy', 'reports', 'imageio-proxy', 'ovn-ndb'].map(
      (name): Row => [`keys/${name}.p12`, '3.3', 'removed'],
    ),
    ['keys/apache.key.nopass', '3.3', 'removed'],
    ['keys/ovirt-provider-ovn.key.nopass', '4.2', 'removed'],
    ['keys/apache-grafana.key.nopass', '4.4', 'removed'],
    ['keys/apache-reports.key.nopass', '3.5', 'removed'],
    ['keys/engine_id_rsa', '3.3', 'removed'],
    ['keys/engine.ssh.key.txt', '3.3', 'removed'],
    ['certs/engine.cer', '3.3', 'removed'],
    ['certs/1004.pem', '3.3', 'removed'],
    ['certs/host1.example.testcert.pem', '3.3', 'removed'],
    ['certs/ca.der', '3.3', 'removed'],
    ['certs/websocket-proxy.req', '3.5', 'removed'],
    ['certs/vmconsole-proxy-host-cert.pub', '3.6', 'removed'],
    ['certs-qemu/host1.example.test.cer', '4.4', 'removed'],
    ['requests/ca.csr', '3.3', 'removed'],
    ['requests/engine.req', '3.3', 'removed'],
    ['requests-qemu/host1.example.test.req', '4.4', 'removed'],
    ['serial.txt', '3.3', 'removed'],
    ['serial.txt.old', '3.3', 'removed'],
    ['database.txt', '3.3', 'removed'],
    ['database.txt.attr.old', '3.3', 'removed'],
    ['cacert.template', '3.3', 'removed'],
    ['cert.conf', '3.3', 'removed'],
    ['qemu-cert.template', '4.4', 'removed'],
    ['qemu-cacert.conf', '4.4', 'removed'],
    ['apache-ca.pem', '3.3', 'removed'],
    ['apache-grafana-ca.pem', '4.4', 'removed'],
    ['apache-reports-ca.pem', '3.5', 'removed'],
    ['openssl.conf', '3.3', 'package'],
    ['cert.template.in', '3.3', 'package'],
  ] as Row[]
).map(([name, ...rest]): Row => [`/etc/pki/ovirt-engine/${name}`, ...rest]);

const COMPONENTS: Row[] = [
  [`${DWH}/10-setup-database.conf`, '3.3', 'removed'],
  [`${DWH}/10-setup-jboss.conf`, '3.4', 'removed'],
  [`${DWH}/10-setup-uuid.conf`, '3.5', 'removed'],
  [`${DWH}/10-setup-scale.conf`, '4.0', 'removed'],
  [`${DWH}/20-setup-legacy.conf`, '3.4', 'removed'],
  [`${DWH}/10-setup-grafana-database.conf`, '4.4', 'removed'],
  ['/etc/ovirt-engine-dwh/examples/10-setup-dwh-database.conf', '4.0', 'removed'],
  ['/etc/ovirt-engine/ovirt-engine-dwh/Default.properties', '3.3', 'lines', '3.3'],
  ['/etc/ovirt-engine/ovirt-engine-dwh/Default.properties', '3.4', 'removed'],
  ['/var/lib/ovirt-engine-dwh/backups/dwh-20210101101010.abcdef.dump', '3.4', 'kept'],
  ['/usr/share/ovirt-engine/ovirt-engine-reports.war/WEB-INF/web.xml', '3.3', 'removed', '3.3'],
  ['/etc/ovirt-engine/jrs-deployment.version', '3.3', 'removed', '3.3'],
  ['/usr/share/jasperreports-server/buildomatic/build_conf/default/master.properties', '3.3', 'removed', '3.3'],
  [`${DEPLOYED}/ovirt-engine-reports.war/WEB-INF/lib/one.jar`, '3.4', 'removed', '3.6'],
  [`${DEPLOYED}/modules/org/postgresql/main/module.xml`, '3.4', 'removed', '3.6'],
  [`${DEPLOYED}/build-conf/master.properties`, '3.4', 'removed', '3.6'],
  [`${DEPLOYED}/backups/reports-20150101101010.abcdef.dump`, '3.4', 'kept'],
  [`${REPORTS}/sso.properties`, '3.4', 'removed', '3.6'],
  [`${REPORTS}/ovirt-engine-reports.conf.d/10-setup-database.conf`, '3.3', 'removed', '3.6'],
  [`${REPORTS}/ovirt-engine-reports.conf.d/10-setup-jboss.conf`, '3.5', 'removed', '3.6'],
  [`${REPORTS}/ovirt-engine-reports.conf.d/10-setup-java.conf`, '3.5', 'removed', '3.6'],
  [`${REPORTS}/ovirt-engine-reports.conf.d/10-setup-protocols.conf`, '3.5', 'removed', '3.6'],
  ['/etc/httpd/conf.d/z-ovirt-engine-reports-proxy.conf', '3.4', 'removed', '3.6'],
  ['/etc/grafana/grafana.ini', '4.4', 'removed'],
  ['/etc/grafana/conf/provisioning/datasources/ovirt-dwh.yaml', '4.4', 'removed'],
  ['/var/lib/grafana/grafana.db', '4.4', 'removed'],
  ['/var/lib/ovirt-engine-keycloak/backups/keycloak-20220101101010.abcdef.dump', '4.5', 'kept'],
];

const age = (release: Release): number => RELEASES.indexOf(release);

/** What becomes of a path on a host of the layout. */
function fateOf(layout: Layout, path: string): Fate | null {
  const rule = rulesOf(layout).find((one) => matches(one.rule.path, path))?.rule;
  const hasLines = layout.components.some(({ lines = [] }) => lines.some((line) => matches(line.path, path)));
  if (hasLines) return 'lines';
  if (rule) return rule.packaged === 'package' ? 'package' : 'removed';
  return layout.kept.some((kept) => matches(kept.path, path)) ? 'kept' : null;
}

describe.each([
  ['drop-ins of the engine', DROP_INS],
  ['services of firewalld', FIREWALLD],
  ['other files', OTHERS],
  ['the PKI', PKI],
  ['components', COMPONENTS],
])('%s', (_, rows) => {
  it.each(rows)('%s, since %s: %s', (path, since, fate, until) => {
    const last = RELEASES.at(-1)!;
    const concerned = LAYOUTS.filter(
      ({ releases }) =>
        age(releases.at(-1)!) >= age(since) &&
        age(releases[0]!) >= age('3.3') &&
        age(releases[0]!) <= age(until ?? last),
    );
    expect(concerned).not.toEqual([]);
    for (const layout of concerned)
      expect([layout.releases[0], fateOf(layout, path)]).toEqual([layout.releases[0], fate]);
  });
});

it('the marker and the records of all these releases are in the same places', () => {
  for (const { marker, records, releases } of LAYOUTS.filter(({ releases: [first] }) => age(first!) >= age('3.3'))) {
    expect([releases[0], marker]).toEqual([releases[0], '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf']);
    expect(records).toBe('/etc/ovirt-engine/uninstall.d');
  }
});

it.each(['10-packaging.conf', '10-packaging-jboss.conf'])('%s of the packages is nobody’s to remove', (name) => {
  for (const layout of LAYOUTS) expect(fateOf(layout, `/etc/ovirt-engine-setup.conf.d/${name}`)).toBeNull();
});
