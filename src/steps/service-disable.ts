/** Keeps one service from starting at the next boot, on a host without configuration for it. */
import type { StepRunner } from './context.ts';

export const serviceDisable: StepRunner<'service-disable'> = {
  touches: ({ unit, links }) => (links.length > 0 ? links : [unit]),

  async probe({ unit }, { host }) {
    const [state] = await host.services.states([unit]);
    return !state?.exists || !state.enabled;
  },

  async apply({ unit }, { host }) {
    await host.services.disable(unit);
  },
};
