/** The unfinished run that the next one goes on with. */
import type { JournalEntry } from '../apply/journal.ts';
import { HostError } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import type { Release } from '../model/layout.ts';
import type { ContinuedRun, Unfinished } from '../model/unfinished.ts';
import { hasChanged, isUnfinished } from './choose.ts';
import { type EarlierRun, readRun, runIds } from './runs.ts';

/** What files say that do not fit together is not believed. */
function hasBegun({ journal, plan, unknown }: EarlierRun): boolean {
  return plan !== null && !unknown && journal.some(({ event }) => event === 'begin');
}

/** Runs of one command at the end of the list that began to do something and did not come to their end, the oldest first. Those that ended before that count for nothing. */
function unfinishedOf(runs: readonly EarlierRun[], command: EarlierRun['command']): EarlierRun[] {
  const begun = runs.filter(hasBegun);
  const ended = begun.findLastIndex((run) => !isUnfinished(run) || run.command !== command);
  return begun.slice(ended + 1);
}

/** The title of the step in which a run ended; of its last one where it ended after that. */
function stoppedAt({ journal, plan }: EarlierRun): string {
  const open = new Map<string, JournalEntry>();
  let last = '';
  for (const entry of journal) {
    const { event, step } = entry;
    if (step === undefined) continue;
    if (event === 'begin') open.set(step, entry);
    else if (event === 'end' && entry.status === 'done') open.delete(step);
    if (event === 'begin' || event === 'end') last = step;
  }
  const [first = last] = open.keys();
  return plan?.steps.find(({ id }) => id === first)?.title ?? first;
}

/** What the next run says of them; null where there is none. */
function continued(runs: readonly EarlierRun[]): ContinuedRun | null {
  const stopped = runs.at(-1);
  if (stopped === undefined) return null;
  // The first that began to destroy: its backup was whole before that, and has what later ones do not find any more.
  const first = runs.find(hasChanged);
  const backup = first?.backup?.state === 'whole' ? first.backup.dir : null;
  return { run: stopped.id, started: stopped.started, stoppedAt: stoppedAt(stopped), backup };
}

/** The last of them that was to tell the web server did not come to do it. */
function owesReload(runs: readonly EarlierRun[]): boolean {
  const isDone = ({ journal }: EarlierRun, id: string): boolean =>
    journal.some(({ event, step, status }) => event === 'end' && step === id && status === 'done');
  const reloads = runs.flatMap((run) =>
    (run.plan?.steps ?? []).filter(({ kind }) => kind === 'web-server-reload').map(({ id }) => isDone(run, id)),
  );
  return reloads.at(-1) === false;
}

function left(runs: readonly EarlierRun[]): Unfinished {
  return { continues: continued(runs), owesReload: owesReload(runs) };
}

/** What restores of one run leave that ended unfinished. */
export function unfinishedRestore(runs: readonly EarlierRun[], run: string): Unfinished {
  const restores = unfinishedOf(runs, 'restore');
  return left(restores.every(({ plan }) => plan?.restores?.run === run) ? restores : []);
}

/** A marker or record that the run did not write, and that is newer than its journal. */
function wasSetUpSince({ journal }: EarlierRun, { files }: Pick<Facts, 'files'>): boolean {
  const wrote = new Set(journal.flatMap(({ event, touches = [] }) => (event === 'begin' ? touches : [])));
  const ended = Date.parse(String(journal.at(-1)?.at ?? ''));
  return files.some(
    ({ path, phase, identity }) =>
      (phase === 'marker' || phase === 'records') && !wrote.has(path) && identity.mtimeMs > ended,
  );
}

/** What a look at a host has to know of the unfinished cleanup, if there is such a run: the release that it took the host for, and whether it left something to do that cannot be seen there. */
export function continuedHost(runs: readonly EarlierRun[]): { continued: Release | null; owesReload: boolean } {
  const cleanups = unfinishedOf(runs, 'cleanup');
  return { continued: cleanups.at(-1)?.plan?.release ?? null, owesReload: owesReload(cleanups) };
}

/** What cleanups leave that ended unfinished, and after which nobody has set the host up. */
export function unfinishedCleanup(runs: readonly EarlierRun[], facts: Pick<Facts, 'files'>): Unfinished {
  const cleanups = unfinishedOf(runs, 'cleanup');
  const last = cleanups.at(-1);
  return left(last === undefined || wasSetUpSince(last, facts) ? [] : cleanups);
}

/**
 * Earlier runs, the oldest first, as far back as a cleanup looks: to the last that was no unfinished cleanup. Where they cannot be listed there is none: a run that is to write beside
 * them is refused by that itself.
 */
export function latestRuns(root: string): EarlierRun[] {
  const runs: EarlierRun[] = [];
  try {
    for (const id of runIds(root).reverse()) {
      const run = readRun(root, id);
      if (run === null) continue;
      runs.unshift(run);
      if (hasBegun(run) && (!isUnfinished(run) || run.command !== 'cleanup')) break;
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
  return runs;
}
