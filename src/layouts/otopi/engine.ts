/** The engine itself, 3.3 to 4.5. */
import type { ComponentLayout, DatabaseLayout, Release } from '../../model/layout.ts';
import { COLUMNS_43 } from './engine-columns.ts';
import { engineFiles } from './engine-files.ts';
import { legacyFiles } from './engine-legacy.ts';
import { engineLines } from './engine-lines.ts';
import { ADMINISTRATOR, FINISHED_SCHEMA, questions } from './engine-rows.ts';
import { references, stumblesOf } from './engine-upgrade.ts';
import { CONF, ETC, PKI, STATE } from './paths.ts';
import { pkiFiles } from './pki-files.ts';

/** What differs between releases in the engine's database. */
export interface EngineRelease {
  /** Newest release of the layout. */
  release: Release;
  /** Compatibility levels that its setup upgrades from (`OVESETUP_CORE/upgradeSupportedVersions`). */
  levels: readonly string[];
  /** `table.column` pairs with values encrypted with the engine's key (classes of the engine's `dao` that call `encryptPassword`). */
  encrypted: readonly string[];
  /** Files that setup dumped the database to. */
  dumps?: string;
}

/** The internal accounts lie in a schema of their own (3.6 and newer). */
export function hasAccounts(release: Release): boolean {
  return !['3.3', '3.4', '3.5'].includes(release);
}

/** Setup looks for uuid-ossp in 4.2 and newer; older schemas bring functions of their own (`dbscripts`, tag by tag). */
function extensionsOf(release: Release): string[] {
  return /^3|^4\.[01]$/.test(release) ? [] : ['uuid-ossp'];
}

function databaseOf({ release, levels, encrypted, dumps }: EngineRelease): DatabaseLayout {
  const schemas = hasAccounts(release) ? ['aaa_jdbc'] : [];
  return {
    title: 'engine database',
    defaultName: 'engine',
    defaultRole: 'engine',
    prefix: 'ENGINE_DB_',
    answers: {
      prefix: 'OVESETUP_DB/',
      questionPrefix: 'OVESETUP_ENGINE_DB_',
      provisioningPrefix: 'OVESETUP_PROVISIONING/',
      provisioningQuestionPrefix: 'OVESETUP_PROVISIONING_POSTGRES_',
    },
    credentials: [`${CONF}/10-setup-database.conf`],
    properties: [
      {
        path: `${ETC}/aaa/internal.properties`,
        server: { url: 'config.datasource.jdbcurl' },
        role: 'config.datasource.dbuser',
        password: 'config.datasource.dbpassword',
      },
    ],
    schemas,
    extensions: extensionsOf(release),
    signature: ['vdc_options', 'schema_version'],
    complete: {
      // All are there in each release from 3.3 on.
      relations: [
        'vms',
        'providers',
        'vdc_options',
        'schema_version',
        'users',
        'permissions',
        'vds_static',
        'vm_static',
      ],
      schemas,
      rows: [ADMINISTRATOR, FINISHED_SCHEMA],
    },
    questions,
    stumbles: stumblesOf(release, levels),
    references,
    encrypted,
    dumps: dumps ?? `${STATE}/backups/engine-*.dump`,
  };
}

export function engineOf(facts: EngineRelease): ComponentLayout {
  return {
    id: 'engine',
    title: 'Engine',
    enabledBy: ['OVESETUP_ENGINE_CORE/enable'], // 3.5 and newer
    enableQuestion: 'OVESETUP_ENGINE_ENABLE',
    shownBy: [
      `${CONF}/10-setup-database.conf`,
      `${CONF}/10-setup-protocols.conf`,
      `${ETC}/aaa/internal.properties`,
      `${PKI}/ca.pem`,
      `${PKI}/keys/engine.p12`,
      `${PKI}/keys/engine_id_rsa`,
    ],
    services: [
      // The notifier holds database sessions and is forgotten by the existing cleanup when units are disabled.
      { unit: 'ovirt-engine-notifier', order: 20 },
      { unit: 'ovirt-engine', order: 50 },
    ],
    database: databaseOf(facts),
    files: [...pkiFiles, ...engineFiles, ...legacyFiles],
    lines: engineLines,
  };
}

/** 4.4 and 4.5. Older ones of these know fewer of the upper levels, which their databases do not hold. */
export const engine = engineOf({
  release: '4.5',
  levels: ['4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8'],
  encrypted: COLUMNS_43,
});
