/** What differs between 3.0 on JBoss EAP 5, 3.0 on AS 7, 3.1 and 3.2, as data. */
import type { Account } from '../base/accounts.ts';
import type { Context } from '../base/context.ts';

const SHARE = '/usr/share/ovirt-engine';

export interface Link {
  path: string;
  target: string;
}

export interface Shape {
  /** Services, the engine's first. */
  services: readonly string[];
  /** Account of the application server. */
  account: Account;
  /** Links that deploy the engine; a dangling one makes setup fail. */
  links: readonly Link[];
  /** Application server that is told by an empty file beside each link. */
  markers: boolean;
  /** A module of the server that is put in its place as a link, whatever was there. */
  module: Link | null;
  /** The server's configuration with the data source, and where it is edited in place. */
  serverXml: string | null;
  /** Another file of the server that is edited, copies with some digits. */
  moduleXml: string | null;
  /** Files edited by the older server. */
  legacyXml: readonly string[];
  sysconfig: string | null;
  webConf: boolean;
  rootWar: string | null;
  passwordFile: string;
  pgpass: '3.0' | '3.1' | '3.2';
  /** The keystore that makes it a second run; it also decides whether there is a CA, but in 3.2. */
  secondRun: string;
  caSign: string;
  httpd: boolean;
  backups: string;
  examples: string;
  sysctl: string;
  limits: boolean;
  versionlock: boolean;
  /** A database that is upgraded is renamed meanwhile. */
  renames: boolean;
  /** The encrypted password of the database is written on the way of an upgrade too. */
  passwordOnUpgrade: boolean;
}

const COMMON = {
  legacyXml: [],
  links: [],
  markers: false,
  module: null,
  moduleXml: null,
  rootWar: null,
  limits: false,
} as const;

const V30: Omit<Shape, 'services' | 'account' | 'serverXml'> = {
  ...COMMON,
  sysconfig: null,
  webConf: true,
  rootWar: `${SHARE}/resources/jboss/ROOT.war`,
  passwordFile: '/root/.pgpass',
  pgpass: '3.0',
  secondRun: '.keystore',
  caSign: '.keystore',
  httpd: false,
  backups: `${SHARE}/db-backups`,
  examples: `${SHARE}/conf`,
  sysctl: '/etc/sysctl.conf',
  limits: true,
  versionlock: false,
  renames: false,
  passwordOnUpgrade: false,
};

const EAP5_DEPLOY = '/usr/local/jboss/server/default/deploy';
/** Of the root application of JBoss EAP 5: what the engine's package brings for it. */
export const EAP5_PAGES = ['engine_index.html', 'favicon.ico', 'style.css', 'engineVersion.js', 'images'] as const;
const AS7 = '/usr/share/jboss-as';

const EAP5: Shape = {
  ...V30,
  services: ['jbossas', 'engine-notifierd'],
  account: 'jboss',
  links: [
    { path: `${EAP5_DEPLOY}/engine.ear`, target: `${SHARE}/engine.ear` },
    { path: `${EAP5_DEPLOY}/postgres-ds.xml`, target: `${SHARE}/conf/postgres-ds.xml` },
    ...EAP5_PAGES.map((name) => ({ path: `${EAP5_DEPLOY}/ROOT.war/${name}`, target: `${SHARE}/${name}` })),
    { path: `${EAP5_DEPLOY}/ROOT.war/web-conf.js`, target: '/etc/ovirt-engine/web-conf.js' },
  ],
  serverXml: '/usr/local/jboss/server/default/conf/login-config.xml',
  legacyXml: [
    '/usr/local/jboss/server/default/conf/jboss-log4j.xml',
    `${EAP5_DEPLOY}/jbossweb.sar/server.xml`,
    `${EAP5_DEPLOY}/transaction-jboss-beans.xml`,
  ],
  rootWar: `${EAP5_DEPLOY}/ROOT.war`,
};

const AS7_SHAPE: Shape = {
  ...V30,
  services: ['jboss-as', 'engine-notifierd'],
  account: 'jboss-as',
  links: [
    { path: `${AS7}/standalone/deployments/engine.ear`, target: `${SHARE}/engine.ear` },
    { path: `${AS7}/standalone/deployments/ROOT.war`, target: `${SHARE}/resources/jboss/ROOT.war` },
  ],
  markers: true,
  module: { path: `${AS7}/modules/org/postgresql`, target: `${SHARE}/resources/jboss/modules/org/postgresql` },
  serverXml: `${AS7}/standalone/configuration/standalone.xml`,
  moduleXml: `${AS7}/modules/sun/jdk/main/module.xml`,
};

const V31: Shape = {
  ...COMMON,
  services: ['ovirt-engine', 'engine-notifierd'],
  account: 'ovirt',
  serverXml: '/etc/ovirt-engine/engine-service.xml',
  sysconfig: null,
  webConf: true,
  passwordFile: '/root/.pgpass',
  pgpass: '3.1',
  secondRun: '.keystore',
  caSign: '.keystore',
  httpd: true,
  backups: `${SHARE}/db-backups`,
  examples: `${SHARE}/conf`,
  sysctl: '/etc/sysctl.conf',
  versionlock: true,
  renames: true,
  passwordOnUpgrade: false,
};

const V32: Shape = {
  ...V31,
  serverXml: null,
  sysconfig: '/etc/sysconfig/ovirt-engine',
  webConf: false,
  passwordFile: '/etc/ovirt-engine/.pgpass',
  pgpass: '3.2',
  secondRun: 'keys/engine.p12',
  caSign: 'ca.pem',
  backups: '/var/lib/ovirt-engine/backups',
  examples: '/etc/ovirt-engine',
  sysctl: '/etc/sysctl.d/00-ovirt-engine.conf',
  passwordOnUpgrade: true,
};

export function shapeOf({ release, options }: Context): Shape {
  if (release.name === '3.2') return V32;
  if (release.name === '3.1') return V31;
  return options.jboss === 'eap5' ? EAP5 : AS7_SHAPE;
}
