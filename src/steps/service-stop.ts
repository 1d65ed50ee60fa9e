/** Stops one service. Whoever holds database sessions must be gone before the database is touched. */
import type { StepRunner } from './context.ts';

export const serviceStop: StepRunner<'service-stop'> = {
  touches: ({ unit }) => [unit],

  async probe({ unit }, { host }) {
    const [state] = await host.services.states([unit]);
    return !state?.exists || !state.active;
  },

  async apply({ unit }, { host, timeoutMs, undo }) {
    // Remembered before the stop: a stop that fails half-way is started again too.
    undo.services.push(unit);
    await host.services.stop(unit, timeoutMs);
  },
};
