/** Reports of 3.1 and 3.2, inside of the engine. A program of its own deploys them, and makes their database as the server's administrator. */
import type { ComponentLayout, FileRule } from '../../model/layout.ts';
import { reports33 } from '../otopi/reports.ts';
import { STATE } from './paths.ts';

const { serverOf: _serverOf, ...database } = reports33.database!;
const properties = (database.properties ?? []).map((file) => ({
  ...file,
  own: true as const,
  administrator: true as const,
}));
const own = properties.map(({ path }) => path);
const elsewhere = database.credentials;

/** Nothing else holds the credentials. */
function ofThisRelease(rule: FileRule): FileRule {
  return own.includes(rule.path) ? { ...rule, phase: 'credentials' } : rule;
}

export const reports: ComponentLayout = {
  ...reports33,
  shownBy: reports33.shownBy.filter((path) => !elsewhere.includes(path)),
  database: { ...database, defaultRole: 'postgres', credentials: [], properties, dumps: `${STATE}/backups/*reports*` },
  files: reports33.files
    .filter(({ path, since }) => since === undefined && !elsewhere.includes(path))
    .map(ofThisRelease),
  lines: [
    {
      path: '/etc/sysconfig/ovirt-engine',
      component: 'reports',
      added: /^ENGINE_APPS=.*\bovirt-engine-reports\.war\b/,
      keep: 'database',
      why: 'makes the engine deploy Reports, written by their setup',
    },
  ],
};
