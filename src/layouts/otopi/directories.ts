/** Directories of 3.3 to 4.5: which setup makes, where the product's files lie, and where those of others lie beside them. */
import {
  DWH_CONF,
  DWH_ETC,
  DWH_STATE,
  ETC,
  PKI,
  REPORTS_ETC,
  REPORTS_STATE,
  SETUP_CONF,
  STATE,
  VMCONSOLE_PKI,
} from './paths.ts';

/** Those that packages own where setup comes from packages. */
export const packagedDirectories: readonly string[] = [
  `${ETC}/firewalld`,
  `${ETC}/logcollector.conf.d`,
  `${ETC}/isouploader.conf.d`,
  `${ETC}/imageuploader.conf.d`,
  `${ETC}/aaa`,
  `${ETC}/osinfo.conf.d`,
  '/etc/ovirt-imageio/conf.d',
  '/etc/ovirt-imageio',
  '/etc/ovirt-imageio-proxy',
  '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d',
  '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy',
  '/etc/ovirt-vmconsole',
  VMCONSOLE_PKI,
  SETUP_CONF,
];

export const directories: readonly string[] = [
  `${ETC}/uninstall.d`,
  `${STATE}/dbmd5`,
  `${DWH_STATE}/dwh_dbmd5`,
  `${DWH_ETC}/examples`,
  ...packagedDirectories,
];

/** Where JasperReports is deployed to: trees of directories. */
export const reportsDirectories: readonly string[] = ['ovirt-engine-reports.war', 'modules', 'build-conf'].flatMap(
  (name) => [`${REPORTS_STATE}/${name}`, `${REPORTS_STATE}/${name}/**`],
);
export const reports33Directories: readonly string[] = [
  '/usr/share/ovirt-engine/ovirt-engine-reports.war',
  '/usr/share/ovirt-engine/ovirt-engine-reports.war/**',
];

export const anchors: readonly string[] = [
  PKI,
  VMCONSOLE_PKI,
  SETUP_CONF,
  DWH_ETC,
  REPORTS_ETC,
  ETC,
  '/etc/ovirt-imageio',
  '/etc/ovirt-imageio-proxy',
  '/etc/ovirt-vmconsole',
  '/etc/ovirt-provider-ovn',
  '/usr/share/ovirt-engine',
  DWH_STATE,
  REPORTS_STATE,
  STATE,
];

export const sharedAnchors: readonly string[] = [
  '/etc/httpd',
  '/etc/firewalld',
  '/etc/dnf',
  '/etc/yum',
  '/etc/sysconfig',
  '/etc/grafana',
  '/etc/fapolicyd',
  '/etc/ansible-runner-service',
  '/usr/share/jasperreports-server',
  '/var/www',
  '/var/lib/grafana',
  '/tmp',
];

export const shared: readonly string[] = [
  `${ETC}/engine.conf.d`,
  `${ETC}/extensions.d`,
  `${ETC}/aaa`,
  `${ETC}/notifier/notifier.conf.d`,
  DWH_CONF,
];
