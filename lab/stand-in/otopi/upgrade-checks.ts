/** What setup asks a database that it takes for an upgrade, in the order of the real one: a half-built one fails at the first relation that is not there. */
import { SetupError, UnansweredQuestion } from '../base/abort.ts';
import type { Session } from '../database/session.ts';
import type { OtopiRun } from './run.ts';

export const OVN_ID = 'OVESETUP_OVN/ovirtProviderOvnId';
export const OVN_NAME = 'ovirt-provider-ovn';

/** Setup adds its provider unless it knows the id of one: a second one of the same name it refuses. */
function checkProviders(run: OtopiRun, session: Session): void {
  const found = session.value(`select id from providers where name = '${OVN_NAME}'`);
  if (found === null || !run.components.has('ovn-provider') || run.context.answers.value(OVN_ID)) return;
  throw new SetupError(`A provider ${OVN_NAME} is in the database already, and the id of it is not known.`);
}

function checkOwnership(session: Session): void {
  const foreign = session.value(`select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname not in ('information_schema', 'pg_catalog') and n.nspname not like 'pg\\_%' and c.relname not like 'pg\\_%'
      and not pg_has_role(c.relowner, 'usage') limit 1`);
  if (foreign !== null)
    throw new SetupError(`Cannot upgrade the Engine database schema: ${foreign} belongs to another role.`);
}

function checkLevels(run: OtopiRun, session: Session): void {
  const { levels } = run.traits;
  if (levels === null) return;
  const allowed = levels.map((level) => `'${level}'`).join(', ');
  // A database that comes from 3.x has the older name of the table.
  const clusters = session.value("select coalesce(to_regclass('cluster'), to_regclass('vds_groups'))") ?? 'cluster';
  const found = session.value(
    `select compatibility_version from (select compatibility_version from storage_pool union select compatibility_version from ${clusters}) v
      where compatibility_version not in (${allowed}) limit 1`,
  );
  if (found !== null) throw new SetupError(`Trying to upgrade from unsupported versions: ${found}`);
}

function checkHostedEngine(run: OtopiRun, session: Session): void {
  if (run.context.answers.yes({ key: 'OVESETUP_CONFIG/continueSetupOnHEVM' }) === true) return;
  const running =
    session.value(`select 1 from vm_static v join vm_dynamic d using (vm_guid) join vds_statistics s on s.vds_id = d.run_on_vds
    where v.vm_name = coalesce((select min(option_value) from vdc_options where option_name = 'HostedEngineVmName'), 'HostedEngine')
      and not coalesce(s.ha_global_maintenance, false)`);
  if (running !== null) throw new SetupError('This is a hosted engine, and global maintenance is not on.');
}

/** The administrator's password was an option until 3.6 gave accounts a schema of their own. */
function checkLegacyPassword(session: Session): void {
  if (session.value("select 1 from vdc_options where option_name = 'AdminPassword'") !== null)
    throw new SetupError('The option AdminPassword of an older release is still in the database.');
}

/** @throws SetupError at the first thing that is in the way */
export function checkUpgrade(run: OtopiRun, session: Session): void {
  const { traits } = run;
  if (traits.ovn) checkProviders(run, session);
  session.run("select vm_name, custom_compatibility_version from vms where custom_compatibility_version <> ''");
  checkOwnership(session);
  checkLevels(run, session);
  if (traits.hostedEngineCheck) checkHostedEngine(run, session);
  if (traits.aaa) checkLegacyPassword(session);
}

/** The Data Warehouse of this host must be the one that the engine knows, and none may be running. */
export function checkDwhOfEngine(run: OtopiRun, session: Session): void {
  if (!run.components.has('dwh')) return;
  const value = (name: string): string =>
    session.value(`select coalesce(var_value, '') from dwh_history_timekeeping where var_name = '${name}'`) ?? '';
  const [uuid, hostname] = [value('dwhUuid'), value('dwhHostname')];
  if (uuid !== '' && uuid !== run.dwhUuid) {
    const asked = { key: 'OVESETUP_DWH_DB/disconnectExistingDwh', question: 'OVESETUP_DWH_DISCONNECT_EXISTING' };
    if (run.context.answers.yes(asked) !== true)
      throw new UnansweredQuestion(
        asked.question,
        `The engine knows another DWH, on ${hostname}. Disconnect it for good? [No]`,
      );
  }
  if (value('DwhCurrentlyRunning') === '1') throw new SetupError(`dwhd is currently running, on ${hostname}.`);
}
