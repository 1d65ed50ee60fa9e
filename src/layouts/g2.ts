/** The second generation: 3.1 and 3.2. The engine has a service of its own and a web server in front; scripts set it up, as in 3.0, and Data Warehouse and Reports with scripts of theirs. */
import { scripted } from './scripted/common.ts';
import { dwh } from './scripted/dwh.ts';
import { engine31, engine32, SERVER_XML, SYSCONFIG } from './scripted/engine.ts';
import { edited, putAside } from './scripted/kept.ts';
import { ETC } from './scripted/paths.ts';
import { javaPki, pki32 } from './scripted/pki.ts';
import { reports } from './scripted/reports.ts';

export const g31 = scripted({
  release: '3.1',
  components: [dwh, reports, engine31],
  pki: javaPki,
  brought: [`${ETC}/web-conf.js`, SERVER_XML, SYSCONFIG],
  kept: [
    ...edited(
      [SERVER_XML],
      'the data source and the encrypted password of the database, the connector and its keystore',
    ),
    ...edited([`${ETC}/web-conf.js`], 'name and ports of the engine'),
    ...putAside([`${ETC}/web-conf.js`]),
    ...edited([SYSCONFIG], 'applications of the engine'),
  ],
});

export const g32 = scripted({
  release: '3.2',
  components: [dwh, reports, engine32],
  pki: pki32,
  brought: [SYSCONFIG, `${SYSCONFIG}.d`],
  kept: edited([SYSCONFIG], 'name, ports and the data source of the engine'),
});
