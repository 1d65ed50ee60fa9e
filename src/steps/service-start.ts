/** Starts one service again. */
import type { StepRunner } from './context.ts';

export const serviceStart: StepRunner<'service-start'> = {
  touches: ({ unit }) => [unit],

  async probe({ unit }, { host }) {
    const [state] = await host.services.states([unit]);
    return state?.active === true;
  },

  async apply({ unit, script }, { host, timeoutMs }) {
    await host.services.start(unit, timeoutMs, script !== null);
  },
};
