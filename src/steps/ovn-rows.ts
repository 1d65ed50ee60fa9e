/** The rows by which a database of OVN listens with the engine's keys: taken out, or put back. What they were is in the plan, and in the backup before such a step runs. */
import { setCommands } from '../host/ovn.ts';
import { HostError } from '../model/errors.ts';
import type { OvnRows } from '../model/facts.ts';
import type { StepOf } from '../model/plan.ts';
import { shellWord } from '../model/shell.ts';
import type { StepContext, StepRunner } from './context.ts';

type OvnStep = StepOf<'ovn-rows'> | StepOf<'ovn-rows-put'>;

export const NO_ROWS: OvnRows = { tls: null, connections: [] };

export function sameRows(one: OvnRows | null, other: OvnRows): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A command for sh that makes the rows what they were. The keys that they name come back with the files. */
export function ovnScript({ tool, was }: OvnStep): string {
  return `${[tool, ...setCommands(was)].map(shellWord).join(' ')}\n`;
}

/** Null where the tool is gone: then nobody can say what is there. */
function rowsNow({ tool }: OvnStep, { host }: StepContext): Promise<OvnRows | null> {
  return host.ovn.read(tool);
}

async function set(step: OvnStep, rows: OvnRows, context: StepContext, again: string): Promise<void> {
  if (!sameRows(await rowsNow(step, context), step.was)) {
    throw new HostError(`The ${step.target} has changed since it was looked at. Its rows were not touched.`, {
      hint: `Run ${again} again.`,
    });
  }
  await context.host.ovn.setRows(step.tool, rows);
}

export const ovnRows: StepRunner<'ovn-rows'> = {
  touches: ({ target }) => [target],

  async probe(step, context) {
    const rows = await rowsNow(step, context);
    // Another key is somebody else's, by now: nothing of ours is left.
    return rows !== null && rows.tls?.privateKey !== step.was.tls?.privateKey;
  },

  apply: (step, context) => set(step, NO_ROWS, context, 'engine-cleanup'),
};

export const ovnRowsPut: StepRunner<'ovn-rows-put'> = {
  touches: ({ target }) => [target],
  probe: async (step, context) => sameRows(await rowsNow(step, context), step.rows),
  apply: (step, context) => set(step, step.rows, context, 'engine-cleanup restore'),
};
