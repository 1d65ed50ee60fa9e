/**
 * The third generation: 3.3 to 3.6, the first that otopi sets up. 3.3 sets up Data Warehouse and Reports with programs of their own and dumps in plain SQL; 3.5 brings the fence_kdump
 * listener, a service for Reports and components on hosts of their own; 3.6 the console proxy, accounts in the engine's database and containers for Cinder and Glance.
 */
import { APACHE, ENABLED, otopi, POSTGRESQL } from './otopi/common.ts';
import { reports33Directories, reportsDirectories } from './otopi/directories.ts';
import { dwh, dwh33, dwhBesideReports } from './otopi/dwh.ts';
import { engineOf } from './otopi/engine.ts';
import { COLUMNS_33, COLUMNS_34, COLUMNS_36 } from './otopi/engine-columns.ts';
import { fenceKdump } from './otopi/fence-kdump.ts';
import { dwhApart, proxyApart, reportsApart } from './otopi/other-hosts.ts';
import { DWH_STATE, STATE } from './otopi/paths.ts';
import { olderPki } from './otopi/pki.ts';
import { reports, reports33, reports34 } from './otopi/reports.ts';
import { vmconsoleProxy } from './otopi/vmconsole-proxy.ts';
import { websocketProxy } from './otopi/websocket-proxy.ts';

const common = { pki: olderPki, databaseServer: POSTGRESQL };
const PLAIN_DUMPS = `${STATE}/backups/engine-*.sql`;

const engine33 = engineOf({
  release: '3.3',
  levels: ['3.0', '3.1', '3.2', '3.3'],
  encrypted: COLUMNS_33,
  dumps: PLAIN_DUMPS,
});

export const g33 = otopi({
  ...common,
  releases: ['3.3'],
  components: [
    dwh33,
    reports33,
    // The notifier of 3.2 has another unit, which an upgrade leaves running; setup itself stops both.
    { ...engine33, services: [{ unit: 'engine-notifierd', order: 20 }, ...engine33.services] },
    websocketProxy,
  ],
  traps: { enabled: null, webServer: null, provider: null },
  undoneKeys: [],
  directories: [...reportsDirectories, ...reports33Directories],
});

export const g34 = otopi({
  ...common,
  releases: ['3.4'],
  components: [
    { ...dwh, database: { ...dwh.database, dumps: `${DWH_STATE}/backups/dwh-*.sql` } },
    reports34,
    engineOf({
      release: '3.4',
      levels: ['3.0', '3.1', '3.2', '3.3', '3.4'],
      encrypted: COLUMNS_34,
      dumps: PLAIN_DUMPS,
    }),
    websocketProxy,
  ],
  traps: { enabled: null, webServer: APACHE, provider: null },
  undoneKeys: [APACHE],
  directories: reportsDirectories,
});

const since35 = {
  traps: { enabled: ENABLED, webServer: APACHE, provider: null },
  undoneKeys: [APACHE],
  otherHosts: [dwhApart, ...reportsApart, proxyApart],
};

export const g35 = otopi({
  ...common,
  ...since35,
  releases: ['3.5'],
  components: [
    dwhBesideReports,
    reports,
    engineOf({ release: '3.5', levels: ['3.0', '3.1', '3.2', '3.3', '3.4', '3.5'], encrypted: COLUMNS_34 }),
    fenceKdump,
    websocketProxy,
  ],
  directories: reportsDirectories,
});

export const g36 = otopi({
  ...common,
  ...since35,
  releases: ['3.6'],
  components: [
    dwhBesideReports,
    reports,
    engineOf({
      release: '3.6',
      levels: ['3.0', '3.1', '3.2', '3.3', '3.4', '3.5', '3.6'],
      encrypted: COLUMNS_36,
    }),
    fenceKdump,
    websocketProxy,
    vmconsoleProxy,
  ],
  directories: reportsDirectories,
});
