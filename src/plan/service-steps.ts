/** Stopping and disabling services. Pure. */
import type { Facts, ServiceFact } from '../model/facts.ts';
import type { StepList } from './build.ts';

function ours(facts: Facts): ServiceFact[] {
  return [...facts.services].sort((a, b) => a.order - b.order);
}

type Stopped = Pick<ServiceFact, 'unit' | 'manager' | 'pids'>;

/** Stops these units, one after the other. */
export function addStops(list: StepList, services: readonly Stopped[]): string[] {
  const ids: string[] = [];
  for (const { unit, manager, pids } of services) {
    const about = { id: `stop:${unit}`, title: `Stop ${unit}`, target: unit, destructive: false };
    ids.push(list.add({ kind: 'service-stop', ...about, unit, manager, pids }, ids));
  }
  return ids;
}

type Disabled = Pick<ServiceFact, 'unit' | 'manager' | 'links'>;

/** Keeps a unit from starting at the next boot. */
export function addDisable(list: StepList, { unit, manager, links = [] }: Disabled, needs: readonly string[]): string {
  const about = { id: `disable:${unit}`, title: `Disable ${unit}`, target: unit, destructive: false };
  return list.add({ kind: 'service-disable', ...about, unit, manager, links: [...links] }, needs);
}

/** Stops every unit that runs: whoever holds database sessions first. */
export function planStops(facts: Facts, list: StepList): string[] {
  return addStops(
    list,
    ours(facts).filter(({ active }) => active),
  );
}

/** Disables every unit that would start at the next boot. */
export function planDisables(facts: Facts, list: StepList, needs: readonly string[]): string[] {
  return ours(facts)
    .filter(({ enabled }) => enabled)
    .map((service) => addDisable(list, service, needs));
}
