/** Facts and wishes → plan. Pure, and the only place that knows the order. */
import { databasesOf, layoutOf } from '../layouts/index.ts';
import type { Refusal, Warning } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Plan, Wishes } from '../model/plan.ts';
import type { Unfinished } from '../model/unfinished.ts';
import { answersFor } from './answers.ts';
import { StepList } from './build.ts';
import { type DatabaseSubject, planDumps, planRemovals, planSeals, planUnseals } from './database-steps.ts';
import { decide, plannedDatabase } from './databases.ts';
import {
  emptiedDirectories,
  planDirectories,
  planPhase,
  planPutBacks,
  planResets,
  planReverts,
  planSections,
  putBacksOf,
  removedPaths,
} from './file-steps.ts';
import { decideFiles, type FileDecisions } from './files.ts';
import { dropForced, forcedWarnings } from './forced.ts';
import { planPromotions, planRewrites, promotionsOf, type Rewrites, rewritesNeeded } from './keep-steps.ts';
import { leftoverRefusals, leftoverSubjects } from './leftovers.ts';
import { outsideOf, planOutsideArchive, planOutsideRemoval } from './outside.ts';
import { ovnRowsOf, planOvnRows } from './ovn.ts';
import { judgePki } from './pki.ts';
import { pkiRestoreOf, planPkiRestore } from './pki-restore.ts';
import { findRefusals, isBare } from './refusals.ts';
import { planDisables, planStops } from './service-steps.ts';
import { planTimekeeping, timekeepingOf } from './timekeeping.ts';
import { findWarnings } from './warnings.ts';
import { planReload } from './web-server-steps.ts';

export interface PlanOptions extends Partial<Unfinished> {
  /** Real path of the directory the run's backup will be made in. */
  backupDir: string;
}

function subjectsOf(facts: Facts, layout: Layout, wishes: Wishes, refusals: Refusal[]): DatabaseSubject[] {
  const known = databasesOf(layout);
  const keep = wishes.keepDatabases === true;
  return facts.databases.flatMap((fact) => {
    const database = known.find(({ component }) => component === fact.component)?.database;
    if (!database || fact.speculative) return [];
    const decision = decide(fact, database, { keep, gone: facts.records.databasesGone });
    if (decision.refusal) refusals.push(decision.refusal);
    const own = { fact, layout: database, planned: plannedDatabase(fact, database, decision), kept: keep };
    return [own, ...leftoverSubjects(own, wishes)];
  });
}

/** Every path that the run removes, empties or edits: what the archive holds. */
function touchedPaths(decisions: FileDecisions, facts: Facts, rewritten: readonly string[]): string[] {
  const removed = [...decisions.remove.values()].flat().map(({ path }) => path);
  const paths = [
    ...removed,
    ...[...decisions.reset, ...decisions.sections].map(({ path }) => path),
    ...decisions.lines.map(({ path }) => path),
    ...facts.services.flatMap(({ enabled, links = [] }) => (enabled ? links : [])),
    ...rewritten,
  ];
  return [...new Set(paths)].sort();
}

/**
 * The whole order, in one place:
 * stop services → close databases → back everything up → drop or clear → disable services → keystores, CA last → links, line reverts, drop-ins, state →
 * records → marker → and last of all every file that holds credentials. Credentials with an empty or absent database can be recovered from,
 * a marker without credentials cannot.
 */
