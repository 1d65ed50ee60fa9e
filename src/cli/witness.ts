/** What is known of a run while it goes on: for the report of an end that nobody foresaw (a bug, a host that cannot be read any more). */
import { changesHost, type Execution, type Progress, reported } from '../apply/execute.ts';
import type { Facts } from '../model/facts.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';
import type { Report, StepStatus } from '../model/report.ts';

export class Witness {
  facts: Facts | null = null;
  plan: Plan | null = null;
  /** Id of the step that runs. */
  #running: string | null = null;
  readonly #ended = new Map<string, { status: StepStatus; ms: number; error: string | null }>();

  /** A step was begun: from here on it is no longer true that nothing was changed. */
  get begun(): boolean {
    return this.#running !== null || this.#ended.size > 0;
  }

  /** Every step has ended. */
  get finished(): boolean {
    return this.#ended.size === this.plan?.steps.length;
  }

  /** Notes what goes by on its way to the display. */
  watch(progress: Progress): Progress {
    return {
      begin: (step, index, total) => {
        this.#running = step.id;
        progress.begin(step, index, total);
      },
      bytes: (done, expected) => progress.bytes(done, expected),
      end: (step, status, ms, error) => {
        this.#running = null;
        this.#ended.set(step.id, { status, ms, error });
        progress.end(step, status, ms, error);
      },
    };
  }

  /** The steps as far as they went; null where none was begun. */
  execution(): Execution | null {
    if (!this.begun || this.plan === null) return null;
    const steps = this.plan.steps.map((step) => {
      const end = this.#ended.get(step.id);
      if (end) return { ...reported(step, end.status, []), ms: end.ms, error: end.error };
      if (step.id !== this.#running) return reported(step, 'skipped', []);
      return { ...reported(step, 'failed', []), error: 'the run ended while this step went on' };
    });
    const touched = new Set(steps.filter(({ status }) => status === 'done' || status === 'failed').map(({ id }) => id));
    const acted = this.plan.steps.filter(({ id }) => touched.has(id));
    return {
      steps,
      warnings: [],
      changed: acted.some(changesHost),
      destroyed: acted.some(({ destructive }) => destructive),
      interrupted: false,
    };
  }

  /** Where the run that was begun keeps its backup; null where it makes none. */
  run(log: string, backupDir: string | null): Report['run'] {
    const backup = this.plan?.backupDir ?? null;
    if (!this.begun || backup === null) return null;
    return { id: nameOf(backupDir === null ? parentOf(backup) : backup), log, backup };
  }
}
