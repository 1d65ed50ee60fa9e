/** The engine of 3.1 and 3.2: a service of its own, with the web server in front of it. */
import type { ComponentLayout, FileRule, LineRule, ServiceLayout } from '../../model/layout.ts';
import { openedServices, versionLocks } from '../otopi/engine-lines.ts';
import { ENCRYPTED_PASSWORD, engineDatabase } from './engine-database.ts';
import { ETC, SHARE, STATE } from './paths.ts';
import { scriptedPkiFiles } from './pki.ts';
import { PROXY, webFiles, webLines } from './web.ts';

export const SYSCONFIG = '/etc/sysconfig/ovirt-engine';
/** Configuration of the application server (3.1). */
export const SERVER_XML = `${ETC}/engine-service.xml`;

const services: readonly ServiceLayout[] = [
  { unit: 'engine-notifierd', order: 20 },
  { unit: 'ovirt-engine', order: 50 },
];

/** What the removal of the package put aside: the encrypted password of the database is in it. */
function putAside(path: string): FileRule {
  return {
    path: `${path}.rpmsave`,
    phase: 'credential-copies',
    why: 'configuration with the encrypted database password, put aside by the removal of its package',
    keep: 'database',
    until: '3.2',
    noCopies: true,
  };
}

const shape = {
  id: 'engine',
  title: 'Engine',
  enabledBy: [],
  shownBy: [PROXY],
  services,
} satisfies Partial<ComponentLayout>;

/** The service makes it at each start. */
const deployed: FileRule = {
  path: `${STATE}/deployments/engine.ear`,
  phase: 'links',
  why: "link that the engine's service made",
  only: 'link',
  until: '3.2',
};

const lines: readonly LineRule[] = [...webLines, ...versionLocks];

export const engine31: ComponentLayout = {
  ...shape,
  configuredBy: { state: null, configs: [SERVER_XML], ours: ENCRYPTED_PASSWORD },
  database: engineDatabase({
    passwordFile: {
      path: '/root/.pgpass',
      begin: /^##### {2}oVirt-engine DB ADMIN settings section/,
      end: /^##### {2}End of oVirt-engine DB ADMIN settings section/,
    },
    dumps: `${SHARE}/db-backups/*.sql`,
    renames: true,
  }),
  files: [
    ...scriptedPkiFiles,
    ...webFiles,
    deployed,
    putAside(SERVER_XML),
    {
      path: `${SERVER_XML}.BACKUP.*`,
      phase: 'credential-copies',
      why: `copy of ${SERVER_XML} that setup made before it edited it`,
      until: '3.1',
      noCopies: true,
    },
    { path: `${SHARE}/conf/iptables.example`, phase: 'drop-ins', why: 'example written by setup', until: '3.1' },
  ],
  lines,
};

export const engine32: ComponentLayout = {
  ...shape,
  database: engineDatabase({
    passwordFile: {
      path: `${ETC}/.pgpass`,
      begin: /^# This section was created during oVirt Engine setup\.$/,
      end: /^##### {2}End of oVirt Engine DB settings section\.$/,
    },
    dumps: `${STATE}/backups/*.sql`,
    renames: true,
  }),
  files: [
    // Its keystores: the older one is not made any more.
    ...scriptedPkiFiles,
    ...webFiles,
    deployed,
    putAside(SYSCONFIG),
    {
      path: `${SYSCONFIG}.d/99-maintenance.conf`,
      phase: 'state',
      why: 'left by an upgrade that died: the engine would start in maintenance',
      until: '3.2',
    },
    { path: `${ETC}/iptables.example`, phase: 'drop-ins', why: 'example written by setup' },
  ],
  lines: [
    ...lines,
    openedServices,
    {
      path: SYSCONFIG,
      component: 'engine',
      added: /^ENGINE_DB_PASSWORD=(?=\S)/,
      secret: true,
      phase: 'credentials',
      keep: 'database',
      why: 'encrypted database password, written by setup',
    },
  ],
};
