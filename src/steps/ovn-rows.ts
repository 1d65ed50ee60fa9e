/** The rows by which a database of OVN listens with the engine's keys. What they were is in the plan, and in the backup before this step runs. */
import { HostError } from '../model/errors.ts';
import type { OvnRows } from '../model/facts.ts';
import type { StepOf } from '../model/plan.ts';
import { shellWord } from '../model/shell.ts';
import type { StepContext, StepRunner } from './context.ts';

/** Commands for sh that put the rows back. The keys that they name come back with the files. */
export function ovnScript({ tool, was: { tls, connections } }: StepOf<'ovn-rows'>): string {
  const line = (...words: string[]): string => `${[tool, ...words].map(shellWord).join(' ')}\n`;
  const set = tls === null ? '' : line('set-ssl', tls.privateKey, tls.certificate, tls.caCert);
  return set + (connections.length > 0 ? line('set-connection', ...connections) : '');
}

/** Null where the tool is gone: then nobody can say what is there. */
function rowsNow({ tool }: StepOf<'ovn-rows'>, { host }: StepContext): Promise<OvnRows | null> {
  return host.ovn.read(tool);
}

export const ovnRows: StepRunner<'ovn-rows'> = {
  touches: ({ target }) => [target],

  async probe(step, context) {
    const rows = await rowsNow(step, context);
    // Another key is somebody else's, by now: nothing of ours is left.
    return rows !== null && rows.tls?.privateKey !== step.was.tls?.privateKey;
  },

  async apply(step, context) {
    const rows = await rowsNow(step, context);
    if (JSON.stringify(rows) !== JSON.stringify(step.was)) {
      throw new HostError(`The ${step.target} has changed since it was looked at. Its rows were not touched.`, {
        hint: 'Run engine-cleanup again.',
      });
    }
    await context.host.ovn.removeRows(step.tool);
  },
};
