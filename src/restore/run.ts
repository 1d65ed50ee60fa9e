/** The story of a restore: find the run, read its backup whole, look at the host, plan, confirm, apply, report. */

import { dirname, join } from 'node:path';
import { carryOut, touched } from '../apply/carry-out.ts';
import type { Progress } from '../apply/execute.ts';
import { newRunId, runPaths } from '../apply/run-directory.ts';
import { TRUSTED_CAS } from '../backup/login.ts';
import { machineTools } from '../host/tools.ts';
import { layoutOf, newestLayout } from '../layouts/index.ts';
import { InterruptedError, type Refusal, type Warning } from '../model/errors.ts';
import type { ToolFacts } from '../model/facts.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { refuseAgain, refuseJobs, refuseOthers } from '../occupied.ts';
import { makeReport, plannedSteps, type ReportInput } from '../report.ts';
import type { RunOptions, RunParts } from '../run.ts';
import { checkBackup, damaged, spaceRefusals } from './backup-check.ts';
import { chooseRun, hasHeld, heldBefore, putBackBy, unrestoredBefore } from './choose.ts';
import { asHeld, heldServices, heldWarning, isHeldOnly, stillHeld, type Usable, withHeld } from './held.ts';
import { lookAt } from './look.ts';
import { makeRestorePlan } from './plan.ts';
import { effectsOf } from './read-steps.ts';
import { type EarlierRun, readOwn, readRuns } from './runs.ts';
import { withSecrets } from './secrets.ts';
import { removeStages } from './stages.ts';
import { unfinishedRestore } from './unfinished.ts';

export interface RestoreOptions extends RunOptions {
  /** Id of the run to put back, or how it begins; null: the last that removed something. */
  source: string | null;
}

/** How a restore talks with whoever started it. */
export interface RestoreDialogue {
  /** Shows the plan and asks to proceed. False: the operator said no. */
  confirm(plan: Plan): Promise<boolean>;
  progress: Progress;
  /** The plan as it is about to be executed or was refused, for the log. */
  planned(plan: Plan): void;
}

export type RestoreParts = Pick<RunParts, 'host' | 'vault'> & { dialogue: RestoreDialogue };

/** Why a run cannot be put back at all; null if it can. */
function unusable({ id, trouble, backup, plan }: EarlierRun): Refusal | null {
  if (trouble !== null) return damaged(trouble);
  if (plan === null || backup === null)
    return damaged(`Run ${id} made no backup: there is nothing to put it back from.`);
  return backup.state === 'whole' ? null : damaged(backup.why);
}

/** `engine-cleanup restore [RUN]`. The lock is held by the caller. */
export async function restoreRun(options: RestoreOptions, parts: RestoreParts): Promise<Report> {
  const startedAt = performance.now();
  const finish = (outcome: Outcome, more: Partial<ReportInput> = {}): Report =>
    makeReport({ ...options, outcome, startedAt, ...more });
  refuseOthers(parts.host);
  const runs = readRuns(options.root);
  const chosen = chooseRun(runs, options.source);
  if (chosen === null) {
    const message = 'No run has removed anything that could be put back.';
    return finish('nothing-to-do', { warnings: [{ code: 'no-run', message }] });
  }
  for (let [run, told]: [EarlierRun, Warning[]] = [chosen, []]; ; ) {
    const report = await restoreOne(run, { runs, told, finish }, options, parts);
    // A restore that finds all of its run as it was makes no run that would say so.
    const earlier = report.outcome === 'nothing-to-do' ? nextOf(run, runs, options) : null;
    if (earlier === null) return report;
    [run, told] = [earlier, report.warnings];
  }
}

/** The run that is put back instead of one that is as it was. */
function nextOf(run: EarlierRun, runs: readonly EarlierRun[], { source }: RestoreOptions): EarlierRun | null {
  return source === null ? unrestoredBefore(run, runs) : null;
}

