/**
 * Reports on a JasperReports server, 3.3 to 3.6. In 3.3 a program of its own sets it up inside of the engine; 3.4 has plug-ins of setup and a tree of its own, which still runs inside of the
 * engine; 3.5 and 3.6 have a service. Read in ovirt-reports, `ovirt-engine-reports-setup.py` (3.3) and `reports*constants.py`, `jasper/deploy.py`, `db/connection.py`.
 */
import type { ComponentLayout, DatabaseLayout, FileRule } from '../../model/layout.ts';
import { CONF, ETC, FIREWALLD, HTTPD, REPORTS_CONF, REPORTS_ETC, REPORTS_STATE, STATE } from './paths.ts';
import { dropIn, firewallService, webDropIn } from './rules.ts';

/** Setup 3.4 and newer connects with what stands here, and nowhere else; the drop-in of that name holds the credentials of the Data Warehouse. */
const MASTER = `${REPORTS_STATE}/build-conf/master.properties`;
/** JasperReports' builder, which 3.3 uses in its place. */
const BUILDER = '/usr/share/jasperreports-server/buildomatic';

const masterKeys = {
  server: { host: 'dbHost', port: 'dbPort', database: 'js.dbName' },
  role: 'dbUsername',
  password: 'dbPassword',
} as const;

const database: DatabaseLayout = {
  title: 'Reports database',
  defaultName: 'ovirt_engine_reports',
  defaultRole: 'ovirt_engine_reports',
  prefix: 'REPORTS_DB_',
  answers: {
    prefix: 'OVESETUP_REPORTS_DB/',
    questionPrefix: 'OVESETUP_REPORTS_DB_',
    provisioningPrefix: 'OVESETUP_REPORTS_PROVISIONING/',
    provisioningQuestionPrefix: 'OVESETUP_REPORTS_PROVISIONING_POSTGRES_',
  },
  credentials: [],
  properties: [{ path: MASTER, own: true, ...masterKeys }],
  schemas: [],
  extensions: [],
  signature: ['jiuser', 'jiresource'],
  complete: { relations: ['jiuser', 'jiresource', 'jitenant'], schemas: [], rows: [] },
  encrypted: [],
  dumps: `${REPORTS_STATE}/backups/reports-*.dump`,
};

/** What setup deploys from the database and exports to it again: without it a full database cannot be upgraded, so they stay together. */
const deployed = ['ovirt-engine-reports.war', 'modules', 'build-conf'].flatMap((name): FileRule[] => {
  const rule = (path: string, why: string): FileRule => ({
    path,
    phase: 'state',
    why,
    keep: 'database',
    since: '3.4',
    until: '3.6',
  });
  return [
    rule(`${REPORTS_STATE}/${name}/**`, 'deployed by setup from JasperReports'),
    // A setup that is killed leaves the old one beside it.
    rule(`${REPORTS_STATE}/${name}.*/**`, 'older deployment that setup put aside'),
  ];
});

/** Without `MASTER`, which the shapes differ in, and without what only one of them has. */
const common: readonly FileRule[] = [
  ...deployed,
  webDropIn(`${HTTPD}/z-ovirt-engine-reports-proxy.conf`, { since: '3.4', until: '3.6' }),
  {
    path: `${REPORTS_ETC}/sso.properties`,
    phase: 'drop-ins',
    why: 'single sign-on of Reports, written by setup',
    since: '3.4',
    until: '3.6',
  },
  {
    path: `${STATE}/reports.xml`,
    phase: 'drop-ins',
    why: "entry of Reports in the engine's menus, written by setup",
    since: '3.4',
    until: '3.4',
  },
  {
    path: `${REPORTS_STATE}/*.war.dodeploy`,
    phase: 'state',
    why: 'deployment marker',
    since: '3.4',
    until: '3.6',
  },
  ...['protocols', 'jboss', 'java'].map((name) =>
    dropIn(`${REPORTS_CONF}/10-setup-${name}.conf`, { since: '3.5', until: '3.6' }),
  ),
  dropIn(`${CONF}/10-setup-reports-access.conf`, { since: '3.5', until: '3.6' }),
  ...['http', 'https'].map((name) =>
    firewallService(`${FIREWALLD}/ovirt-reports-${name}.xml`, { since: '3.5', until: '3.6' }),
  ),
];

