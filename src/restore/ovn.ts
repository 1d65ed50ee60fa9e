/** Rows of OVN, which name keys of the engine: as they are now, put back after the keys, or told. */
import { OVN_ROWS } from '../backup/readme-services.ts';
import { HostError, type Warning } from '../model/errors.ts';
import type { OvnRows } from '../model/facts.ts';
import { shellWord } from '../model/shell.ts';
import type { StepList } from '../plan/build.ts';
import { sameRows } from '../steps/ovn-rows.ts';
import type { OvnEffect } from './effects.ts';
import type { Chain } from './file-steps.ts';
import type { Findings, OvnFinding, RestoreLook } from './findings.ts';
import type { Acts } from './plan.ts';

/** Rows that no command of ours writes as they are; null: there are none. */
function unusual({ connections }: OvnRows): string | null {
  const [one] = connections.filter((target) => target.includes(' '));
  return one === undefined ? null : `it listens with rights of somebody's choice too: ${one}`;
}

/** A server that does not answer keeps nothing else from being put back. */
export async function lookAtOvn(effect: OvnEffect, look: RestoreLook): Promise<OvnFinding> {
  const { tool, before, left } = effect;
  let [now, trouble]: [OvnRows | null, string | null] = [null, `${tool} is not installed`];
  try {
    now = await look.host.ovn.read(tool);
    if (now !== null) trouble = unusual(now);
    if (trouble !== null) now = null;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    trouble = error.message.replace(/\.$/, '');
  }
  return {
    ...effect,
    now,
    trouble,
    verdict: sameRows(now, before) ? 'before' : sameRows(now, left) ? 'left' : 'changed',
  };
}

/** Rows of OVN: they name keys, which are there by now. */
export function planOvnRows({ ovn }: Findings, acts: Acts, list: StepList, chain: Chain): void {
  for (const { tool, target, before, now, ...finding } of ovn) {
    if (now === null || !acts(finding)) continue;
    list.add(
      {
        kind: 'ovn-rows-put',
        id: `rows:${tool}`,
        title: `Set the TLS and connection rows of the ${target} as they were (${tool})`,
        target,
        destructive: true,
        tool,
        rows: before,
        was: now,
      },
      chain(),
    );
  }
}

/** Rows of OVN that cannot be put back now. */
export function ovnWarnings({ ovn }: Findings, run: string, backup: string): Warning[] {
  return ovn.flatMap(({ target, trouble }) => {
    if (trouble === null) return [];
    const message = `The rows of the ${target} stay as they are: ${trouble}. Put them back later by engine-cleanup restore ${run}, or: sh ${shellWord(`${backup}/${OVN_ROWS}`)}`;
    return { code: 'ovn-rows', message };
  });
}
