/** Data Warehouse, 3.3 to 4.5. In 3.3 a program of its own sets it up, later ones have plug-ins of setup. */
import type { ComponentLayout, DatabaseLayout, FileRule, LineRule } from '../../model/layout.ts';
import { FINISHED_SCHEMA } from './engine-rows.ts';
import { CONF, DWH_CONF, DWH_ETC, DWH_STATE, ETC, REPORTS_CONF, STATE } from './paths.ts';
import { dropIn } from './rules.ts';

/** Configuration of the ETL up to 3.3. Setup 3.4 takes the database from it, and renames it. */
const LEGACY = `${ETC}/ovirt-engine-dwh/Default.properties`;

const legacyProperties = {
  path: LEGACY,
  server: { url: 'ovirtEngineHistoryDbJdbcConnection' },
  role: 'ovirtEngineHistoryDbUser',
  password: 'ovirtEngineHistoryDbPassword',
} as const;

const database: DatabaseLayout = {
  title: 'Data Warehouse database',
  defaultName: 'ovirt_engine_history',
  defaultRole: 'ovirt_engine_history',
  prefix: 'DWH_DB_',
  answers: {
    prefix: 'OVESETUP_DWH_DB/',
    questionPrefix: 'OVESETUP_DWH_DB_',
    provisioningPrefix: 'OVESETUP_DWH_PROVISIONING/',
    provisioningQuestionPrefix: 'OVESETUP_DWH_PROVISIONING_POSTGRES_',
  },
  credentials: [`${DWH_CONF}/10-setup-database.conf`],
  elsewhere: [`${CONF}/10-setup-dwh-database.conf`],
  properties: [legacyProperties],
  schemas: [],
  extensions: [],
  signature: ['history_configuration', 'schema_version'],
  complete: { relations: ['history_configuration', 'schema_version'], schemas: [], rows: [FINISHED_SCHEMA] },
  encrypted: [],
  dumps: `${DWH_STATE}/backups/dwh-*.dump`,
};

const files: readonly FileRule[] = [
  {
    path: `${DWH_CONF}/10-setup-database.conf`,
    phase: 'credentials',
    why: 'database credentials written by setup',
    keep: 'database',
    credentialsOf: 'dwh',
  },
  {
    path: `${CONF}/10-setup-dwh-database.conf`,
    phase: 'credential-copies',
    why: 'database credentials written by setup',
    keep: 'database',
    credentialsOf: 'dwh',
    since: '4.0',
  },
  {
    path: `${DWH_CONF}/10-setup-uuid.conf`,
    phase: 'drop-ins',
    why: 'identity of this DWH, written by setup',
    keep: 'database',
    since: '3.5',
  },
  dropIn(`${DWH_CONF}/10-setup-scale.conf`, { since: '4.0' }),
  dropIn(`${DWH_CONF}/10-setup-jboss.conf`, { since: '3.4', until: '3.4' }),
  dropIn(`${DWH_CONF}/20-setup-legacy.conf`, { since: '3.4' }),
  {
    path: `${DWH_ETC}/examples/10-setup-dwh-database.conf`,
    phase: 'credential-copies',
    why: 'example with credentials, written by setup',
    credentialsOf: 'dwh',
    since: '4.0',
  },
  {
    path: `${DWH_STATE}/dwh_dbmd5/*.md5`,
    phase: 'state',
    why: "checksums of setup's schema scripts", // setup in developer mode only (db/schema.py)
    keep: 'database',
    since: '3.5',
  },
];

/** Setup 3.4 and newer takes a file with a password for an installation of 3.3, and stops when it cannot log in. The name is a `%ghost` of the package. */
const legacyFile: FileRule = {
  path: LEGACY,
  phase: 'credential-copies',
  why: 'configuration of the ETL of 3.3 with the database password',
  keep: 'database',
  credentialsOf: 'dwh',
  until: '3.3',
};

export const dwh = {
  id: 'dwh',
  title: 'Data Warehouse',
  enabledBy: ['OVESETUP_DWH_CORE/enable'],
  enableQuestion: 'OVESETUP_DWH_ENABLE',
  shownBy: [`${DWH_CONF}/10-setup-database.conf`, `${DWH_CONF}/10-setup-uuid.conf`],
  services: [
    // First of all: only a clean stop writes "not running" into the engine database.
    { unit: 'ovirt-engine-dwhd', order: 10 },
  ],
  timekeeping: { unit: 'ovirt-engine-dwhd', identity: `${DWH_CONF}/10-setup-uuid.conf`, key: 'DWH_UUID' },
  database,
  files: [...files, legacyFile],
} satisfies ComponentLayout;

/** With Reports (3.5 and 3.6), whose drop-in holds the credentials of the Data Warehouse and not its own. */
export const dwhBesideReports: ComponentLayout = {
  ...dwh,
  database: {
    ...database,
    elsewhere: [...(database.elsewhere ?? []), `${REPORTS_CONF}/10-setup-database.conf`],
  },
};

const passwords: LineRule = {
  path: LEGACY,
  component: 'dwh',
  added: /^ovirtEngine(?:History)?DbPassword\s*=\s*(?=\S)/,
  secret: true,
  why: "database password, written by the Data Warehouse's setup",
};

/** As `ovirt-engine-dwh-setup` of 3.3 leaves it: the drop-in names no server, and the package's own configuration of the ETL has everything. */
export const dwh33: ComponentLayout = {
  ...dwh,
  // A package puts aside only what somebody had filled.
  shownBy: [...dwh.shownBy, `${LEGACY}.rpmsave`],
  database: {
    ...database,
    defaultRole: 'engine_history',
    answers: null,
    serverOf: { prefix: 'ENGINE_DB_', path: `${CONF}/10-setup-database.conf` },
    dumps: `${STATE}/backups/ovirt-engine-history.backup.*`,
  },
  files: [...files, { ...legacyFile, why: 'belongs to the package', packaged: 'package' }],
  // It needs the rest of what stands there.
  lines: [passwords],
};
