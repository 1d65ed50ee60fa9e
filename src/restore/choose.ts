/** Which run a restore is about. Pure. */
import { UsageError } from '../model/errors.ts';
import type { Step, StepKind } from '../model/plan.ts';
import type { PutBack } from './findings.ts';
import type { EarlierRun } from './runs.ts';

/** Ids of the steps that were begun. */
function begun({ journal }: EarlierRun): Set<string> {
  return new Set(journal.flatMap(({ event, step }) => (event === 'begin' && step !== undefined ? [step] : [])));
}

/** Steps that destroy nothing, and after which the host is another all the same. */
const CHANGES: readonly StepKind[] = ['service-disable', 'dwh-rows', 'ovn-rows'];

/** It is a cleanup that began to remove something, or to change something and has a backup: a run that only disables a service makes none. */
export function hasChanged(run: EarlierRun): boolean {
  const steps = begun(run);
  const changes = ({ destructive, kind }: Step): boolean =>
    destructive || (run.backup !== null && CHANGES.includes(kind));
  return run.command === 'cleanup' && (run.plan?.steps ?? []).some((step) => changes(step) && steps.has(step.id));
}

/** It is a cleanup that was killed before it began to change anything, with services stopped or a database closed. What a run took back itself is in its journal. */
export function hasHeld(run: EarlierRun): boolean {
  if (run.command !== 'cleanup' || run.unknown || !isUnfinished(run) || hasChanged(run)) return false;
  const steps = begun(run);
  const undone = new Set(run.journal.flatMap(({ event, step }) => (event === 'undo' ? [step] : [])));
  return (run.plan?.steps ?? []).some((step) => holds(step) && steps.has(step.id) && !undone.has(step.target));
}

/** A step that keeps the host from working as long as its run does, and destroys nothing. */
export function holds({ kind }: Step): boolean {
  return kind === 'service-stop' || kind === 'database-seal';
}

/** Restores of a run that count: no cleanup came after them, and they were not undone by a restore of their own. */
function restoresOf(id: string, runs: readonly EarlierRun[]): EarlierRun[] {
  const lastCleanup = runs.filter(hasChanged).at(-1)?.id ?? '';
  const restores = runs.filter(({ plan, id: own }) => plan?.restores?.run === id && own > lastCleanup);
  return restores.filter((restore) => restoresOf(restore.id, runs).length === 0);
}

/** The run that put a run back to its end; null if none did, or a later cleanup took it away again. */
export function restoredBy(id: string, runs: readonly EarlierRun[]): string | null {
  return restoresOf(id, runs).find(({ outcome }) => outcome === 'ok')?.id ?? null;
}

/** What earlier restores of the run put back. */
export function putBackBy(id: string, runs: readonly EarlierRun[]): PutBack {
  const paths = new Set<string>();
  const databases = new Set<string>();
  for (const { plan, journal } of restoresOf(id, runs)) {
    const done = new Set(
      journal.filter(({ event, status }) => event === 'end' && status === 'done').map(({ step }) => step),
    );
    for (const step of plan?.steps ?? []) {
      if (!done.has(step.id)) continue;
      if (step.kind === 'files-put') for (const { path } of step.files) paths.add(path);
      if (step.kind === 'database-fill') databases.add(step.key);
    }
  }
  return { paths, databases };
}

/** It was killed, failed or was stopped: the next run goes on with it, and its backup has what that one does not find any more. */
export function isUnfinished({ outcome }: Pick<EarlierRun, 'outcome'>): boolean {
  return outcome === 'unfinished' || outcome === 'incomplete' || outcome === 'interrupted' || outcome === 'internal';
}

/** It says itself that it goes on with an unfinished one. Where the host was put back or set up in between it does not. */
function goesOn({ command, plan }: EarlierRun): boolean {
  return command === 'cleanup' && plan?.continues !== undefined;
}

/** The cleanup that ended unfinished and that this one went on with; null if there is none. */
export function continuedBy(run: EarlierRun, runs: readonly EarlierRun[]): EarlierRun | null {
  if (!goesOn(run)) return null;
  const earlier = runs.filter((one) => hasChanged(one) && one.id < run.id).at(-1);
  return earlier !== undefined && isUnfinished(earlier) ? earlier : null;
}

/** Cleanups that left the host stopped or closed, and with which this one went on before it changed anything itself: it found nothing more to stop. The oldest first. */
export function heldBefore(run: EarlierRun, runs: readonly EarlierRun[]): EarlierRun[] {
  if (!goesOn(run)) return [];
  const before = runs.filter(({ id }) => id < run.id);
  const last = before.findLastIndex((one) => hasChanged(one) || one.command === 'restore' || !isUnfinished(one));
  return before.slice(last + 1).filter(hasHeld);
}

/** The run before it of which a restore needs something; null if there is none. */
export function neededBefore(run: EarlierRun, runs: readonly EarlierRun[]): EarlierRun | null {
  return heldBefore(run, runs).at(-1) ?? continuedBy(run, runs);
}

/** The first that is not put back of those that a run went on with, the last first; null if there is none. */
export function unrestoredBefore(run: EarlierRun, runs: readonly EarlierRun[]): EarlierRun | null {
  let earlier = continuedBy(run, runs);
  while (earlier !== null && restoredBy(earlier.id, runs) !== null) earlier = continuedBy(earlier, runs);
  return earlier;
}

/**
 * The named run; else the last cleanup that changed something or left the host stopped (or of which nobody can tell whether it did), or, where that is put back, the unfinished one that it went on with. Null: no run changed anything.
 * @throws UsageError for a name that no run has
 */
export function chooseRun(runs: readonly EarlierRun[], name: string | null): EarlierRun | null {
  if (name !== null) {
    const found = runs.filter(({ id }) => id.startsWith(name));
    if (found.length === 1) return found[0]!;
    throw new UsageError(
      found.length === 0 ? `There is no run "${name}".` : `More than one run begins with "${name}".`,
      'See "engine-cleanup runs" for all of them.',
    );
  }
  let run = runs.filter((one) => hasChanged(one) || hasHeld(one) || one.unknown).at(-1) ?? null;
  while (run !== null && restoredBy(run.id, runs) !== null) {
    const earlier = continuedBy(run, runs);
    if (earlier === null) break;
    run = earlier;
  }
  return run;
}
