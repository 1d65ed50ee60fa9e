/** Data Warehouse of 3.1 and 3.2. A program of its own makes its database as the server's administrator, and writes his login into the package's configuration of the ETL. */
import type { ComponentLayout } from '../../model/layout.ts';
import { dwh33 } from '../otopi/dwh.ts';
import { ETC, STATE } from './paths.ts';

const PROPERTIES = `${ETC}/ovirt-engine-dwh/Default.properties`;
const { elsewhere: _elsewhere, serverOf: _serverOf, properties = [], ...database } = dwh33.database!;
const { timekeeping: _timekeeping, ...component } = dwh33;

export const dwh: ComponentLayout = {
  ...component,
  shownBy: [`${PROPERTIES}.rpmsave`],
  services: [
    { unit: 'ovirt-engine-etl', order: 10 },
    { unit: 'ovirt-engine-dwhd', order: 11 },
  ],
  database: {
    ...database,
    defaultRole: 'postgres',
    credentials: [],
    properties: properties.map((file) => ({ ...file, own: true, administrator: true })),
    dumps: `${STATE}/backups/ovirt-engine-history.backup.*`,
  },
  files: component.files
    .filter(({ path }) => path === PROPERTIES || path === `${PROPERTIES}.rpmsave`)
    .map((rule) => (rule.path === PROPERTIES ? { ...rule, phase: 'credentials' } : rule)),
  // Nothing else holds them.
  lines: (component.lines ?? []).map((rule) => ({ ...rule, phase: 'credentials', keep: 'database' })),
};
