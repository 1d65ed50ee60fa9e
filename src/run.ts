import { carryOut, touched } from './apply/carry-out.ts';
import { unchecked } from './apply/ending.ts';
import type { Progress } from './apply/execute.ts';
import { newRunId, runPaths } from './apply/run-directory.ts';
import { closingCheck } from './closing-check.ts';
import { type DetectOptions, detect } from './detect/index.ts';
import type { Host } from './host/port.ts';
import { layoutOf, newestLayout } from './layouts/index.ts';
import type { Vault } from './model/credentials.ts';
import { InterruptedError } from './model/errors.ts';
import type { Facts } from './model/facts.ts';
import type { Outcome, StopSignal } from './model/outcome.ts';
import { runsDirectory } from './model/paths.ts';
import type { Plan, Wishes } from './model/plan.ts';
import type { Command, Report, Verdict } from './model/report.ts';
import { refuseAgain, refuseJobs, refuseOthers } from './occupied.ts';
import { makePlan } from './plan/index.ts';
import { makeReport, plannedSteps } from './report.ts';
import { removeStages } from './restore/stages.ts';
import { continuedHost, latestRuns, unfinishedCleanup } from './restore/unfinished.ts';
import { verify } from './verify/index.ts';

/** How a run talks with whoever started it. */
export interface Dialogue {
  /** Asks what is still open, shows the plan and asks to proceed. `null`: the operator said no. */
  decide(facts: Facts, wishes: Wishes, replan: (wishes: Wishes) => Plan): Promise<Plan | null>;
  progress: Progress;
  /** The plan as it is about to be executed or was refused, for the log. */
  planned(facts: Facts, plan: Plan): void;
}

export interface RunOptions {
  command: Command;
  version: string;
  root: string;
  wishes: Wishes;
  /** `--backup-dir`, a real path. */
  backupDir: string | null;
  log: string;
  /** The stop signal that arrived, if any. */
  stop: { signal: AbortSignal; name(): StopSignal };
}

/** Everything a run works with besides its options. */
export interface RunParts {
  host: Host;
  vault: Vault;
  dialogue: Dialogue;
}

/** Real path below which backups go. */
export function backupBase(options: RunOptions): string {
  return options.backupDir ?? runsDirectory(options.root);
}

/** Keys are judged where something may depend on them: it is the slowest part of looking at a host. */
function read(
  options: RunOptions,
  parts: RunParts,
  judgeKeys: boolean,
  more: Pick<DetectOptions, 'asked' | 'release' | 'continued' | 'owesReload' | 'noVerdict'> = {},
): Promise<Facts> {
  const { root, wishes } = options;
  return detect(parts.host, {
    root,
    vault: parts.vault,
    timeoutMs: wishes.timeoutMs,
    backupBase: backupBase(options),
    judgeKeys,
    ...more,
  });
}

/** `engine-cleanup plan`: everything a run would find and do. Changes nothing. */
export async function planRun(
  options: RunOptions,
  parts: RunParts,
): Promise<{ report: Report; plan: Plan; facts: Facts }> {
  const startedAt = performance.now();
  const runs = latestRuns(options.root);
  const facts = await read(options, parts, options.wishes.keepPki, { noVerdict: true, ...continuedHost(runs) });
  const plan = makePlan(facts, options.wishes, {
    backupDir: `${backupBase(options)}/<run>${options.backupDir === null ? '/backup' : ''}`,
    ...unfinishedCleanup(runs, facts),
  });
  const outcome: Outcome = plan.refusals.length > 0 ? 'refused' : plan.steps.length === 0 ? 'nothing-to-do' : 'ok';
  const steps = plannedSteps(plan, (step) => touched(options.root, step));
  return { report: makeReport({ ...options, outcome, startedAt, facts, plan, steps }), plan, facts };
}

/** `engine-cleanup verify`: could engine-setup be run now? Changes nothing. */
export async function verifyRun(options: RunOptions, parts: RunParts): Promise<Report> {
  const startedAt = performance.now();
  const facts = await read(options, parts, true);
  const verdict = verify(facts, true);
  const outcome: Outcome = verdict.ready ? 'ok' : 'unready';
  return makeReport({ ...options, outcome, startedAt, facts, verdict, warnings: facts.notes });
}

