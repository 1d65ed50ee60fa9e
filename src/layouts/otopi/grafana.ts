/** Grafana, 4.4 and newer: set up by the Data Warehouse's setup, over a role that may only read. */
import type { ComponentLayout } from '../../model/layout.ts';
import type { ReadOnlyRole } from '../../model/layout-database.ts';
import { CONF, DWH_CONF, HTTPD } from './paths.ts';
import { dropIn, webDropIn } from './rules.ts';

const INI = '/etc/grafana/grafana.ini';
const DB = '/var/lib/grafana/grafana.db';
const DATA_SOURCE = '/etc/grafana/conf/provisioning/datasources/ovirt-dwh.yaml';

export const grafana: ComponentLayout = {
  id: 'grafana',
  title: 'Grafana',
  enabledBy: ['OVESETUP_GRAFANA_CORE/enable'],
  // Not by the drop-in of the engine's: a Grafana on a host of its own has it written there.
  shownBy: [`${DWH_CONF}/10-setup-grafana-database.conf`],
  services: [{ unit: 'grafana-server', order: 40, shared: true }],
  files: [
    {
      path: `${DWH_CONF}/10-setup-grafana-database.conf`,
      phase: 'credentials',
      why: 'credentials of the read-only role, written by setup',
      keep: 'database',
      since: '4.4',
    },
    dropIn(`${CONF}/10-setup-grafana-access.conf`, { since: '4.4' }),
    {
      path: DATA_SOURCE,
      phase: 'credential-copies',
      why: 'data source with the password of the read-only role, written by setup',
      since: '4.4',
    },
    {
      // The package's configuration file, filled by setup with database and single-sign-on secrets; Grafana starts with an empty one. Beside a kept grafana.db setup does not write it again.
      path: INI,
      phase: 'drop-ins',
      why: "Grafana's configuration, filled by setup",
      keep: 'database',
      packaged: 'reset',
      marker: /ovirt/i,
      since: '4.4',
    },
    {
      path: `${INI}.rpmsave`,
      phase: 'credential-copies',
      why: "Grafana's configuration with setup's secrets, put aside by the removal of its package",
      marker: /ovirt/i,
      since: '4.4',
    },
    {
      path: DB,
      phase: 'state',
      why: "Grafana's own database, created by setup",
      keep: 'database',
      when: 'OVESETUP_GRAFANA_CORE/grafanaDbCreatedByUs',
      madeEmpty: true, // for Grafana to fill when it is started, at the end of setup
      since: '4.4',
    },
    webDropIn(`${HTTPD}/ovirt-engine-grafana-proxy.conf`, { since: '4.4' }),
  ],
  configuredBy: { state: DB, configs: [INI], ours: /ovirt/i },
};

/** Grafana's role in the database of the Data Warehouse. */
export const grafanaRole: ReadOnlyRole = {
  prefix: 'GRAFANA_DB_',
  credentials: [`${DWH_CONF}/10-setup-grafana-database.conf`],
  users: [{ path: DATA_SOURCE, name: /^\s*user:\s*(["']?)(?<role>.+?)\1\s*$/m }],
  defaultName: 'ovirt_engine_history_grafana',
};
