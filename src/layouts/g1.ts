/** The first generation: 3.0, on an application server of its own package. Links deploy the engine there; setup edits the server's files in place. */
import { scripted } from './scripted/common.ts';
import { engineOnJboss, LOGIN_CONFIG, MODULE, STANDALONE } from './scripted/engine-on-jboss.ts';
import { edited, putAside } from './scripted/kept.ts';
import { EAP5, ETC, SHARE } from './scripted/paths.ts';
import { javaPki } from './scripted/pki.ts';

const serverFiles = [
  `${EAP5}/conf/login-config.xml`,
  `${EAP5}/conf/jboss-log4j.xml`,
  `${EAP5}/deploy/jbossweb.sar/server.xml`,
  `${EAP5}/deploy/transaction-jboss-beans.xml`,
  MODULE,
];

export const g30 = scripted({
  release: '3.0',
  components: [engineOnJboss],
  pki: javaPki,
  brought: [`${ETC}/web-conf.js`, `${SHARE}/resources/jboss/ROOT.war`],
  kept: [
    ...edited(
      [STANDALONE, LOGIN_CONFIG],
      'the data source and the encrypted password of the database, the connector and its keystore',
    ),
    ...edited(serverFiles, 'settings of the application server'),
    ...edited([`${ETC}/web-conf.js`], 'name and ports of the engine'),
    ...putAside([`${ETC}/web-conf.js`]),
  ],
});
