/** Lets one service start at the next boot again. */
import type { StepRunner } from './context.ts';

export const serviceEnable: StepRunner<'service-enable'> = {
  touches: ({ unit }) => [unit],

  async probe({ unit }, { host }) {
    const [state] = await host.services.states([unit]);
    return state?.enabled === true;
  },

  async apply({ unit }, { host }) {
    await host.services.enable(unit);
  },
};
