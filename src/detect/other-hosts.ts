/** Hosts on which other parts of the same installation run, by the names that setup's files have of them. Only reads. */
import type { DatabaseFact, MarkerFacts, OtherHost } from '../model/facts.ts';
import type { ComponentId, OtherHostRule } from '../model/layout.ts';
import { isLocalHost } from './contact.ts';
import type { DetectContext } from './context.ts';
import { textOf } from './look.ts';
import { readDropIns } from './read/drop-in.ts';

/** A name as the files have it: alone, or in a URL. */
function hostOf(value: string): string {
  return URL.canParse(value) && value.includes('://') ? new URL(value).hostname : value;
}

async function valueAt(
  context: DetectContext,
  marker: MarkerFacts | null,
  { path, key }: OtherHostRule['names'][number],
): Promise<unknown> {
  if (path === null) return marker?.values[key];
  const text = await textOf(context, path);
  return text === null ? undefined : readDropIns([{ path, text }]).values.get(key)?.value;
}

async function nameOf(
  context: DetectContext,
  marker: MarkerFacts | null,
  databases: readonly DatabaseFact[],
  { names, there }: OtherHostRule,
): Promise<string | null> {
  const { components, main } = context.layout;
  const values = await Promise.all(names.map((name) => valueAt(context, marker, name)));
  // The main database knows the component that keeps its time there.
  if (components.some(({ id, timekeeping }) => id === there && timekeeping !== undefined))
    values.push(databases.find(({ component }) => component === main)?.content?.dwh?.hostname);
  const found = values.filter((value) => typeof value === 'string').map(hostOf);
  return found.find((name) => name !== '' && !isLocalHost(name)) ?? null;
}

/** What a host without the main component needs of it is certain to be elsewhere, whether or not its name is known; anything else only where it is named. */
export async function findOtherHosts(
  context: DetectContext,
  marker: MarkerFacts | null,
  components: readonly ComponentId[],
  databases: readonly DatabaseFact[],
): Promise<OtherHost[]> {
  const found: OtherHost[] = [];
  for (const rule of context.layout.otherHosts) {
    const { here, there } = rule;
    if (!components.includes(here) || components.includes(there)) continue;
    const host = await nameOf(context, marker, databases, rule);
    if (host !== null || there === context.layout.main) found.push({ here, there, host });
  }
  return found;
}
