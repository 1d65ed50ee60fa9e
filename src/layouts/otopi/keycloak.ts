/** Keycloak, 4.5: runs inside of the engine, over a database of its own. */
import type { ComponentLayout } from '../../model/layout.ts';
import { CONF, EXTENSIONS, HTTPD } from './paths.ts';
import { webDropIn } from './rules.ts';

export const keycloak: ComponentLayout = {
  id: 'keycloak',
  title: 'Keycloak',
  enabledBy: ['OVESETUP_CONFIG/keycloakEnable'],
  enableQuestion: 'OVESETUP_KEYCLOAK_ENABLE',
  shownBy: [`${CONF}/12-setup-keycloak.conf`],
  services: [],
  database: {
    title: 'Keycloak database',
    defaultName: 'ovirt_engine_keycloak',
    defaultRole: 'ovirt_engine_keycloak',
    prefix: 'KEYCLOAK_DB_',
    answers: {
      prefix: 'OVESETUP_KEYCLOAK_DB/',
      questionPrefix: 'OVESETUP_KEYCLOAK_DB_',
      provisioningPrefix: 'OVESETUP_KEYCLOAK_PROVISIONING/',
      provisioningQuestionPrefix: 'OVESETUP_KEYCLOAK_PROVISIONING_POSTGRES_',
    },
    credentials: [`${CONF}/12-setup-keycloak.conf`],
    schemas: [],
    extensions: [],
    signature: ['realm', 'databasechangelog'],
    complete: { relations: ['realm', 'databasechangelog'], schemas: [], rows: [] },
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
      since: '4.5',
    },
    {
      path: `${EXTENSIONS}/internalkeycloak-*.properties`,
      phase: 'drop-ins',
      why: 'profile written by setup',
      keep: 'database',
      since: '4.5',
    },
    {
      // Read by the engine when it starts, which removes it; a setup that is killed leaves it.
      path: '/usr/share/ovirt-engine/services/ovirt-engine/keycloak-add-user.json',
      phase: 'state',
      why: "hash of the administrator's password, put there by setup",
      since: '4.5',
    },
    webDropIn(`${HTTPD}/z-ovirt-engine-keycloak-proxy.conf`, { since: '4.5' }),
    {
      path: `${HTTPD}/internalsso-openidc.conf`,
      phase: 'drop-ins',
      why: 'web server drop-in with a client secret, written by setup',
      since: '4.5',
    },
  ],
};
