/** Which components are set up on this host. Only reads. */
import type { FileFact, MarkerFacts } from '../model/facts.ts';
import type { ComponentId, ComponentLayout } from '../model/layout.ts';
import { isBelow } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import type { FoundCredentials } from './credentials.ts';

export interface FoundComponents {
  /** Set up here by any sign. */
  components: ComponentId[];
  /** By the marker's or the answers' own word. */
  said: ComponentId[];
}

/** What the marker says of a component; null if it does not speak of it, or there is none. */
function saidByMarker(marker: MarkerFacts | null, { enabledBy }: ComponentLayout): boolean | null {
  const keys = marker === null ? [] : enabledBy.filter((key) => Object.hasOwn(marker.values, key));
  return keys.length === 0 ? null : keys.some((key) => marker?.values[key] === true);
}

/** Credentials of its database stand in a file that setup of this component alone writes them to, or in a copy of that. */
function isNamed({ id, database }: ComponentLayout, { byComponent }: Pick<FoundCredentials, 'byComponent'>): boolean {
  const own = [...(database?.passwordFiles ?? []), ...(database?.properties ?? []).filter((file) => file.own)];
  const sources = (byComponent.get(id) ?? []).map(({ source }) => source);
  return own.some(({ path }) => sources.some((source) => source === path || source.startsWith(`${path}.`)));
}

/** One of the files that show a component is there, or a copy of one, which a killed setup leaves. */
async function isShown(
  context: DetectContext,
  marker: MarkerFacts | null,
  { shownBy }: ComponentLayout,
  files: readonly FileFact[],
): Promise<boolean> {
  if (files.some(({ copyOf }) => copyOf !== undefined && shownBy.includes(copyOf))) return true;
  // A marker that does not speak of a component is no invitation to find it in keys that were left behind: a Data Warehouse's host has them too.
  const evidence = marker === null ? shownBy : shownBy.filter((path) => !isBelow(path, context.layout.pki.dir));
  const stats = await Promise.all(evidence.map((path) => context.host.files.stat(path)));
  return stats.some((stat) => stat !== null);
}

/**
 * Components that are set up here: by the marker's word, else by the files that show them, or by the answers of a setup that was rolled back and left hardly more than these. A
 * file that merely names a database of another host shows nothing: an engine whose Data Warehouse runs elsewhere has its credentials too.
 */
export async function findComponents(
  context: DetectContext,
  marker: MarkerFacts | null,
  files: readonly FileFact[],
  found: Pick<FoundCredentials, 'switchedOff' | 'answered' | 'byComponent'>,
): Promise<FoundComponents> {
  const set: FoundComponents = { components: [], said: [] };
  for (const component of context.layout.components) {
    const { id } = component;
    if (found.switchedOff.has(id)) continue;
    const said = saidByMarker(marker, component) ?? (marker === null && found.answered.get(id) === true ? true : null);
    if (said ?? (isNamed(component, found) || (await isShown(context, marker, component, files))))
      set.components.push(id);
    if (said) set.said.push(id);
  }
  return set;
}