async function restoreOne(
  run: EarlierRun,
  { runs, told, finish }: Pick<Work, 'runs' | 'finish'> & { told: readonly Warning[] },
  options: RestoreOptions,
  parts: RestoreParts,
): Promise<Report> {
  const held = isHeldOnly(run);
  const refusal = held ? null : unusable(run);
  if (refusal !== null) return finish('refused', { refusals: [refusal], warnings: [...told] });
  const warnings = [...told, ...removeStages(options.root)];
  const tools = await machineTools();
  const usable = held ? await asHeld(run as Usable, parts.host) : (run as Usable);
  const { dir, manifest } = usable.backup;
  const { wishes, stop } = options;
  const broken = await checkBackup({ dir, manifest, tools, timeoutMs: wishes.timeoutMs, signal: stop.signal });
  if (broken.length > 0) return finish('refused', { refusals: broken, warnings });
  return putBack(options, parts, { run: usable, runs, tools, warnings, finish });
}

function startsOrStops({ steps }: Plan, unit: string): boolean {
  return steps.some((step) => (step.kind === 'service-start' || step.kind === 'service-stop') && step.unit === unit);
}

interface Work {
  run: Usable;
  runs: readonly EarlierRun[];
  tools: ToolFacts;
  /** What is told in any case. */
  warnings: Warning[];
  finish(outcome: Outcome, more?: Partial<ReportInput>): Report;
}

async function putBack(
  options: RestoreOptions,
  parts: RestoreParts,
  { run, runs, tools, warnings, finish }: Work,
): Promise<Report> {
  const { root, wishes, stop, backupDir, version } = options;
  const { timeoutMs } = wishes;
  const { host, vault, dialogue } = parts;
  const { dir: backup, manifest } = run.backup;
  const ca = readOwn(join(backup, TRUSTED_CAS));
  const extraCa = ca === null ? [] : [ca];
  const source = withSecrets(run.plan, backup, vault);
  const effects = effectsOf(source, run.journal, manifest, root);
  effects.services = withHeld(effects.services, await heldServices(heldBefore(run, runs), host, root));
  const look = {
    host,
    vault,
    timeoutMs,
    extraCa,
    tools,
    signal: stop.signal,
    backup,
    putBack: putBackBy(run.id, runs),
  };
  const findings = await lookAt(effects, look);
  const id = newRunId(new Date(), runs.at(-1)?.id ?? null);
  const { release, databases } = source;
  const { continues, owesReload } = unfinishedRestore(runs, run.id);
  const paths = runPaths(root, id, backupDir);
  const target = { root, release, run: run.id, backup, databases, backupDir: paths.backup, owesReload };
  const plan = makeRestorePlan(findings, wishes, target);
  plan.warnings.push(...warnings);
  const acted = findings.services.filter(({ unit }) => startsOrStops(plan, unit));
  refuseJobs(acted.map(({ state }) => state));
  if (hasHeld(run) && plan.steps.length > 0) plan.warnings.push(heldWarning(run));
  else if (hasHeld(run)) plan.refusals.push(...stillHeld(run, findings));
  plan.refusals.push(...spaceRefusals(plan, dirname(run.path)));
  if (continues !== null && plan.steps.length > 0) plan.continues = continues;
  const earlier = unrestoredBefore(run, runs);
  const isPassedOver = plan.steps.length + plan.refusals.length === 0 && nextOf(run, runs, options) !== null;
  if (earlier !== null && !isPassedOver) {
    const message = `Run ${run.id} went on with run ${earlier.id}, which had ended unfinished. What that one changed is put back by a restore of its own, after this one.`;
    plan.warnings.push({ code: 'unfinished-run', message });
  }
  const steps = plannedSteps(plan, (step) => touched(root, step));
  if (plan.refusals.length > 0) {
    dialogue.planned(plan);
    return finish('refused', { plan, steps });
  }
  if (plan.steps.length === 0) {
    if (!isPassedOver) dialogue.planned(plan);
    return finish('nothing-to-do', { plan });
  }
  if (!(await dialogue.confirm(plan))) return finish('declined', { plan, steps });
  if (stop.signal.aborted) throw new InterruptedError();
  await refuseAgain(host, acted);
  dialogue.planned(plan);
  const carried = await carryOut(plan, {
    host,
    vault,
    progress: dialogue.progress,
    layout: layoutOf(release) ?? newestLayout(),
    tools,
    extraCa,
    version,
    root,
    id,
    backupDir,
    timeoutMs,
    signal: stop.signal,
  });
  const outcome = carried.execution.interrupted ? 'interrupted' : carried.failed ? 'incomplete' : 'ok';
  const ended = { signal: stop.name(), plan, run: { id, log: options.log, backup: carried.backup } };
  return carried.close(finish(outcome, { ...carried, ...ended }));
}
