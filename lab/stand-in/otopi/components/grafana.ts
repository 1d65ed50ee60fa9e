/** Grafana, since 4.4: a role that may only read the Data Warehouse's database, and Grafana's own configuration. */
import { grafanaFiles } from '../../../../test/fixture/host-components.ts';
import { generatedPassword } from '../../base/names.ts';
import { literal } from '../../database/engine-rows.ts';
import type { OtopiRun } from '../run.ts';
import { capturedContext, writeCaptured } from './captured-files.ts';
import type { ComponentSteps } from './component.ts';

const ROLE = 'ovirt_engine_history_grafana';
const DATABASE = '/var/lib/grafana/grafana.db';

function make(run: OtopiRun): void {
  const { local, host } = run.context;
  const { database, role: owner } = run.credentialsOf('dwh');
  const password = generatedPassword(run.traits.passwordLength);
  const verb = local.has(`select 1 from pg_roles where rolname = '${ROLE}'`) ? 'alter' : 'create';
  local.superuser(`${verb} role ${ROLE} with login encrypted password ${literal(password)}`);
  local.superuser(
    `grant connect on database "${database}" to ${ROLE}; grant usage on schema public to ${ROLE};
     grant select on all tables in schema public to ${ROLE};
     alter default privileges for role "${owner}" in schema public grant select on tables to ${ROLE}`,
    database,
  );
  // Its own database is made empty, at once and for good: no transaction takes it back.
  if (!host.exists(DATABASE)) host.write(DATABASE, '', { mode: 0o640, owner: 'grafana', group: 'grafana' });
  const files = grafanaFiles(capturedContext(run, { role: ROLE, password }));
  writeCaptured(
    run,
    files.filter(({ path }) => path !== DATABASE),
  );
}

/** Grafana fills an empty database when it starts. */
function started({ context: { host } }: OtopiRun): void {
  if (host.readIfThere(DATABASE) === '')
    host.write(DATABASE, 'SQLite format 3\n', { mode: 0o640, owner: 'grafana', group: 'grafana' });
}

export const grafana: ComponentSteps = { services: ['grafana-server'], make, started };
