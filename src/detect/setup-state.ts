/** Whether engine-setup ran on this host, and to its end. Pure. */
import type { DatabaseFact, Facts, MarkerFacts, PkiFacts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';

/** An empty database that only an old answer file names, or one of a default name that is none of ours, is no sign that setup ran here. */
export function isTraceOfSetup({ candidates, content, admin }: DatabaseFact): boolean {
  if (candidates.some(({ origin }) => origin !== 'answer-file')) return true;
  return (content?.ownedObjects ?? 0) > 0 || admin.database?.recognised === true;
}

/** Releases without a marker: the engine's keystore, which setup makes and package removal deletes, or a whole database. */
function isFinishedWithoutMarker(layout: Layout, pki: PkiFacts, databases: readonly DatabaseFact[]): boolean {
  if (pki.present.includes(layout.pki.engineStore)) return true;
  const content = databases.find(({ component }) => component === layout.main)?.content;
  return content !== null && content !== undefined && content.tables > 0 && content.missing.length === 0;
}

/** @param anything some trace of an installation was found */
export function setupState(
  layout: Layout,
  marker: MarkerFacts | null,
  anything: boolean,
  pki: PkiFacts,
  databases: readonly DatabaseFact[],
): Facts['setup'] {
  if (marker !== null) return 'complete';
  if (!anything) return 'none';
  return layout.marker === null && isFinishedWithoutMarker(layout, pki, databases) ? 'complete' : 'failed';
}
