/** The engine of 3.0, which links deploy on an application server of its own package: JBoss AS 7, or EAP 5 in the first of its versions. */
import type { ComponentLayout, FileRule, LineRule } from '../../model/layout.ts';
import { ENCRYPTED_PASSWORD, engineDatabase } from './engine-database.ts';
import { AS7, EAP5, SHARE } from './paths.ts';
import { scriptedPkiFiles } from './pki.ts';

const DEPLOYMENTS = `${AS7}/standalone/deployments`;
export const STANDALONE = `${AS7}/standalone/configuration/standalone.xml`;
export const MODULE = `${AS7}/modules/sun/jdk/main/module.xml`;

/** The same in EAP 5. */
export const LOGIN_CONFIG = `${EAP5}/conf/login-config.xml`;

function written(path: string, phase: FileRule['phase'], why: string, more: Partial<FileRule> = {}): FileRule {
  return { path, phase, why, until: '3.0', noCopies: true, ...more };
}

/** Live or dangling: setup takes one that leads nowhere for absent, and stops where it makes it anew. */
function link(path: string): FileRule {
  return written(path, 'links', 'link by which setup deploys the engine', { only: 'link', stopsDangling: true });
}

/** Names that JBoss gives to what it says of a deployment, and setup to what it wants of it. */
const MARKERS = [
  'dodeploy',
  'skipdeploy',
  'isdeploying',
  'deployed',
  'failed',
  'isundeploying',
  'undeployed',
  'pending',
];

const as7: readonly FileRule[] = [
  ...['engine.ear', 'ROOT.war'].flatMap((name) => [
    link(`${DEPLOYMENTS}/${name}`),
    ...MARKERS.map((marker) => written(`${DEPLOYMENTS}/${name}.${marker}`, 'state', 'marker of the deployment')),
  ]),
  link(`${AS7}/modules/org/postgresql`),
  written(`${MODULE}.*`, 'state', `copy of ${MODULE} that setup made before it edited it`, { named: /\.\d+$/ }),
  written(`${STANDALONE}.BACKUP.*`, 'credential-copies', `copy of ${STANDALONE} that setup made before it edited it`),
];

const ROOT_OF_EAP5 = `${EAP5}/deploy/ROOT.war`;

const eap5: readonly FileRule[] = [
  link(`${EAP5}/deploy/engine.ear`),
  link(`${EAP5}/deploy/postgres-ds.xml`),
  ...['engine_index.html', 'favicon.ico', 'style.css', 'engineVersion.js', 'images'].map((name) =>
    link(`${ROOT_OF_EAP5}/${name}`),
  ),
  written(`${LOGIN_CONFIG}.BACKUP.*`, 'credential-copies', 'copy that setup made before it edited it'),
];

/** What the pages get of configuration and keys. After a new CA it is that of the old one. */
const pages: readonly FileRule[] = [ROOT_OF_EAP5, `${SHARE}/resources/jboss/ROOT.war`].flatMap((dir) => [
  written(`${dir}/web-conf.js`, 'drop-ins', 'second name of the configuration of the pages, made by setup'),
  written(`${dir}/ca.crt`, 'state', 'copy of the CA certificate, made by setup'),
  written(`${dir}/engine.ssh.key.txt`, 'state', "copy of the engine's ssh key, made by setup"),
]);

const limits: LineRule = {
  path: '/etc/security/limits.conf',
  component: 'engine',
  added: /^jboss\s+(?:soft|hard)\s+nofile\s+65535\s*$/,
  why: 'limit of open files, set by setup',
};

export const engineOnJboss: ComponentLayout = {
  id: 'engine',
  title: 'Engine',
  enabledBy: [],
  shownBy: [`${DEPLOYMENTS}/engine.ear`, `${EAP5}/deploy/engine.ear`],
  services: [
    { unit: 'engine-notifierd', order: 20 },
    { unit: 'rhevm-notifierd', order: 21 },
    { unit: 'jboss-as', order: 50 },
    { unit: 'jbossas', order: 51 },
  ],
  configuredBy: { state: null, configs: [STANDALONE, LOGIN_CONFIG], ours: ENCRYPTED_PASSWORD },
  database: engineDatabase({
    passwordFile: { path: '/root/.pgpass' },
    dumps: `${SHARE}/db-backups/*.sql`,
    renames: false,
  }),
  files: [
    ...scriptedPkiFiles,
    ...as7,
    ...eap5,
    ...pages,
    written(`${SHARE}/conf/iptables.example`, 'drop-ins', 'example written by setup'),
  ],
  lines: [limits],
};
