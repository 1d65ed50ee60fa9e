/** One run of otopi's setup, 3.3 to 4.5: read, decide, change, close. What is decided changes nothing; what changes is taken back if it fails. */
import { SetupError, UnansweredQuestion } from '../base/abort.ts';
import type { Context, Outcome } from '../base/context.ts';
import { randomSuffix, timestamp } from '../base/names.ts';
import { isUpdateOffered, packageVersion, update } from '../base/packages.ts';
import { compareVersions, within } from '../base/versions.ts';
import { componentsOf } from './components/index.ts';
import { findDamage } from './damage.ts';
import { ENGINE } from './database-kinds.ts';
import { decideDatabase, existingDatabase } from './decide-database.ts';
import { makeEngine } from './engine.ts';
import { checkLegacy } from './legacy.ts';
import { writeAnswers, writeMarker } from './marker.ts';
import { checkHalfPki, checkRenewal } from './pki.ts';
import { MARKER, OtopiRun } from './run.ts';
import { checkDwhOfEngine, checkUpgrade } from './upgrade-checks.ts';

const ENGINE_PACKAGE = 'ovirt-engine';
const SETUP_PACKAGE = 'ovirt-engine-setup';
const HISTORY = '/var/lib/ovirt-engine/setup-history.txt';

/** Drop-ins of setup's own configuration, then the answer files: the later one wins. */
function readEnvironment({ host, answers, options }: Context): void {
  const dir = '/etc/ovirt-engine-setup.conf.d';
  for (const name of host.list(dir).filter((one) => one.endsWith('.conf'))) answers.add(host.read(`${dir}/${name}`));
  for (const file of options.answers) answers.addFile(file);
}

/**
 * An engine older than setup is updated by setup itself, if a repository has the newer one and it may look; a newer engine wants a newer setup first. Since 4.5.0 whatever stays of two
 * versions is refused. Read in code of 3.3 to 4.5.7.
 * @returns whether the engine's package is to be updated
 */
function checkPackages({ host, options }: Context, version: string): boolean {
  const [engine, setup] = [packageVersion(host, ENGINE_PACKAGE), packageVersion(host, SETUP_PACKAGE)];
  if (engine === null || setup === null || compareVersions(engine, setup) === 0) return false;
  if (!options.offline) {
    if (isUpdateOffered(host, SETUP_PACKAGE)) throw new SetupError('Please update the Setup packages');
    if (compareVersions(engine, setup) < 0 && isUpdateOffered(host, ENGINE_PACKAGE)) return true;
  }
  if (within(version, '4.5'))
    throw new SetupError(`${ENGINE_PACKAGE} ${engine} and ${SETUP_PACKAGE} ${setup} are of different versions.`);
  return false;
}

/**
 * Whether the engine is set up on this host. Beside a full database 3.5 and newer do not ask: without an answer or a marker that says so, the name in the drop-in must be
 * the one of this run, or the engine is left out without a word.
 */
function engineEnabled(run: OtopiRun, isNew: boolean): boolean {
  if (!run.components.has('engine')) return false;
  const said = run.context.answers.yes({ key: 'OVESETUP_ENGINE_CORE/enable', question: 'OVESETUP_ENGINE_ENABLE' });
  if (said !== undefined) return said;
  return isNew || !run.traits.enableByName || run.configuration().get('ENGINE_FQDN') === run.fqdn;
}

/** @throws UnansweredQuestion on the way of an upgrade without that answer, as any answer file of a first installation lacks it */
function askVacuum(run: OtopiRun): void {
  const { answers } = run.context;
  if (!run.traits.vacuumQuestion || answers.yes({ key: 'OVESETUP_DB/engineVacuumFull' }) !== undefined) return;
  const said = ['ENGINE_VACUUM_FULL', 'OVESETUP_ENGINE_VACUUM_FULL'].some(
    (question) => answers.yes({ question }) !== undefined,
  );
  if (!said) throw new UnansweredQuestion('ENGINE_VACUUM_FULL', 'Perform full vacuum on the engine database? [No]');
}

