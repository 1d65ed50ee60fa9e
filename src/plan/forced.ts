/** Refusals that `--force` overrides. Pure. */
import type { Refusal, Warning } from '../model/errors.ts';
import type { Wishes } from '../model/plan.ts';

function isForced({ check, forcible }: Refusal, wishes: Wishes): boolean {
  return forcible && wishes.force.includes(check);
}

/** What was overridden is still said: it is the reason for whatever comes of it. */
export function forcedWarnings(refusals: readonly Refusal[], wishes: Wishes): Warning[] {
  return refusals
    .filter((refusal) => isForced(refusal, wishes))
    .map(({ check, message }) => ({
      code: 'forced',
      message: `In spite of this, with --force ${check}: ${message.replace(/ Nothing was changed\.$/, '')}`,
    }));
}

/** The refusals that stay. */
export function dropForced(refusals: Refusal[], wishes: Wishes): Refusal[] {
  return refusals.filter((refusal) => !isForced(refusal, wishes));
}
