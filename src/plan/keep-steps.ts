/** What a run that keeps databases or keys does to the files that stay. Pure. */
import type { Credentials } from '../model/credentials.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { ComponentId, DatabaseLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';
import type { FileDecisions } from './files.ts';

export interface Promotion {
  component: ComponentId;
  credentials: Credentials;
  /** Setup's drop-in, where they belong (host path). */
  path: string;
}

/** Credentials of kept databases that survive only in a copy, or of which only a copy logs in. */
export function promotionsOf(facts: Facts, layout: Layout, wishes: Wishes): Promotion[] {
  if (!wishes.keepDatabases) return [];
  return facts.databases.flatMap((fact) => {
    const { component, foreign, credentials, reach } = fact;
    const database = layout.components.find(({ id }) => id === component)?.database;
    const isOwn = credentials?.origin === 'drop-in' || credentials?.origin === 'password-file';
    if (foreign !== null || credentials === null || isOwn || !database) return [];
    const path = database.credentials[0] ?? lostPasswordFile(fact, database);
    if (path === null || reach.state === 'rejected' || reach.state === 'absent') return [];
    return [{ component, credentials, path }];
  });
}

/** The password file that a copy of it becomes. One that is there stays as it is, whatever it says: other people's lines may be in it. */
function lostPasswordFile(
  { credentials, candidates }: DatabaseFact,
  { passwordFiles = [] }: DatabaseLayout,
): string | null {
  if (candidates.some(({ origin }) => origin === 'password-file')) return null;
  return passwordFiles.find(({ path }) => credentials?.source.startsWith(`${path}.`))?.path ?? null;
}

/** Credentials that survive only in a copy first become setup's drop-in again. */
export function planPromotions(
  facts: Facts,
  promotions: readonly Promotion[],
  list: StepList,
  needs: readonly string[],
): string[] {
  return promotions.map(({ component, credentials, path }) =>
    list.add(
      {
        kind: 'file-promote',
        id: `promote:${component}`,
        title: `Write the credentials found in ${credentials.source} to ${path}`,
        target: realPath(facts.root, path),
        // A drop-in that the server rejects is overwritten: it is in the archive.
        destructive: facts.files.some((file) => file.path === path),
        from: credentials.source,
        path,
        component,
        credentials,
      },
      needs,
    ),
  );
}

/** Keys of the marker whose effect this run undoes: left in, setup would believe that it is still there. */
export function keysToDrop(facts: Facts, layout: Layout): string[] {
  const values = facts.marker?.values ?? {};
  return layout.undoneKeys.filter((key) => key in values);
}

export interface Rewrites {
  /** Paths that the records shall name; null when they already say just that. */
  records: string[] | null;
  /** Those of them that were edited, and are kept for that. */
  edited: string[];
  /** Keys to take out of the marker. */
  markerKeys: string[];
}

/**
 * What a run that keeps files has to rewrite; a second run finds nothing. A run that keeps databases carries forward what setup recorded. One that drops them, but keeps keys or
 * edited files, records all that it keeps: nothing else would tell the next run what they are.
 */
export function rewritesNeeded(facts: Facts, layout: Layout, wishes: Wishes, decisions: FileDecisions): Rewrites {
  const keepsDatabases = wishes.keepDatabases === true;
  const { paths, entries, lines, databasesGone } = facts.records;
  const isRecord = (path: string): boolean => paths.includes(path);
  const kept = [...decisions.keptPaths].filter((path) => !isRecord(path)).sort();
  const recorded = entries.map(({ path }) => path).filter((path) => decisions.keptPaths.has(path));
  const keep = keepsDatabases ? recorded : kept;
  const edited = wishes.keepChanged ? keep.filter((path) => decisions.changed.includes(path)) : [];
  const asItIs =
    paths.length === 1 &&
    lines === 0 &&
    keep.length > 0 &&
    entries.length === keep.length &&
    entries.every(({ path, current }) => keep.includes(path) && (current || edited.includes(path))) &&
    (keepsDatabases || databasesGone);
  const nothingToCarry = keepsDatabases ? paths.length === 0 : keep.length === 0;
  const marker = keepsDatabases && facts.files.some(({ path }) => path === layout.marker);
  return {
    records: asItIs || nothingToCarry || layout.records === null ? null : keep,
    edited,
    markerKeys: marker ? keysToDrop(facts, layout) : [],
  };
}

/** `20260101101500-uninstall.conf`, as setup names its records. */
function recordName(readAt: string): string {
  return `${readAt.replace(/\D/g, '').slice(0, 14)}-uninstall.conf`;
}

/** Rewrites marker and records to what is kept. */
export function planRewrites(
  facts: Facts,
  layout: Layout,
  wishes: Wishes,
  list: StepList,
  decisions: FileDecisions,
  needs: readonly string[],
): string[] {
  const ids: string[] = [];
  const { records: keep, edited, markerKeys: dropKeys } = rewritesNeeded(facts, layout, wishes, decisions);
  // The marker first: the records name its hash.
  const marker = facts.files.find(({ path }) => path === layout.marker);
  if (marker && dropKeys.length > 0) {
    ids.push(
      list.add(
        {
          kind: 'marker-rewrite',
          id: 'rewrite:marker',
          title: `Take ${dropKeys.join(' and ')} out of the post-install marker`,
          target: realPath(facts.root, marker.path),
          destructive: true,
          path: marker.path,
          identity: marker.identity,
          dropKeys,
        },
        needs,
      ),
    );
  }
  if (keep !== null && layout.records !== null) {
    ids.push(
      list.add(
        {
          kind: 'records-rewrite',
          id: 'rewrite:records',
          title:
            keep.length > 0 && facts.records.paths.length === 0
              ? 'Write an uninstall record of what is kept'
              : keep.length > 0
                ? 'Rewrite the uninstall records to what is kept'
                : 'Remove the uninstall records: nothing they name is kept',
          target: realPath(facts.root, layout.records),
          destructive: facts.records.paths.length > 0,
          paths: facts.records.paths,
          keep,
          edited,
          path: facts.records.paths.at(-1) ?? `${layout.records}/${recordName(facts.readAt)}`,
          databasesGone: wishes.keepDatabases !== true || facts.records.databasesGone,
        },
        [...needs, ...ids],
      ),
    );
  }
  return ids;
}
