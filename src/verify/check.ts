/** The three outcomes of a check, and words that several checks share. Pure. */
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';

/** Nothing in the way. */
export function passed(id: string, detail: string): Check {
  return { id, ok: true, severity: 'obstacle', detail };
}

/** Nothing in the way of engine-setup, but something to know before it is run. */
export function told(id: string, detail: string): Check {
  return { id, ok: true, severity: 'warning', detail };
}

/** engine-setup stops, or is spoiled silently. `hint`: the way on. */
export function obstacle(id: string, detail: string, hint: string): Check {
  return { id, ok: false, severity: 'obstacle', detail, hint };
}

/** The first of a list, and how many more there are. */
export function listed(names: readonly string[], count: number = names.length, shown = 5): string {
  const first = names.slice(0, shown);
  return count > first.length ? `${first.join(', ')} and ${count - first.length} more` : first.join(', ');
}

/** The main component's own database of this host: the one that decides whether setup takes the host for an upgrade. */
export function mainDatabase({ databases }: Facts, { main }: Layout): DatabaseFact | undefined {
  return databases.find(({ component, foreign }) => component === main && foreign === null);
}

/** engine-setup will take the host for an upgrade. */
export function isUpgrade(facts: Facts, layout: Layout): boolean {
  return (mainDatabase(facts, layout)?.content?.tables ?? 0) > 0;
}

/** It holds data that an upgrade can use, or may hold some: nobody could look. */
function mayHoldData({ foreign, credentials, reach, content, admin }: DatabaseFact): boolean {
  if (foreign !== null) return false;
  if (content !== null) return content.tables > 0 && content.missing.length === 0;
  if (credentials === null) return (admin.database?.tables ?? 0) > 0;
  return reach.state !== 'absent';
}

/** The cleanup that takes a leftover away and no data with it: a hint is pasted without much thought. */
export function cleanupCommand({ databases }: Facts): string {
  return databases.some(mayHoldData) ? 'engine-cleanup -d' : 'engine-cleanup';
}
