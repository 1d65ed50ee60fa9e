/** From a plan that was agreed on to what came of it: run directory, journal, steps, and the way back where nothing was destroyed. */
import { setMaxListeners } from 'node:events';
import { Backup } from '../backup/backup.ts';
import type { Host } from '../host/port.ts';
import type { Vault } from '../model/credentials.ts';
import type { Warning } from '../model/errors.ts';
import type { ToolFacts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { isOutside } from '../model/outside.ts';
import { realPath } from '../model/paths.ts';
import { databaseKey, type Plan, type PlannedDatabase, type Step } from '../model/plan.ts';
import type { Report, ReportedStep } from '../model/report.ts';
import { runnerOf, type StepContext } from '../steps/context.ts';
import { RUNNERS } from '../steps/index.ts';
import { closeRun } from './ending.ts';
import { type Execution, execute, type Progress } from './execute.ts';
import { type Journal, openJournal } from './journal.ts';
import { makeRunDirectory, planText, type RunDirectory, writeDurably } from './run-directory.ts';
import { closeSessions, goBack } from './way-back.ts';

/** What the carrying out needs besides the plan. */
export interface Means {
  host: Host;
  vault: Vault;
  progress: Progress;
  layout: Layout;
  tools: ToolFacts;
  /** PEM texts of CAs beside the system's. */
  extraCa: string[];
  version: string;
  root: string;
  id: string;
  /** `--backup-dir`, a real path. */
  backupDir: string | null;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface CarriedOut {
  execution: Execution;
  /** As the operator sees them. */
  steps: ReportedStep[];
  failed: boolean;
  warnings: Warning[];
  /** Services that were stopped and run again; undefined where something was destroyed, or nothing failed. */
  restarted: string[] | undefined;
  /** Dumps by the key of their database. */
  dumps: Map<string, string>;
  /** Answer files for engine-setup, by the same. */
  answerFiles: Map<string, string>;
  /** Real path of the backup. */
  backup: string | null;
  /** Writes the end into the run's directory. */
  close(report: Report): Report;
}

export async function carryOut(plan: Plan, means: Means): Promise<CarriedOut> {
  const { root, id, backupDir, version } = means;
  const directory = makeRunDirectory(root, id, backupDir, plan.backupDir !== null);
  writeDurably(`${directory.path}/plan.json`, planText(plan));
  const journal: Journal = openJournal(`${directory.path}/journal.jsonl`);
  const warnings: Warning[] = [...plan.warnings];
  const context = stepContext(plan, means, directory, warnings);
  journal.write({ event: 'run-begin', version, root, mode: plan.mode });
  const execution = await execute(plan, context, RUNNERS, journal, means.progress);
  await closeSessions(context);
  const failed = execution.steps.some(({ status }) => status === 'failed' || status === 'blocked');
  const undone = (failed || execution.interrupted) && !execution.destroyed ? await goBack(context, journal) : null;
  warnings.push(...(undone?.warnings ?? []));
  return {
    execution,
    steps: execution.steps.map((step) => withRealPaths(plan, step)),
    failed,
    warnings,
    restarted: undone?.restarted,
    dumps: byDatabase(context, (backup, database) => backup.dumpOf(database)),
    answerFiles: byDatabase(context, (backup, { action, component }) =>
      action === 'clear' ? backup.answersOf(component) : null,
    ),
    backup: directory.backup,
    close: (report) => closeRun(directory.path, journal, report),
  };
}

/** What the backup has of each database, by its key. */
function byDatabase(
  { plan, backup }: StepContext,
  pathIn: (backup: Backup, database: PlannedDatabase) => string | null,
): Map<string, string> {
  const paths = new Map<string, string>();
  for (const database of plan.databases) {
    const path = backup && pathIn(backup, database);
    if (path) paths.set(databaseKey(database), path);
  }
  return paths;
}

function stepContext(plan: Plan, means: Means, directory: RunDirectory, warnings: Warning[]): StepContext {
  const { version, host, layout, vault, tools, timeoutMs, extraCa, signal, progress } = means;
  // Each program of each step that runs listens to it: more than Node takes for a leak.
  setMaxListeners(0, signal);
  return {
    plan,
    version,
    host,
    layout,
    vault,
    tools,
    timeoutMs,
    extraCa,
    backup: directory.backup === null ? null : new Backup(directory.backup, directory.id),
    runDir: directory.path,
    sessions: new Map(),
    undo: { services: [], databases: [] },
    onBytes: (done, expected) => progress.bytes(done, expected),
    warn: (warning) => warnings.push(warning),
    signal,
  };
}

/** Reports speak of places as the operator sees them; units and databases stay as they are. */
function asSeen(root: string, step: Step, paths: readonly string[]): string[] {
  return paths.map((path) => (path.startsWith('/') && !isOutside(step) ? realPath(root, path) : path));
}

function withRealPaths({ root, steps }: Plan, reported: ReportedStep): ReportedStep {
  const step = steps.find(({ id }) => id === reported.id);
  return step && reported.paths ? { ...reported, paths: asSeen(root, step, reported.paths) } : reported;
}

/** Everything a step touches, as the operator sees it. */
export function touched(root: string, step: Step): string[] {
  return asSeen(root, step, runnerOf(RUNNERS, step).touches(step));
}
