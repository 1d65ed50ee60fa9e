/** Stopping and disabling services. Pure. */
import type { Facts, ServiceFact } from '../model/facts.ts';
import type { StepList } from './build.ts';

function ours(facts: Facts): ServiceFact[] {
  return [...facts.services].sort((a, b) => a.order - b.order);
}

/** Stops every unit that runs: whoever holds database sessions first. */
export function planStops(facts: Facts, list: StepList): string[] {
  const ids: string[] = [];
  for (const { unit, active, manager, pids } of ours(facts)) {
    if (!active) continue;
    ids.push(
      list.add(
        {
          kind: 'service-stop',
          id: `stop:${unit}`,
          title: `Stop ${unit}`,
          target: unit,
          destructive: false,
          unit,
          manager,
          pids,
        },
        ids,
      ),
    );
  }
  return ids;
}

/** Disables every unit that would start at the next boot. */
export function planDisables(facts: Facts, list: StepList, needs: readonly string[]): string[] {
  return ours(facts)
    .filter(({ enabled }) => enabled)
    .map(({ unit, manager, links = [] }) =>
      list.add(
        {
          kind: 'service-disable',
          id: `disable:${unit}`,
          title: `Disable ${unit}`,
          target: unit,
          destructive: false,
          unit,
          manager,
          links: [...links],
        },
        needs,
      ),
    );
}
