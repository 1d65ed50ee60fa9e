/** Packages of the Data Warehouse (3.3 to 4.5) and of Reports (3.4 to 3.6). The engine's setup needs the former since 4.0. Sources: their spec files. */
import { OVIRT } from './engine.ts';
import { config, dir, ghost, noreplace, type Package } from './model.ts';

const ETC = '/etc/ovirt-engine-dwh';
const STATE = '/var/lib/ovirt-engine-dwh';
const LOG = '/var/log/ovirt-engine-dwh';
const ovirt = { owner: 'ovirt' };
const common = { name: 'ovirt-engine-setup-plugin-ovirt-engine-common' };

export const dwhPackages: readonly Package[] = [
  {
    name: 'ovirt-engine-dwh',
    since: '3.3',
    needs: [
      { name: 'ovirt-engine-dwh-setup', version: '>= %{version}-%{release}' },
      { name: 'ovirt-engine-dwh-grafana-integration-setup', version: '>= %{version}-%{release}', since: '4.4' },
    ],
    accounts: [OVIRT],
    files: [
      dir(ETC),
      dir(`${ETC}/ovirt-engine-dwhd.conf.d`),
      dir('/etc/ovirt-engine/ovirt-engine-dwh'),
      ghost('/etc/ovirt-engine/ovirt-engine-dwh/Default.properties'),
      noreplace('/etc/logrotate.d/ovirt-engine-dwhd'),
      dir(STATE, ovirt),
      dir(`${STATE}/backups`),
      dir(LOG, { ...ovirt, until: '4.2' }),
      dir(LOG, { ...ovirt, mode: 0o700, since: '4.3' }),
    ],
    services: [{ name: 'ovirt-engine-dwhd', user: 'ovirt' }],
  },
  {
    name: 'ovirt-engine-dwh-setup',
    since: '3.3',
    needs: [
      { ...common, since: '3.4' },
      { name: 'ovirt-engine-dwh', version: '>= 3.0' },
      { name: 'ovirt-engine-dwh-grafana-integration-setup', version: '=', since: '4.4' },
    ],
    files: [
      config(`${ETC}/ovirt-engine-dwhd.conf.d/10-scl-postgres.conf`, 'sclenv=rh-postgresql10\n', {
        since: '4.3',
        until: '4.3',
      }),
    ],
  },
  {
    name: 'ovirt-engine-dwh-grafana-integration-setup',
    since: '4.4',
    needs: [common, { name: 'ovirt-engine-dwh-setup', version: '=' }, { name: 'grafana' }],
    files: [dir('/etc/grafana/conf')],
  },
];

const REPORTS = '/var/lib/ovirt-engine-reports';

export const reportsPackages: readonly Package[] = [
  {
    name: 'ovirt-engine-reports',
    since: '3.4',
    until: '3.6',
    needs: [{ name: 'ovirt-engine-reports-setup', version: '>= %{version}-%{release}' }],
    accounts: [OVIRT],
    files: [
      dir('/etc/ovirt-engine-reports'),
      dir('/etc/ovirt-engine-reports/ovirt-engine-reports.conf.d'),
      noreplace('/etc/logrotate.d/ovirt-engine-reports'),
      dir(REPORTS, ovirt),
      dir(`${REPORTS}/backups`),
      dir('/var/log/ovirt-engine-reports', ovirt),
    ],
    services: [{ name: 'ovirt-engine-reportsd', user: 'ovirt', since: '3.5' }],
    scripts: () => ({ postun: `if [ $1 -eq 0 ]; then\nrm -rf ${REPORTS}/ovirt-engine-reports.war\nfi` }),
  },
  {
    name: 'ovirt-engine-reports-setup',
    since: '3.4',
    until: '3.6',
    needs: [common, { name: 'ovirt-engine-reports', version: '>= 3.0' }],
    files: [config('/etc/ovirt-engine-setup.conf.d/10-packaging-reports-jboss.conf', '[environment:default]\n')],
  },
];
