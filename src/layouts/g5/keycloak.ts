/** Keycloak (4.5) and managed block storage, called cinderlib up to 4.5.6. */
import type { ComponentLayout } from '../../model/layout.ts';

const CONF = '/etc/ovirt-engine/engine.conf.d';
const EXTENSIONS = '/etc/ovirt-engine/extensions.d';

export const keycloak: ComponentLayout = {
  id: 'keycloak',
  title: 'Keycloak',
  enabledBy: ['OVESETUP_CONFIG/keycloakEnable'],
  shownBy: [`${CONF}/12-setup-keycloak.conf`],
  services: [], // runs inside the engine
  database: {
    title: 'Keycloak database',
    defaultName: 'ovirt_engine_keycloak',
    defaultRole: 'ovirt_engine_keycloak',
    prefix: 'KEYCLOAK_DB_',
    answerPrefix: 'OVESETUP_KEYCLOAK_DB/',
    questionPrefix: 'OVESETUP_KEYCLOAK_DB_',
    credentials: [`${CONF}/12-setup-keycloak.conf`],
    schemas: [],
    signature: ['realm', 'databasechangelog'],
    complete: { relations: ['realm', 'databasechangelog'], schemas: [], administrator: false, schemaVersion: false },
    encrypted: [],
    dumps: '/var/lib/ovirt-engine-keycloak/backups/keycloak-*.dump',
  },
  files: [
    {
      path: `${CONF}/12-setup-keycloak.conf`,
      phase: 'credentials',
      why: 'Keycloak configuration with database credentials, written by setup',
      keep: 'database',
      credentialsOf: 'keycloak',
    },
    {
      path: `${EXTENSIONS}/internalkeycloak-*.properties`,
      phase: 'drop-ins',
      why: 'profile written by setup',
      keep: 'database',
    },
    {
      path: '/etc/httpd/conf.d/z-ovirt-engine-keycloak-proxy.conf',
      phase: 'drop-ins',
      why: 'web server drop-in written by setup',
    },
    {
      path: '/etc/httpd/conf.d/internalsso-openidc.conf',
      phase: 'drop-ins',
      why: 'web server drop-in with a client secret, written by setup',
    },
  ],
};

export const managedBlock: ComponentLayout = {
  id: 'managedblock',
  title: 'Managed block storage',
  enabledBy: ['OVESETUP_MB_DB/enable', 'OVESETUP_CL_DB/enable'],
  shownBy: [`${CONF}/10-setup-cinderlib-database.conf`],
  services: [],
  database: {
    title: 'managed block storage database',
    defaultName: 'ovirt_cinderlib',
    defaultRole: 'ovirt_cinderlib',
    prefix: 'MANAGEDBLOCK_DB_',
    answerPrefix: 'OVESETUP_MB_DB/',
    questionPrefix: 'OVESETUP_MB_DB_',
    credentials: [`${CONF}/10-setup-managedblock.conf`],
    enableKey: 'MANAGEDBLOCK_DB_ENABLE',
    schemas: [],
    signature: ['volumes'],
    complete: null,
    encrypted: [],
    dumps: '/var/lib/ovirt-engine/backups/cinderlib-*.dump',
  },
  files: [
    {
      path: `${CONF}/10-setup-managedblock.conf`,
      phase: 'credentials',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'managedblock',
    },
    {
      path: `${CONF}/10-setup-cinderlib-database.conf`,
      phase: 'credentials',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'managedblock',
    },
    { path: `${CONF}/10-setup-cinderlib.conf`, phase: 'drop-ins', why: 'drop-in written by setup', keep: 'database' },
  ],
};
