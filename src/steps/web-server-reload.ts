/** Lets the web server read its configuration again. It is not ours: it is never stopped or started, and a failed reload is told, not fatal. */
import { hintOf, messageOf } from '../model/errors.ts';
import type { StepRunner } from './context.ts';

export const webServerReload: StepRunner<'web-server-reload'> = {
  touches: ({ unit }) => [unit],

  async probe({ unit }, { host }) {
    const [state] = await host.services.states([unit]);
    return !state?.exists || !state.active;
  },

  async apply({ unit }, { host, timeoutMs, warn }) {
    try {
      await host.services.reload(unit, timeoutMs);
    } catch (error) {
      warn({
        code: 'web-server',
        message:
          `${unit} could not be reloaded and goes on with its old configuration: ${messageOf(error)} ${hintOf(error) ?? ''}`.trim(),
      });
    }
  },
};
