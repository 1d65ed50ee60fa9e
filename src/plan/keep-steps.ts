/** What a run that keeps databases or keys does to the files that stay. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';
import type { FileDecisions } from './files.ts';

/** Credentials that survive only in a copy first become setup's drop-in again. */
export function planPromotions(
  facts: Facts,
  layout: Layout,
  wishes: Wishes,
  list: StepList,
  needs: readonly string[],
): string[] {
  if (!wishes.keepDatabases) return [];
  const ids: string[] = [];
  for (const fact of facts.databases) {
    const chosen = fact.credentials;
    if (fact.foreign !== null || chosen === null || chosen.origin === 'drop-in') continue;
    if (fact.reach.state === 'rejected' || fact.reach.state === 'absent') continue;
    const database = layout.components.find(({ id }) => id === fact.component)?.database;
    const path = database?.credentials[0];
    if (!path) continue;
    ids.push(
      list.add(
        {
          kind: 'file-promote',
          id: `promote:${fact.component}`,
          title: `Write the credentials found in ${chosen.source} to ${path}`,
          target: path,
          destructive: false,
          from: chosen.source,
          path,
          component: fact.component,
          credentials: chosen,
        },
        needs,
      ),
    );
  }
  return ids;
}

/** Keys of the marker whose effect this run undoes: left in, setup would believe that it is still there. */
export function keysToDrop(facts: Facts, layout: Layout): string[] {
  const values = facts.marker?.values ?? {};
  return layout.undoneKeys.filter((key) => key in values);
}

export interface Rewrites {
  /** Recorded paths that are kept; null when the records already say just that. */
  records: string[] | null;
  /** Keys to take out of the marker. */
  markerKeys: string[];
}

/** What a keeping run has to rewrite; a second run finds nothing. */
export function rewritesNeeded(facts: Facts, layout: Layout, decisions: FileDecisions): Rewrites {
  const { paths, entries, lines } = facts.records;
  const keep = entries.filter(({ path }) => decisions.keptPaths.has(path)).map(({ path }) => path);
  const exact =
    paths.length === 0 ||
    (paths.length === 1 &&
      lines === 0 &&
      entries.length === keep.length &&
      keep.length > 0 &&
      entries.every(({ current }) => current));
  const marker = facts.files.some(({ path }) => path === layout.marker);
  return { records: exact ? null : keep, markerKeys: marker ? keysToDrop(facts, layout) : [] };
}

/** Rewrites marker and records to what is kept. */
export function planRewrites(
  facts: Facts,
  layout: Layout,
  list: StepList,
  decisions: FileDecisions,
  needs: readonly string[],
): string[] {
  const ids: string[] = [];
  const { records: keep, markerKeys: dropKeys } = rewritesNeeded(facts, layout, decisions);
  // The marker first: the records name its hash.
  const marker = facts.files.find(({ path }) => path === layout.marker);
  if (marker && dropKeys.length > 0) {
    ids.push(
      list.add(
        {
          kind: 'marker-rewrite',
          id: 'rewrite:marker',
          title: `Take ${dropKeys.join(' and ')} out of the post-install marker`,
          target: layout.marker,
          destructive: true,
          path: layout.marker,
          identity: marker.identity,
          dropKeys,
        },
        needs,
      ),
    );
  }
  if (keep !== null) {
    ids.push(
      list.add(
        {
          kind: 'records-rewrite',
          id: 'rewrite:records',
          title:
            keep.length > 0
              ? 'Rewrite the uninstall records to what is kept'
              : 'Remove the uninstall records: nothing they name is kept',
          target: layout.records,
          destructive: true,
          paths: facts.records.paths,
          keep,
          path: facts.records.paths.at(-1)!,
        },
        [...needs, ...ids],
      ),
    );
  }
  return ids;
}

/**
 * The two rows by which setup knows its DWH, in an engine database that stays: blanked where this host's DWH goes, and "running" set to 0 where a
 * killed DWH left it at 1, because setup refuses to go on while DWH seems to run.
 */
export function planTimekeeping(facts: Facts, wishes: Wishes, list: StepList, needs: readonly string[]): string[] {
  const engine = facts.databases.find(({ component }) => component === 'engine');
  const rows = engine?.content?.dwh;
  if (!engine?.credentials || !rows || !facts.components.includes('dwh')) return [];
  const stays = engine.foreign !== null || wishes.keepDatabases === true;
  if (!stays) return [];
  const ownUuid = facts.dwhUuid;
  const mine = rows.uuid !== null && rows.uuid !== '' && rows.uuid === ownUuid;
  const blank = mine && !wishes.keepDatabases;
  if (!blank && !(rows.running && (mine || rows.uuid === ''))) return [];
  return [
    list.add(
      {
        kind: 'dwh-rows',
        id: 'rows:dwh',
        title: blank
          ? `Blank the two DWH rows in database "${engine.credentials.database}" on ${engine.credentials.host}`
          : `Set DwhCurrentlyRunning to 0 in database "${engine.credentials.database}"`,
        target: engine.credentials.database,
        destructive: false,
        credentials: engine.credentials,
        uuid: ownUuid,
        blank,
      },
      needs,
    ),
  ];
}
