/**
 * The fourth generation: 4.0 to 4.3. The engine reads the Data Warehouse's database, single sign-on is its own, images go through a proxy; 4.2 brings the OVN provider and, like 4.3, a
 * PostgreSQL of the Software Collections. A Reports of 3.6 is not upgraded with the rest: it, its database and its credentials stay.
 */
import type { DatabaseServerLayout } from '../model/layout.ts';
import { APACHE, ENABLED, otopi, POSTGRESQL, PROVIDER, VACUUM } from './otopi/common.ts';
import { dwh } from './otopi/dwh.ts';
import { engineOf } from './otopi/engine.ts';
import { COLUMNS_36, COLUMNS_43 } from './otopi/engine-columns.ts';
import { fenceKdump } from './otopi/fence-kdump.ts';
import { imageioProxy } from './otopi/imageio.ts';
import { cinderlib } from './otopi/managed-block.ts';
import { dwhApart, historyApart, proxyApart } from './otopi/other-hosts.ts';
import { ovnProvider } from './otopi/ovn-provider.ts';
import { olderPki } from './otopi/pki.ts';
import { vmconsoleProxy } from './otopi/vmconsole-proxy.ts';
import { websocketProxy } from './otopi/websocket-proxy.ts';

const helpers = [fenceKdump, websocketProxy, vmconsoleProxy, imageioProxy];

const common = { pki: olderPki, undoneKeys: [APACHE], otherHosts: [dwhApart, historyApart, proxyApart] };
const withoutProvider = { enabled: ENABLED, webServer: APACHE, provider: null };
const withProvider = { ...withoutProvider, provider: PROVIDER };

function collection(name: string): DatabaseServerLayout {
  return { unit: `${name}-postgresql`, dataDir: `/var/opt/rh/${name}/lib/pgsql/data` };
}

export const g40 = otopi({
  ...common,
  releases: ['4.0'],
  components: [dwh, engineOf({ release: '4.0', levels: ['3.6', '4.0'], encrypted: COLUMNS_36 }), ...helpers],
  databaseServer: POSTGRESQL,
  traps: withoutProvider,
});

export const g41 = otopi({
  ...common,
  releases: ['4.1'],
  components: [dwh, engineOf({ release: '4.1', levels: ['3.6', '4.0', '4.1'], encrypted: COLUMNS_36 }), ...helpers],
  databaseServer: POSTGRESQL,
  traps: withoutProvider,
  upgradeQuestions: [VACUUM],
});

export const g42 = otopi({
  ...common,
  releases: ['4.2'],
  components: [
    dwh,
    engineOf({ release: '4.2', levels: ['3.6', '4.0', '4.1', '4.2'], encrypted: COLUMNS_36 }),
    ...helpers,
    ovnProvider,
  ],
  databaseServer: collection('rh-postgresql95'),
  traps: withProvider,
  upgradeQuestions: [VACUUM],
});

export const g43 = otopi({
  ...common,
  releases: ['4.3'],
  components: [
    dwh,
    cinderlib,
    engineOf({ release: '4.3', levels: ['4.1', '4.2', '4.3'], encrypted: COLUMNS_43 }),
    ...helpers,
    ovnProvider,
  ],
  databaseServer: collection('rh-postgresql10'),
  traps: withProvider,
  upgradeQuestions: [VACUUM],
});
