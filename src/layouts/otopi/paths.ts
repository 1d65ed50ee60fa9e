/** Places of the releases that otopi sets up, 3.3 to 4.5. All are host paths. */

export const ETC = '/etc/ovirt-engine';
/** Drop-ins of the engine. */
export const CONF = `${ETC}/engine.conf.d`;
export const EXTENSIONS = `${ETC}/extensions.d`;
export const STATE = '/var/lib/ovirt-engine';
export const PKI = '/etc/pki/ovirt-engine';
export const VMCONSOLE_PKI = '/etc/pki/ovirt-vmconsole';
export const SETUP_CONF = '/etc/ovirt-engine-setup.conf.d';

export const DWH_ETC = '/etc/ovirt-engine-dwh';
export const DWH_CONF = `${DWH_ETC}/ovirt-engine-dwhd.conf.d`;
export const DWH_STATE = '/var/lib/ovirt-engine-dwh';

export const REPORTS_ETC = '/etc/ovirt-engine-reports';
export const REPORTS_CONF = `${REPORTS_ETC}/ovirt-engine-reports.conf.d`;
export const REPORTS_STATE = '/var/lib/ovirt-engine-reports';

export const HTTPD = '/etc/httpd/conf.d';
export const FIREWALLD = '/etc/firewalld/services';
