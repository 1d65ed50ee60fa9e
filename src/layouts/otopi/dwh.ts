/** Data Warehouse and Grafana, 3.3 to 4.5. */
import type { ComponentLayout } from '../../model/layout.ts';

const CONF = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d';

export const dwh: ComponentLayout = {
  id: 'dwh',
  title: 'Data Warehouse',
  enabledBy: ['OVESETUP_DWH_CORE/enable'],
  enableQuestion: 'OVESETUP_DWH_ENABLE',
  shownBy: [`${CONF}/10-setup-database.conf`, `${CONF}/10-setup-uuid.conf`],
  services: [
    // First of all: only a clean stop writes "not running" into the engine database.
    { unit: 'ovirt-engine-dwhd', order: 10 },
  ],
  timekeeping: { unit: 'ovirt-engine-dwhd', identity: `${CONF}/10-setup-uuid.conf` },
  database: {
    title: 'Data Warehouse database',
    defaultName: 'ovirt_engine_history',
    defaultRole: 'ovirt_engine_history',
    prefix: 'DWH_DB_',
    answerPrefix: 'OVESETUP_DWH_DB/',
    questionPrefix: 'OVESETUP_DWH_DB_',
    credentials: [`${CONF}/10-setup-database.conf`],
    elsewhere: ['/etc/ovirt-engine/engine.conf.d/10-setup-dwh-database.conf'],
    schemas: [],
    signature: ['history_configuration', 'schema_version'],
    complete: {
      relations: ['history_configuration', 'schema_version'],
      schemas: [],
      administrator: false,
      schemaVersion: true,
    },
    encrypted: [],
    readOnlyRoles: [
      {
        prefix: 'GRAFANA_DB_',
        credentials: [`${CONF}/10-setup-grafana-database.conf`],
        defaultName: 'ovirt_engine_history_grafana',
      },
    ],
    dumps: '/var/lib/ovirt-engine-dwh/backups/dwh-*.dump',
  },
  files: [
    {
      path: `${CONF}/10-setup-database.conf`,
      phase: 'credentials',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'dwh',
    },
    {
      path: '/etc/ovirt-engine/engine.conf.d/10-setup-dwh-database.conf',
      phase: 'credential-copies',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'dwh',
    },
    {
      path: `${CONF}/10-setup-uuid.conf`,
      phase: 'drop-ins',
      why: 'identity of this DWH, written by setup',
      keep: 'database',
    },
    { path: `${CONF}/10-setup-scale.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
    { path: `${CONF}/20-setup-legacy.conf`, phase: 'drop-ins', why: 'drop-in written by setup' },
    {
      path: '/etc/ovirt-engine-dwh/examples/10-setup-dwh-database.conf',
      phase: 'credential-copies',
      why: 'example with credentials, written by setup',
      credentialsOf: 'dwh',
    },
  ],
};

export const grafana: ComponentLayout = {
  id: 'grafana',
  title: 'Grafana',
  enabledBy: ['OVESETUP_GRAFANA_CORE/enable'],
  shownBy: [`${CONF}/10-setup-grafana-database.conf`, '/etc/ovirt-engine/engine.conf.d/10-setup-grafana-access.conf'],
  services: [{ unit: 'grafana-server', order: 40, shared: true }],
  files: [
    {
      path: `${CONF}/10-setup-grafana-database.conf`,
      phase: 'credentials',
      why: 'credentials of the read-only role, written by setup',
      keep: 'database',
    },
    {
      path: '/etc/ovirt-engine/engine.conf.d/10-setup-grafana-access.conf',
      phase: 'drop-ins',
      why: 'drop-in written by setup',
    },
    {
      path: '/etc/grafana/conf/provisioning/datasources/ovirt-dwh.yaml',
      phase: 'credential-copies',
      why: 'data source with the password of the read-only role, written by setup',
    },
    {
      // The package's configuration file, filled by setup with database and single-sign-on secrets; Grafana starts with an empty one.
      path: '/etc/grafana/grafana.ini',
      phase: 'drop-ins',
      why: "Grafana's configuration, filled by setup",
      packaged: 'reset',
      marker: /ovirt/i,
    },
    {
      path: '/var/lib/grafana/grafana.db',
      phase: 'state',
      why: "Grafana's own database, created by setup",
      keep: 'database',
      when: 'OVESETUP_GRAFANA_CORE/grafanaDbCreatedByUs',
    },
    {
      path: '/etc/httpd/conf.d/ovirt-engine-grafana-proxy.conf',
      phase: 'drop-ins',
      why: 'web server drop-in written by setup',
    },
  ],
};
