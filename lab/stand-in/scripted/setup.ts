/** One run of the setup of 3.0, 3.1 or 3.2: a list of steps, in the order of each release. What fails stays as it is. */
import { SetupError, UnansweredQuestion } from '../base/abort.ts';
import type { Context, Outcome } from '../base/context.ts';
import { underscoredTimestamp } from '../base/names.ts';
import { Stages } from '../base/stages.ts';
import { findDamage } from './damage.ts';
import { createDatabase, isInstalled, upgradeDatabase } from './database.ts';
import { writePasswordFile } from './pgpass.ts';
import { makeCa } from './pki.ts';
import { ScriptedRun } from './run.ts';
import { configureServer, deployLinks, writeEncryptedPassword, writeWebConf } from './server.ts';
import {
  configureFirewall,
  configureHttpd,
  configurePostgres,
  configureTools,
  exportIsoDomain,
  lockVersions,
  raiseLimits,
  writeSharedMemory,
} from './shared-files.ts';

/** In 3.0 the password file is written only for a database that is to be made; later it is written first, and so decides. */
function makeDatabase(run: ScriptedRun): void {
  const { pgpass, passwordOnUpgrade } = run.shape;
  if (pgpass !== '3.0') writePasswordFile(run);
  const installed = isInstalled(run);
  run.outcome.taken = installed ? 'upgrade' : 'new';
  if (!installed && pgpass === '3.0') writePasswordFile(run);
  if (!installed || passwordOnUpgrade) writeEncryptedPassword(run);
  if (installed) upgradeDatabase(run);
  else createDatabase(run);
}

function steps(run: ScriptedRun): void {
  const { services, stages, host } = run.context;
  services.stop(run.shape.services);
  deployLinks(run);
  writeSharedMemory(run);
  makeCa(run);
  configureServer(run);
  writeWebConf(run);
  makeDatabase(run);
  configureTools(run);
  configurePostgres(run);
  stages.reached('files-half');
  raiseLimits(run);
  exportIsoDomain(run);
  configureFirewall(run);
  stages.reached('before-marker');
  services.start(run.shape.services);
  configureHttpd(run);
  if (run.shape.httpd) services.start(['httpd']);
  lockVersions(run);
  stages.reached('closing');
  host.write(`/var/log/ovirt-engine/engine-setup_${underscoredTimestamp()}.log`, 'finished\n');
}

export function scriptedSetup(context: Context): Outcome {
  // From the questions on 3.2 does not listen to SIGINT.
  if (context.release.name === '3.2') context.stages = new Stages(context.options.dieAt, null);
  for (const file of context.options.answers) context.answers.addFile(file);
  const failed = (error: SetupError): Pick<Outcome, 'failed' | 'question'> => ({
    failed: error.message,
    ...(error instanceof UnansweredQuestion ? { question: error.question } : {}),
  });
  let run: ScriptedRun;
  try {
    run = new ScriptedRun(context);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { taken: null, damage: [], ...failed(error) };
  }
  if (context.tree.has(run.shape.secondRun)) context.say('Warning: setup was run before on this host.');
  try {
    steps(run);
    run.outcome.damage.push(...findDamage(run));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    Object.assign(run.outcome, failed(error));
  }
  return run.outcome;
}