/** Everything that can refuse without having changed anything. */
function decide(run: OtopiRun): void {
  const { context } = run;
  run.updatesEngine = checkPackages(context, run.version);
  if (!within(run.version, '3.4')) checkLegacy(run);
  const existing = run.components.has('engine') ? existingDatabase(run, ENGINE) : null;
  run.engineEnabled = engineEnabled(run, existing?.isNew ?? true);
  if (run.engineEnabled) {
    const state = existing ?? decideDatabase(run, ENGINE);
    run.databases.set('engine', state);
    run.outcome.taken = state.isNew ? 'new' : 'upgrade';
    // With credentials from an answer the database is known only now, and with it whether the engine belongs here.
    run.engineEnabled = engineEnabled(run, state.isNew);
  } else if (existing !== null) run.outcome.taken = existing.isNew ? 'new' : 'upgrade';
  if (run.engineEnabled) {
    checkHalfPki(run);
    checkRenewal(run);
  }
  for (const component of componentsOf(run)) component.decide?.(run);
  if (!run.engineEnabled || run.outcome.taken !== 'upgrade') return;
  const session = run.session(run.databases.get('engine')!.credentials!);
  checkUpgrade(run, session);
  askVacuum(run);
  checkDwhOfEngine(run, session);
}

const STOPPED = ['ovirt-engine-dwhd', 'ovirt-engine-notifier', 'engine-notifierd', 'ovirt-engine', 'grafana-server'];

function servicesOf(run: OtopiRun): string[] {
  const { traits } = run;
  const engine = [
    'httpd',
    'ovirt-engine',
    'ovirt-engine-notifier',
    'ovirt-websocket-proxy',
    ...(traits.fenceKdump ? ['ovirt-fence-kdump-listener'] : []),
    ...(traits.vmconsole ? ['ovirt-vmconsole-proxy-sshd'] : []),
    ...(traits.imageio ? ['ovirt-imageio'] : within(run.version, '4.0') ? ['ovirt-imageio-proxy'] : []),
  ];
  return [...(run.engineEnabled ? engine : []), ...componentsOf(run).flatMap(({ services }) => services)];
}

/** The part that is taken back if it fails. */
function change(run: OtopiRun): void {
  run.context.services.stop(STOPPED);
  if (run.updatesEngine) update(ENGINE_PACKAGE);
  if (run.engineEnabled) makeEngine(run);
  for (const component of componentsOf(run)) component.make(run);
  writeMarker(run);
  run.transaction.commit(run.context.stages, MARKER);
}

function close(run: OtopiRun): void {
  const { host, services, stages } = run.context;
  services.start(servicesOf(run));
  for (const component of componentsOf(run)) component.started?.(run);
  if (run.traits.history) host.write(HISTORY, `${host.readIfThere(HISTORY) ?? ''}setup ${run.version} success\n`);
  run.record.write(host, run.traits.hash, stages);
  writeAnswers(run);
}

/** A run that failed after it had begun leaves a partial record and its answers; one that refused, its answers. */
function giveUp(run: OtopiRun, began: boolean, error: SetupError): void {
  if (began) {
    run.transaction.abort();
    run.record.write(run.context.host, run.traits.hash, run.context.stages);
  }
  writeAnswers(run);
  run.outcome.failed = error.message;
  if (error instanceof UnansweredQuestion) run.outcome.question = error.question;
}

export function otopiSetup(context: Context): Outcome {
  readEnvironment(context);
  const run = new OtopiRun(context);
  const log = `ovirt-engine-setup-${timestamp()}-${randomSuffix().slice(0, 6)}.log`;
  context.host.write(`/var/log/ovirt-engine/setup/${log}`, `setup of ${run.version}\n`, { mode: 0o600 });
  let began = false;
  try {
    decide(run);
    began = true;
    change(run);
    close(run);
    run.outcome.damage.push(...findDamage(run));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    giveUp(run, began, error);
  } finally {
    run.closeSessions();
  }
  return run.outcome;
}
