/**
 * Runs a plan by its needs, in its order. A failed step blocks what depends on it, and nothing else.
 *
 * Steps that only write into the run's own backup, stand next to each other in the plan and need none of each other run at the same time
 * (docs/decisions/0011-abreast.md); every other step runs alone. Whoever watches, the journal and the report see them in the order of the plan all the same.
 */
import { fileState } from '../host/file-state.ts';
import type { FileState } from '../model/backup.ts';
import { HostError, hintOf, messageOf, type Warning } from '../model/errors.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { ReportedStep, StepStatus } from '../model/report.ts';
import { runnerOf, type StepContext, type StepRunners } from '../steps/context.ts';
import { type Journal, note, recordBegin, recordDone, untold } from './journal.ts';

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
  const executor = new Executor(plan, context, runners, journal, progress);
  for (const steps of abreast(plan.steps)) await executor.run(steps);
  executor.settle();
  return executor.result;
}

/** The steps in their order, those together that run at the same time. */
export function* abreast(steps: readonly Step[]): Generator<Step[]> {
  let group: Step[] = [];
  for (const step of steps) {
    const joins = [...group, step].every((one) => !changesHost(one) && !step.needs.includes(one.id));
    if (group.length > 0 && !joins) {
      yield group;
      group = [];
    }
    group.push(step);
  }
  if (group.length > 0) yield group;
}

/** Backups are added to the run's own directory and change nothing on the host. */
export function changesHost(step: Step): boolean {
  return !['files-archive', 'database-dump', 'roles-dump', 'backup-seal'].includes(step.kind);
}

/** A step on its way. */
interface Work {
  step: Step;
  entry: ReportedStep;
  /** When it began, ms. */
  began: number;
  /** What it has to say; told when it is its turn. */
  warnings: Warning[];
  /** What it has left at the paths it writes to, for the journal. */
  left: Record<string, FileState> | null;
}

class Executor {
  readonly result: Execution = { steps: [], warnings: [], changed: false, destroyed: false, interrupted: false };
  readonly #plan: Plan;
  readonly #context: StepContext;
  readonly #runners: StepRunners;
  readonly #journal: Journal;
  readonly #progress: Progress;
  readonly #status = new Map<string, StepStatus>();
  /** The step that whoever watches is told of: the first that has not ended. */
  #shown: Step | null = null;

  constructor(plan: Plan, context: StepContext, runners: StepRunners, journal: Journal, progress: Progress) {
    this.#plan = plan;
    this.#context = context;
    this.#runners = runners;
    this.#journal = journal;
    this.#progress = progress;
  }

  /** Runs steps at the same time. What each will touch is on disk before the first of them begins. */
  async run(steps: readonly Step[]): Promise<void> {
    const begun: Work[] = [];
    for (const step of steps) begun.push(await this.#begin(step));
    const running = begun.map((work) => ({ work, end: work.entry.status === 'planned' ? this.#apply(work) : null }));
    for (const { work, end } of running) {
      if (end !== null) this.#show(work.step);
      await end;
      this.#end(work);
    }
  }

  /** What was done is on disk, or a warning says that it may not be. */
  settle(): void {
    try {
      this.#journal.settle();
    } catch (error) {
      this.#context.warn(untold(error));
    }
  }

  /** Decides what becomes of a step before its effect: `planned` is what goes on. */
  async #begin(step: Step): Promise<Work> {
    const runner = runnerOf(this.#runners, step);
    const touches = runner.touches(step);
    const entry = reported(step, 'planned', touches);
    const work: Work = { step, entry, began: performance.now(), warnings: [], left: null };
    this.result.steps.push(entry);
    const missing = step.needs.filter((need) => !isProven(this.#status.get(need)));
    if (this.#context.signal.aborted) {
      this.result.interrupted = true;
      entry.status = 'skipped';
    } else if (missing.length > 0) {
      entry.status = 'blocked';
      entry.error = `needs ${missing.map((need) => titleOf(this.#plan, need)).join('; ')}`;
    } else {
      if (this.#shown === null) this.#show(step);
      try {
        if (await runner.probe(step, this.#own(work))) entry.status = 'already';
        else recordBegin(this.#journal, step, touches);
      } catch (error) {
        this.#fail(work, error);
      }
      entry.ms = Math.round(performance.now() - work.began);
    }
    return work;
  }

  /** The effect. */
  async #apply(work: Work): Promise<void> {
    const { step, entry } = work;
    const destroyedBefore = this.result.destroyed;
    if (step.destructive) this.result.destroyed = true;
    if (changesHost(step)) this.result.changed = true;
    try {
      const runner = runnerOf(this.#runners, step);
      await runner.apply(step, this.#own(work));
      work.left = await this.#look(runner.writes?.(step) ?? []);
    } catch (error) {
      if (error instanceof HostError && error.intact) this.result.destroyed = destroyedBefore;
      this.#fail(work, error);
    }
    entry.ms = Math.round(performance.now() - work.began);
  }

  async #look(paths: readonly string[]): Promise<Work['left']> {
    if (paths.length === 0) return null;
    const { files } = this.#context.host;
    const states = await Promise.all(paths.map(async (path) => [path, await fileState(files, path)] as const));
    return Object.fromEntries(states);
  }

  #fail({ entry }: Work, error: unknown): void {
    entry.status = 'failed';
    entry.error = this.#context.vault.redact(messageOf(error));
    const hint = hintOf(error);
    if (hint !== null) entry.hint = hint;
    if (this.#context.signal.aborted) this.result.interrupted = true;
  }

  /** Writes down and tells how a step ended. */
  #end(work: Work): void {
    const { step, entry, warnings } = work;
    if (entry.status === 'planned') {
      try {
        recordDone(this.#journal, step, work.left);
        entry.status = 'done';
      } catch (error) {
        this.#fail(work, error);
      }
    }
    // A full disk must not turn the report of a failure into a crash.
    if (entry.status === 'failed')
      note(this.#journal, { event: 'end', step: step.id, status: 'failed', error: entry.error });
    for (const warning of warnings) this.#context.warn(warning);
    this.#status.set(step.id, entry.status);
    if (entry.status === 'skipped') return;
    this.#progress.end(step, entry.status, entry.ms, entry.error);
    if (this.#shown === step) this.#shown = null;
  }

  #show(step: Step): void {
    if (this.#shown === step) return;
    this.#shown = step;
    this.#progress.begin(step, this.#plan.steps.indexOf(step), this.#plan.steps.length);
  }

  /** The context of one step: of those that run at the same time only one is shown. */
  #own({ step, warnings }: Work): StepContext {
    return {
      ...this.#context,
      onBytes: (done, expected) => {
        if (this.#shown === step) this.#context.onBytes(done, expected);
      },
      warn: (warning) => warnings.push(warning),
    };
  }
}

function isProven(status: StepStatus | undefined): boolean {
  return status === 'done' || status === 'already';
}

function titleOf(plan: Plan, id: string): string {
  return plan.steps.find((step) => step.id === id)?.title ?? id;
}
