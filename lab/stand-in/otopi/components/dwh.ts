/** The Data Warehouse: its own database, its identity, and two rows in the engine's database, which may be on another host. */
import { readConfiguration } from '../../base/drop-in.ts';
import { uuid } from '../../base/names.ts';
import { within } from '../../base/versions.ts';
import { type Credentials, credentialLines } from '../../database/credentials.ts';
import { literal } from '../../database/engine-rows.ts';
import { DWH, ENGINE_OF_DWH } from '../database-kinds.ts';
import { decideDatabase } from '../decide-database.ts';
import type { OtopiRun } from '../run.ts';
import { checkDwhOfEngine } from '../upgrade-checks.ts';
import type { ComponentSteps } from './component.ts';
import { decideOwn, makeOwn, smallSchema } from './databases.ts';

const BASE = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf';
const CONF = `${BASE}.d`;
const GROUP = 'ovirt_dwh_files';
export const TABLES = [
  'history_configuration',
  'calendar',
  'host_configuration',
  'host_samples_history',
  'vm_configuration',
  'vm_samples_history',
];

/** On a host of its own it is told where the engine's database is. */
function remoteEngine(run: OtopiRun): Credentials {
  const state = decideDatabase(run, ENGINE_OF_DWH);
  if (state.credentials === null) throw new Error('the engine database of another host is never made here');
  return state.credentials;
}

function decide(run: OtopiRun): void {
  run.dwhUuid = readConfiguration(run.context.host, BASE).get('DWH_UUID') ?? uuid();
  decideOwn(run, DWH);
  if (run.engineEnabled) return;
  run.context.answers.set(ENGINE_OF_DWH.provisioning, false);
  const credentials = remoteEngine(run);
  run.databases.set('engine', { credentials, isNew: false, from: 'answers' });
  checkDwhOfEngine(run, run.session(credentials));
}

function writeFiles(run: OtopiRun): void {
  const own = credentialLines('DWH_DB_', run.credentialsOf('dwh'), run.traits);
  const engine = credentialLines('ENGINE_DB_', run.credentialsOf('engine'), run.traits);
  const secret = { mode: 0o600, owner: 'ovirt', record: GROUP } as const;
  const readable = { mode: 0o640, owner: 'root', group: 'ovirt', record: GROUP } as const;
  run.write({
    path: `${CONF}/10-setup-database.conf`,
    content: engine + own,
    ...(within(run.version, '3.5') ? secret : readable),
  });
  if (within(run.version, '3.5')) {
    run.write({ path: `${CONF}/10-setup-uuid.conf`, content: `DWH_UUID=${run.dwhUuid}\n`, record: GROUP });
    run.write({
      path: `${CONF}/10-setup-scale.conf`,
      content: 'DWH_TABLES_KEEP_HOURLY=720\nDWH_TABLES_KEEP_DAILY=0\n',
      record: GROUP,
    });
  }
  if (!within(run.version, '4.0')) return;
  run.write({
    path: '/etc/ovirt-engine-dwh/examples/10-setup-dwh-database.conf',
    content: own,
    mode: 0o600,
    record: GROUP,
  });
  if (run.engineEnabled)
    run.write({ path: '/etc/ovirt-engine/engine.conf.d/10-setup-dwh-database.conf', content: own, ...readable });
}

function make(run: OtopiRun): void {
  const { role } = run.databases.get('dwh')?.credentials ?? { role: DWH.name };
  makeOwn(run, DWH, smallSchema(TABLES, role));
  writeFiles(run);
  if (!within(run.version, '3.5')) return;
  const engine = run.session(run.credentialsOf('engine'));
  engine.run(`update dwh_history_timekeeping set var_value = ${literal(run.fqdn)} where var_name = 'dwhHostname';
    update dwh_history_timekeeping set var_value = ${literal(run.dwhUuid)} where var_name = 'dwhUuid';`);
}

export const dwh: ComponentSteps = { services: ['ovirt-engine-dwhd'], decide, make };
