/** Keycloak (4.5) and managed block storage. */
import type { ComponentLayout } from '../../model/layout.ts';

const CONF = '/etc/ovirt-engine/engine.conf.d';
const EXTENSIONS = '/etc/ovirt-engine/extensions.d';

export const keycloak: ComponentLayout = {
  id: 'keycloak',
  title: 'Keycloak',
  enabledBy: ['OVESETUP_CONFIG/keycloakEnable'],
  enableQuestion: 'OVESETUP_KEYCLOAK_ENABLE',
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

/** Managed block storage, as 4.5.7 and newer call it. */
export const managedBlock: ComponentLayout = {
  id: 'managedblock',
  title: 'Managed block storage',
  enabledBy: ['OVESETUP_MB_DB/enable'],
  shownBy: [`${CONF}/10-setup-managedblock-database.conf`, `${CONF}/10-setup-managedblock.conf`],
  services: [],
  database: {
    title: 'managed block storage database',
    defaultName: 'ovirt_managedblock',
    defaultRole: 'ovirt_managedblock',
    prefix: 'MANAGEDBLOCK_DB_',
    answerPrefix: 'OVESETUP_MB_DB/',
    questionPrefix: 'OVESETUP_MANAGEDBLOCK_DB_',
    credentials: [`${CONF}/10-setup-managedblock-database.conf`, `${CONF}/10-setup-managedblock.conf`],
    enableKey: 'MANAGEDBLOCK_DB_ENABLE',
    schemas: [],
    signature: ['volumes'],
    complete: null,
    encrypted: [],
    dumps: '/var/lib/ovirt-engine/backups/managedblock-*.dump',
  },
  files: [
    {
      path: `${CONF}/10-setup-managedblock-database.conf`,
      phase: 'credentials',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'managedblock',
    },
    {
      path: `${CONF}/10-setup-managedblock.conf`,
      phase: 'credentials',
      why: 'switch of managed block storage, written by setup',
      keep: 'database',
    },
  ],
};

/** The same under its older name, 4.3 to 4.5.6. */
export const cinderlib: ComponentLayout = {
  id: 'cinderlib',
  title: 'Managed block storage (cinderlib)',
  enabledBy: ['OVESETUP_CL_DB/enable'],
  shownBy: [`${CONF}/10-setup-cinderlib-database.conf`],
  services: [],
  database: {
    title: 'cinderlib database',
    defaultName: 'ovirt_cinderlib',
    defaultRole: 'ovirt_cinderlib',
    prefix: 'CINDERLIB_DB_',
    answerPrefix: 'OVESETUP_CL_DB/',
    questionPrefix: 'OVESETUP_CL_DB_',
    credentials: [`${CONF}/10-setup-cinderlib-database.conf`],
    schemas: [],
    signature: ['volumes'],
    complete: null,
    encrypted: [],
    dumps: '/var/lib/ovirt-engine/backups/cinderlib-*.dump',
  },
  files: [
    {
      path: `${CONF}/10-setup-cinderlib-database.conf`,
      phase: 'credentials',
      why: 'database credentials written by setup',
      keep: 'database',
      credentialsOf: 'cinderlib',
    },
    { path: `${CONF}/10-setup-cinderlib.conf`, phase: 'drop-ins', why: 'drop-in written by setup', keep: 'database' },
  ],
};
