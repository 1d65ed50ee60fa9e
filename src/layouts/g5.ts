/** The fifth generation: 4.4 and 4.5, with PostgreSQL of the system again, a CA for QEMU, Grafana and (4.5) Keycloak. */
import { APACHE, ENABLED, FAPOLICYD, otopi, POSTGRESQL, PROVIDER, VACUUM } from './otopi/common.ts';
import { dwh } from './otopi/dwh.ts';
import { engine } from './otopi/engine.ts';
import { fenceKdump } from './otopi/fence-kdump.ts';
import { grafana, grafanaRole } from './otopi/grafana.ts';
import { imageio } from './otopi/imageio.ts';
import { keycloak } from './otopi/keycloak.ts';
import { cinderlib, managedBlock } from './otopi/managed-block.ts';
import { dwhApart, grafanaApart, historyApart, proxyApart } from './otopi/other-hosts.ts';
import { ovnProvider } from './otopi/ovn-provider.ts';
import { pki } from './otopi/pki.ts';
import { vmconsoleProxy } from './otopi/vmconsole-proxy.ts';
import { websocketProxy } from './otopi/websocket-proxy.ts';

export const g5 = otopi({
  releases: ['4.4', '4.5'],
  components: [
    { ...dwh, database: { ...dwh.database, readOnlyRoles: [grafanaRole] } },
    grafana,
    keycloak,
    managedBlock,
    cinderlib,
    engine,
    fenceKdump,
    websocketProxy,
    vmconsoleProxy,
    imageio,
    ovnProvider,
  ],
  pki,
  databaseServer: POSTGRESQL,
  traps: { enabled: ENABLED, webServer: APACHE, provider: PROVIDER },
  undoneKeys: [APACHE, FAPOLICYD],
  upgradeQuestions: [VACUUM],
  otherHosts: [dwhApart, historyApart, ...grafanaApart, proxyApart],
});