const master: FileRule = {
  path: MASTER,
  phase: 'credentials',
  why: 'database credentials written by setup',
  keep: 'database',
  credentialsOf: 'reports',
  since: '3.4',
  until: '3.6',
};

function credentialsDropIn(credentialsOf: 'reports' | 'dwh'): FileRule {
  return {
    path: `${REPORTS_CONF}/10-setup-database.conf`,
    phase: credentialsOf === 'reports' ? 'credentials' : 'credential-copies',
    why: 'database credentials written by setup',
    keep: 'database',
    credentialsOf,
    until: '3.6',
  };
}

const shape: Omit<ComponentLayout, 'services' | 'database' | 'files' | 'shownBy'> = {
  id: 'reports',
  title: 'Reports',
  enabledBy: ['OVESETUP_REPORTS_CORE/enable'],
  enableQuestion: 'OVESETUP_REPORTS_ENABLE',
};

/** 3.5 and 3.6. */
export const reports: ComponentLayout = {
  ...shape,
  shownBy: [MASTER, `${REPORTS_CONF}/10-setup-protocols.conf`, `${REPORTS_ETC}/sso.properties`],
  services: [{ unit: 'ovirt-engine-reportsd', order: 30 }],
  database,
  files: [master, credentialsDropIn('dwh'), ...common],
};

/** 3.4: no unit of its own, and the drop-in is what 3.3 left. */
export const reports34: ComponentLayout = {
  ...shape,
  shownBy: [MASTER, `${REPORTS_ETC}/sso.properties`],
  services: [],
  database: { ...database, dumps: `${REPORTS_STATE}/backups/reports-*.sql` },
  files: [master, credentialsDropIn('reports'), ...common],
};

const war33 = '/usr/share/ovirt-engine/ovirt-engine-reports.war';

function credentialCopy(path: string, why: string): FileRule {
  return { path, phase: 'credential-copies', why, keep: 'database', credentialsOf: 'reports', until: '3.3' };
}

/** 3.3: setup starts from its drop-in, which names no server; beside a full database it stops where the deployed tree is missing. */
export const reports33: ComponentLayout = {
  ...shape,
  shownBy: [`${REPORTS_CONF}/10-setup-database.conf`, `${ETC}/jrs-deployment.version`],
  services: [],
  database: {
    ...database,
    defaultName: 'ovirtenginereports',
    defaultRole: 'engine_reports',
    answers: null,
    credentials: [`${REPORTS_CONF}/10-setup-database.conf`],
    serverOf: { prefix: 'ENGINE_DB_', path: `${CONF}/10-setup-database.conf` },
    properties: [`${BUILDER}/build_conf/default/master.properties`, `${BUILDER}/default_master.properties`].map(
      (path) => ({ path, ...masterKeys }),
    ),
    dumps: `${REPORTS_STATE}/backups/reports-*.sql`, // 3.3 dumps into /tmp and removes that again
  },
  files: [
    credentialsDropIn('reports'),
    credentialCopy(
      `${BUILDER}/build_conf/default/master.properties`,
      "JasperReports' configuration with the database password, made by setup",
    ),
    credentialCopy(
      `${BUILDER}/default_master.properties`,
      "JasperReports' configuration with the database password, written by setup",
    ),
    {
      path: `${war33}/**`,
      phase: 'state',
      why: 'deployed by setup from JasperReports',
      keep: 'database',
      until: '3.3',
    },
    {
      path: `${ETC}/jrs-deployment.version`,
      phase: 'state',
      why: 'version of JasperReports that setup deployed',
      keep: 'database',
      until: '3.3',
    },
    ...common,
  ],
};
