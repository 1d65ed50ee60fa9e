/** Rows by which databases of OVN listen with the engine's keys: gone with the keys, and made again by a setup that adds its network provider anew. Pure. */
import type { Warning } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout, OvnLayout } from '../model/layout.ts';
import type { StepOf, Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';

function layoutOf({ components }: Layout, tool: string): OvnLayout | undefined {
  return components.flatMap(({ ovn }) => ovn ?? []).find((one) => one.tool === tool);
}

/** With a kept database setup takes the provider for installed, and releases up to 4.2 then do not make the rows again: they stay. */
export function ovnRowsOf(
  facts: Facts,
  layout: Layout,
  wishes: Wishes,
): Pick<StepOf<'ovn-rows'>, 'tool' | 'was' | 'target'>[] {
  if (wishes.keepDatabases) return [];
  return facts.ovn.flatMap(({ tool, rows }) => {
    const title = layoutOf(layout, tool)?.title;
    return rows === null || title === undefined ? [] : [{ tool, was: rows, target: title }];
  });
}

export function planOvnRows(rows: ReturnType<typeof ovnRowsOf>, list: StepList, needs: readonly string[]): string[] {
  return rows.map((one) =>
    list.add(
      {
        kind: 'ovn-rows',
        id: `rows:${one.tool}`,
        title: `Take the TLS and connection rows of setup out of the ${one.target} (${one.tool})`,
        destructive: false,
        ...one,
      },
      needs,
    ),
  );
}

/** What is left of OVN, and what a later setup does not do again. */
export function ovnWarnings(facts: Facts, layout: Layout, wishes: Wishes): Warning[] {
  const { provider } = layout.markerTraps;
  if (wishes.keepDatabases) {
    const known = provider !== null && typeof facts.marker?.values[provider.idKey] === 'string';
    return known && !wishes.keepPki ? [{ code: 'provider-keys', message: provider.keysLost }] : [];
  }
  return facts.ovn.flatMap(({ tool, trouble }) => {
    const of = layoutOf(layout, tool);
    if (trouble === null || of === undefined) return [];
    const message = `The ${of.title} stays as it is: ${trouble}. If "${tool} get-ssl" names ${of.key}, take setup's rows out by hand: ${tool} del-connection -- del-ssl (or, where "${tool} get-connection" has others too: ${tool} set-connection THOSE THAT STAY -- del-ssl)`;
    return [{ code: 'ovn-rows', message }];
  });
}
