/** A list of steps that grows in the order in which they run, and remembers what later ones depend on. */
import type { Step } from '../model/plan.ts';

/** A step before it is known what it needs. */
export type Draft = Step extends infer S ? (S extends Step ? Omit<S, 'needs'> : never) : never;

export class StepList {
  readonly steps: Step[] = [];

  /** Appends a step that depends on the given ids, and returns its own id. Ids of steps that are not in the plan are left out. */
  add(draft: Draft, needs: readonly string[]): string {
    const known = new Set(this.steps.map(({ id }) => id));
    const step = { ...draft, needs: [...new Set(needs)].filter((id) => known.has(id)) } as Step;
    if (known.has(step.id)) throw new Error(`two steps are called ${step.id}`);
    this.steps.push(step);
    return step.id;
  }

  /** Ids of all steps of these kinds so far. */
  ids(...kinds: Step['kind'][]): string[] {
    return this.steps.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  }
}