/** `engine-cleanup`: the whole of it. The lock is held by the caller. */
export async function cleanupRun(options: RunOptions, parts: RunParts): Promise<Report> {
  const startedAt = performance.now();
  const { wishes } = options;
  refuseOthers(parts.host);
  const noVerdict = wishes.unattended && wishes.keepDatabases !== true; // what it finds in them is about to go
  const runs = latestRuns(options.root);
  const judgeKeys = wishes.keepPki || !wishes.unattended;
  const facts = await read(options, parts, judgeKeys, { noVerdict, ...continuedHost(runs) });
  refuseJobs(facts.services);
  const id = newRunId(new Date(), runs.at(-1)?.id ?? null);
  const paths = runPaths(options.root, id, options.backupDir);
  const unfinished = unfinishedCleanup(runs, facts);
  const replan = (wanted: Wishes): Plan => makePlan(facts, wanted, { backupDir: paths.backup, ...unfinished });
  const finish = (outcome: Outcome, more: Partial<Parameters<typeof makeReport>[0]> = {}): Report =>
    makeReport({ ...options, outcome, startedAt, facts, ...more });

  // Refusals that no answer can change come before any question.
  const first = replan({ ...wishes, keepDatabases: wishes.keepDatabases ?? false });
  const fixed = first.refusals.filter(
    ({ check }) => !dependsOnAnswers(check) || wishes.keepDatabases !== undefined || wishes.unattended,
  );
  if (fixed.length > 0) {
    parts.dialogue.planned(facts, first);
    return finish('refused', {
      plan: { ...first, refusals: fixed },
      steps: plannedSteps(first, (step) => touched(options.root, step)),
    });
  }
  const nothing = first.steps.length === 0;
  const decided = nothing ? first : await parts.dialogue.decide(facts, wishes, replan);
  if (decided === null)
    return finish('declined', { plan: first, steps: plannedSteps(first, (step) => touched(options.root, step)) });
  if (options.stop.signal.aborted) throw new InterruptedError();
  if (decided.refusals.length === 0) decided.warnings.push(...removeStages(options.root));
  parts.dialogue.planned(facts, decided);
  if (decided.refusals.length > 0)
    return finish('refused', { plan: decided, steps: plannedSteps(decided, (step) => touched(options.root, step)) });
  if (decided.steps.length === 0) {
    const verdict = verify(facts, wishes.keepPki || !wishes.unattended);
    return finish(verdict.ready ? 'nothing-to-do' : 'unready', { plan: decided, verdict });
  }
  await refuseAgain(parts.host, facts.services);
  return apply(options, parts, facts, decided, id, finish);
}

/** These depend on whether the databases and keys are kept, which an interactive run still asks. */
function dependsOnAnswers(check: string): boolean {
  return ['database', 'half-built', 'old-answers', 'foreign-objects', 'pg-dump', 'space', 'keep-pki'].includes(check);
}

type Finish = (outcome: Outcome, more?: Partial<Parameters<typeof makeReport>[0]>) => Report;

async function apply(
  options: RunOptions,
  parts: RunParts,
  facts: Facts,
  plan: Plan,
  id: string,
  finish: Finish,
): Promise<Report> {
  const { root, version, backupDir, wishes, stop } = options;
  const { timeoutMs } = wishes;
  const carried = await carryOut(plan, {
    host: parts.host,
    vault: parts.vault,
    progress: parts.dialogue.progress,
    layout: layoutOf(facts.release) ?? newestLayout(),
    tools: facts.tools,
    extraCa: facts.pki.caPem === null ? [] : [facts.pki.caPem],
    version,
    root,
    id,
    backupDir,
    timeoutMs,
    signal: stop.signal,
  });
  const { execution, failed } = carried;
  const closing = execution.interrupted
    ? null
    : closingCheck({ ...parts, root, timeoutMs }, facts, plan, (more) => read(options, parts, plan.keepPki, more));
  const verdict = (await closing?.catch((error) => unchecked(error, parts.vault, options.log))) ?? null;
  return carried.close(
    finish(outcomeOf(execution.interrupted, failed, verdict), {
      ...carried,
      signal: stop.name(),
      plan,
      verdict,
      run: { id, log: options.log, backup: carried.backup },
    }),
  );
}

function outcomeOf(interrupted: boolean, failed: boolean, verdict: Verdict | null): Outcome {
  if (interrupted) return 'interrupted';
  if (failed) return 'incomplete';
  return verdict?.ready === false ? 'unready' : 'ok';
}
