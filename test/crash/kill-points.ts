/** Where a run is killed. The places are found out by a run that is not: a new kind of step, or a step with more effects, has them without anybody adding any. */

export interface KillPoint {
  /** Id of the step. */
  step: string;
  kind: string;
  /** `in`: after so many of its effects. `after`: when all are done, and the journal does not say so yet. */
  when: 'before' | 'in' | 'after';
  effect?: number;
}

/** A step as it was traced. */
export interface TracedStep {
  step: string;
  kind: string;
  effects: number;
}

export function nameOf({ step, when, effect }: KillPoint): string {
  return when === 'in' ? `in ${step}, after its effect ${effect}` : `${when} ${step}`;
}

/** So many of a list, evenly spread; the last is always among them. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.ceil(((index + 1) * list.length) / most) - 1]!);
}

/** Every place of a step; of many effects so many. */
export function pointsOf({ step, kind, effects }: TracedStep, most: number): KillPoint[] {
  const numbers = Array.from({ length: effects }, (_, index) => index + 1);
  return [
    { step, kind, when: 'before' },
    ...spread(numbers, most).map((effect): KillPoint => ({ step, kind, when: 'in', effect })),
    { step, kind, when: 'after' },
  ];
}
