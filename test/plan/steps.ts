/** Looking at the steps of a plan. */
import type { Facts } from '../../src/model/facts.ts';
import { isOutside } from '../../src/model/outside.ts';
import type { Plan, Step, StepKind, StepOf, Wishes } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { WISHES } from './facts.ts';

export const OPTIONS = { backupDir: '/var/lib/engine-cleanup/run/backup' };

/** The plan of a run that asks nothing, with these wishes. */
export function planFor(facts: Facts, wishes: Partial<Wishes> = {}): Plan {
  return makePlan(facts, { ...WISHES, ...wishes }, OPTIONS);
}

export function stepsOf<K extends StepKind>(plan: Plan, ...kinds: K[]): StepOf<K>[] {
  return plan.steps.filter((step): step is StepOf<K> => (kinds as string[]).includes(step.kind));
}

export function step(plan: Plan, id: string): Step {
  const found = plan.steps.find((one) => one.id === id);
  if (!found) throw new Error(`no step ${id} in ${plan.steps.map((one) => one.id).join(', ')}`);
  return found;
}

export function idsOf(plan: Plan): string[] {
  return plan.steps.map(({ id }) => id);
}

/** Ids of everything a step depends on, directly or not. */
export function closure(plan: Plan, id: string, seen = new Set<string>()): Set<string> {
  for (const need of step(plan, id).needs) {
    if (seen.has(need)) continue;
    seen.add(need);
    closure(plan, need, seen);
  }
  return seen;
}

/** Host paths that are removed, in the order of the plan; what is removed outside of the root is none. */
export function removedBy(plan: Plan): string[] {
  const inside = stepsOf(plan, 'files-remove').filter((one) => !isOutside(one));
  return inside.flatMap(({ files }) => files.map(({ path }) => path));
}
