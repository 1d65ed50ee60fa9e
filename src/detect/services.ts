/** The units of the layout as they are now. Only reads. */

import type { ServiceFact } from '../model/facts.ts';
import type { ComponentId } from '../model/layout.ts';
import type { DetectContext } from './context.ts';

/** Units that exist, in the order in which they are stopped. Shared ones only where their component is set up here. */
export async function findServices(context: DetectContext, components: readonly ComponentId[]): Promise<ServiceFact[]> {
  const wanted = context.layout.components.flatMap(({ id, services }) =>
    services
      .filter(({ shared }) => !shared || components.includes(id))
      .map((service) => ({ ...service, component: id })),
  );
  const states = await context.host.services.states(wanted.map(({ unit }) => unit));
  const facts: ServiceFact[] = [];
  for (const { unit, order, component } of wanted) {
    const state = states.find((one) => one.unit === unit);
    if (!state?.exists) continue;
    const { manager, active, enabled, masked, failedLoop, pids, links = [], job } = state;
    facts.push({
      unit,
      component,
      order,
      manager,
      active,
      enabled,
      masked,
      failedLoop,
      pids,
      links,
      ...(job ? { job } : {}),
    });
  }
  return facts.sort((a, b) => a.order - b.order);
}