export function makePlan(facts: Facts, wishes: Wishes, options: PlanOptions): Plan {
  const layout = layoutOf(facts.release);
  const keep = wishes.keepDatabases === true;
  const empty: Plan = {
    schema: 'engine-cleanup/plan@1',
    root: facts.root,
    release: facts.release,
    mode: keep ? 'keep' : 'drop',
    keepPki: wishes.keepPki,
    databases: [],
    steps: [],
    kept: facts.kept.map(({ path, ...kept }) => ({ target: path, ...kept })),
    refusals: [],
    warnings: facts.notes.map((note) => ({ ...note })),
    changed: [],
    backupDir: null,
    answers: [],
  };
  if (layout === null) {
    const refusals = findRefusals(facts, wishes, [], []);
    return { ...empty, refusals: dropForced(refusals, wishes) };
  }

  const refusals: Refusal[] = [];
  const subjects = subjectsOf(facts, layout, wishes, refusals);
  const pki = judgePki(facts, layout, wishes);
  const effective: Wishes = { ...wishes, keepPki: pki.keep };
  const decisions = decideFiles(facts, layout, effective);
  const restore = pkiRestoreOf(facts, pki.restoreFrom);
  const promotions = promotionsOf(facts, layout, effective);
  // What comes back is kept like what was never gone: records name it, and the next run finds nothing to do.
  for (const path of [...(restore?.kept ?? []), ...promotions.map(({ path }) => path)]) decisions.keptPaths.add(path);
  const list = new StepList();
  const timekeeping = timekeepingOf(facts, layout, effective);
  const ovn = ovnRowsOf(facts, layout, effective);

  const unseals = planUnseals(subjects, list);
  const stops = planStops(facts, list);
  const before = [...unseals, ...stops];

  // Everything that can fail without harm comes before anything that cannot be undone.
  const rewrites = rewritesNeeded(facts, layout, effective, decisions);
  // Records that are rewritten, or already say what is kept, are not removed with the rest.
  if (!keep && decisions.keptPaths.size > 0) decisions.remove.set('records', []);
  const overwritten = promotions
    .map(({ path }) => path)
    .filter((path) => facts.files.some((file) => file.path === path));
  const putBacks = putBacksOf(facts, decisions, keep);
  const emptied = decisions.reset.filter(({ path }) => !putBacks.some((one) => one.path === path));
  const replaced = putBacks.filter(({ identity }) => identity !== null).map(({ path }) => path);
  const rewritten = [
    ...replaced,
    ...overwritten,
    ...(restore?.overwritten ?? []),
    ...rewrittenFiles(facts, layout, rewrites),
  ];
  const touched = touchedPaths(decisions, facts, rewritten);
  const removed = removedPaths(decisions, rewrites.records?.length === 0 ? facts.records.paths : []);
  const directories = emptiedDirectories(facts, removed);
  const outside = outsideOf(facts);
  if (wishes.backup) {
    planSeals(subjects, list, before);
    // These follow each other, so that they run at the same time; the longest first.
    planDumps(subjects, list, before);
    if (touched.length > 0) {
      list.add(
        {
          ...{ kind: 'files-archive', id: 'archive:files', target: 'files.tar.gz', destructive: false },
          title: `Back up ${touched.length === 1 ? '1 file' : `${touched.length} files`}`,
          paths: touched,
          dirs: [...directories].reverse(),
        },
        before,
      );
    }
    planOutsideArchive(outside, list, before);
    // Old values of rows that are rewritten go into the backup too.
    const rewrites = timekeeping !== null || ovn.length > 0;
    if (list.ids('files-archive', 'database-dump', 'roles-dump').length > 0 || rewrites) {
      list.add(
        {
          kind: 'backup-seal',
          id: 'seal:backup',
          title: 'Write the manifest of the backup',
          target: 'manifest.json',
          destructive: false,
          databases: subjects.map(({ fact, planned }) => ({
            component: fact.component,
            name: planned.name,
            host: planned.host,
            port: planned.port,
            role: planned.role,
            local: planned.local,
            action: planned.action,
            credentials: fact.credentials,
            reach: fact.reach.state,
            ...(planned.leftover ? { leftover: true } : {}),
          })),
        },
        [...before, ...list.ids('files-archive', 'database-dump', 'roles-dump')],
      );
    }
  } else {
    planSeals(subjects, list, before);
  }
  const safe = [...before, ...list.ids('backup-seal')];

  const restored = planPkiRestore(facts, layout, restore, list, safe);
  const promoted = planPromotions(facts, promotions, list, safe);
  const rows = [...planTimekeeping(timekeeping, list, safe), ...planOvnRows(ovn, list, safe)];
  const ended = planRemovals(subjects, list, safe, wishes);
  const proven = [...safe, ...ended, ...restored, ...promoted];

  const disabled = planDisables(facts, list, proven);
  const keystores = planPhase(facts, list, 'keystores', decisions, proven);
  const ca = planPhase(facts, list, 'ca', decisions, [...proven, ...keystores]);
  // Before the copies go that they come from.
  const putBack = planPutBacks(facts, list, putBacks, proven);
  const middle = [
    ...planPhase(facts, list, 'links', decisions, proven),
    ...planReverts(facts, list, decisions, undefined, proven),
    ...planResets(facts, list, emptied, proven),
    ...putBack,
    ...planPhase(facts, list, 'drop-ins', decisions, proven),
    ...planPhase(facts, list, 'state', decisions, [...proven, ...putBack]),
  ];
  const files = [...proven, ...rows, ...disabled, ...keystores, ...ca, ...middle];
  const rewriting = planRewrites(facts, layout, effective, list, decisions, files);
  const records = planPhase(facts, list, 'records', decisions, [...files, ...rewriting]);
  const marker = planPhase(facts, list, 'marker', decisions, [...files, ...rewriting, ...records]);
  const beforeCopies = [...files, ...rewriting, ...records, ...marker];
  const copies = [
    ...planPhase(facts, list, 'credential-copies', decisions, beforeCopies),
    ...planOutsideRemoval(outside, list, beforeCopies),
  ];
  const last = [...beforeCopies, ...copies];
  planReverts(facts, list, decisions, 'credentials', last);
  planPhase(facts, list, 'credentials', decisions, last);
  planSections(facts, list, decisions.sections, last);
  planDirectories(facts.root, directories, list, list.ids('files-remove', 'records-rewrite'));
  planReload(facts, layout, list, removed, options.owesReload === true);

  const removedDirs = [...new Set([layout.pki.dir, ...layout.directories])].map((dir) => realPath(facts.root, dir));
  const databases = subjects.map(({ planned }) => planned);
  const left = leftoverRefusals(subjects, isBare(facts));
  refusals.push(...findRefusals(facts, wishes, subjects, removedDirs), ...pki.refusals, ...left);
  const warnings: Warning[] = [
    ...empty.warnings,
    ...pki.warnings,
    ...findWarnings(facts, layout, effective, subjects, decisions),
    ...forcedWarnings(refusals, wishes),
  ];
  return {
    ...empty,
    ...(options.continues && list.steps.length > 0 ? { continues: options.continues } : {}),
    keepPki: effective.keepPki,
    databases,
    steps: list.steps,
    kept: [...decisions.kept, ...empty.kept],
    refusals: dropForced(refusals, wishes),
    warnings,
    changed: decisions.changed,
    backupDir: list.ids('backup-seal').length > 0 ? options.backupDir : null,
    answers: answersFor(facts, layout, databases, effective),
  };
}

/** Files that are rewritten, archived as they were. */
function rewrittenFiles(facts: Facts, layout: Layout, { records, markerKeys }: Rewrites): string[] {
  return [
    ...(records ? facts.records.paths : []),
    ...(layout.marker !== null && markerKeys.length > 0 ? [layout.marker] : []),
  ];
}
