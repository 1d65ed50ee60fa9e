/** Runs a plan by its needs. A failed step blocks what depends on it, and nothing else. */
import { HostError, hintOf, messageOf, type Warning } from '../model/errors.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { ReportedStep, StepStatus } from '../model/report.ts';
import { runnerOf, type StepContext, type StepRunners } from '../steps/context.ts';
import { type Journal, note } from './journal.ts';

export interface Progress {
  begin(step: Step, index: number, total: number): void;
  bytes(done: number, expected: number | null): void;
  end(step: Step, status: StepStatus, ms: number, error: string | null): void;
}

export interface Execution {
  steps: ReportedStep[];
  warnings: Warning[];
  /** Something on the host is not as it was (the run's own directory and log aside). */
  changed: boolean;
  /** Something is gone that only the backup can bring back. */
  destroyed: boolean;
  interrupted: boolean;
}

/** A step as the report shows it. */
export function reported(step: Step, status: StepStatus, touches: string[]): ReportedStep {
  const { id, kind, target, title } = step;
  return { id, kind, target, title, status, error: null, ms: 0, ...(touches.length > 1 ? { paths: touches } : {}) };
}

/** Executes the steps in their order. Never throws for a step's failure; a bug inside a step is reported as its failure too. */
export async function execute(
  plan: Plan,
  context: StepContext,
  runners: StepRunners,
  journal: Journal,
  progress: Progress,
): Promise<Execution> {
  const status = new Map<string, StepStatus>();
  const result: Execution = { steps: [], warnings: [], changed: false, destroyed: false, interrupted: false };
  for (const [index, step] of plan.steps.entries()) {
    const runner = runnerOf(runners, step);
    const entry = reported(step, 'skipped', runner.touches(step));
    result.steps.push(entry);
    if (context.signal.aborted) {
      result.interrupted = true;
      continue;
    }
    const missing = step.needs.filter((need) => !isProven(status.get(need)));
    if (missing.length > 0) {
      entry.status = 'blocked';
      entry.error = `needs ${missing.map((need) => titleOf(plan, need)).join('; ')}`;
      status.set(step.id, 'blocked');
      progress.end(step, 'blocked', 0, entry.error);
      continue;
    }
    const began = performance.now();
    const destroyedBefore = result.destroyed;
    progress.begin(step, index, plan.steps.length);
    try {
      if (await runner.probe(step, context)) {
        entry.status = 'already';
      } else {
        recordBegin(journal, step, runner.touches(step));
        if (step.destructive) result.destroyed = true;
        if (changesHost(step)) result.changed = true;
        await runner.apply(step, context);
        entry.status = 'done';
        recordDone(journal, step);
      }
    } catch (error) {
      entry.status = 'failed';
      entry.error = context.vault.redact(messageOf(error));
      const hint = hintOf(error);
      if (hint !== null) entry.hint = hint;
      if (error instanceof HostError && error.intact) result.destroyed = destroyedBefore;
      if (context.signal.aborted) result.interrupted = true;
      // A full disk must not turn the report of a failure into a crash.
      note(journal, { event: 'end', step: step.id, status: 'failed', error: entry.error });
    }
    entry.ms = Math.round(performance.now() - began);
    status.set(step.id, entry.status);
    progress.end(step, entry.status, entry.ms, entry.error);
  }
  return result;
}

function isProven(status: StepStatus | undefined): boolean {
  return status === 'done' || status === 'already';
}

function titleOf(plan: Plan, id: string): string {
  return plan.steps.find((step) => step.id === id)?.title ?? id;
}

/** Backups are added to the run's own directory and change nothing on the host. */
export function changesHost(step: Step): boolean {
  return !['files-archive', 'database-dump', 'roles-dump', 'backup-seal'].includes(step.kind);
}

/** @throws HostError if it cannot be written down: then the step is not begun */
function recordBegin(journal: Journal, step: Step, touches: string[]): void {
  try {
    journal.write({ event: 'begin', step: step.id, kind: step.kind, touches });
  } catch (error) {
    throw new HostError(`The journal of the run cannot be written, so this was not begun: ${messageOf(error)}`, {
      hint: 'Make room on that file system, or mend it, then run engine-cleanup again.',
      cause: error,
    });
  }
}

/** @throws HostError if it cannot be written down: what needs the step does not go on unrecorded */
function recordDone(journal: Journal, step: Step): void {
  try {
    journal.write({ event: 'end', step: step.id, status: 'done' });
  } catch (error) {
    throw new HostError(`This is done, but the journal of the run cannot be written: ${messageOf(error)}`, {
      hint: 'Make room on that file system, or mend it, then run engine-cleanup again.',
      cause: error,
    });
  }
}
