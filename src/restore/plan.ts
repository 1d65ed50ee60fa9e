/**
 * Findings and wishes → the plan of a restore. Pure, and the only place that knows its order: the removal read backwards (docs/decisions/0013-restore.md). What is replaced is backed up first, and
 * each step that puts something back needs all before it.
 */
import type { Refusal, Warning } from '../model/errors.ts';
import type { Release } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Kept, Plan, PlannedDatabase, Wishes } from '../model/plan.ts';
import { StepList } from '../plan/build.ts';
import { dropForced, forcedWarnings } from '../plan/forced.ts';
import { isSuperuser } from '../plan/servers.ts';
import { conflictsOf, refusalsOf } from './conflicts.ts';
import { planDumps, planEmptying } from './database-steps.ts';
import { planArchives, planFiles, planMakeDirectories, planRemoveDirectories } from './file-steps.ts';
import { othersWarnings, planFilling, planRows } from './filling-steps.ts';
import type { Findings } from './findings.ts';
import { openingOf } from './held.ts';
import { ovnWarnings, planOvnRows } from './ovn.ts';
import { planBoot, planStarts, planStops, serviceWarnings } from './service-steps.ts';

export interface RestoreTarget {
  root: string;
  release: Release | null;
  /** The run that is put back, and its backup. */
  run: string;
  backup: string;
  /** Of the run that was put back, for names and places. */
  databases: readonly PlannedDatabase[];
  /** Real path of the directory this restore's own backup will be made in. */
  backupDir: string;
  /** An earlier restore was to reload the web server. */
  owesReload: boolean;
}

/** What the operator has to know of it (docs/safety.md). */
const TRUSTED = '; filled by a superuser, as whom code that its owner left in it runs';

function plannedDatabases(findings: Findings, acts: Acts, target: RestoreTarget): PlannedDatabase[] {
  return findings.databases.map((finding) => {
    const { component, credentials, before, now, way } = finding;
    const { database: name, host, port, role } = credentials;
    const known = target.databases.find((one) => one.component === component && one.name === name);
    const action = before.state === 'full' ? 'restore' : before.state === 'empty' ? 'clear' : 'drop';
    const trusted = acts(finding) && way.as === 'admin' && isSuperuser(way.server) ? TRUSTED : '';
    const why =
      before.state === 'full'
        ? `as it was before run ${target.run}; now ${now === 'full' ? 'there' : now}${trusted}`
        : `run ${target.run} had put it back`;
    return { component, name, host, port, role, local: known?.local ?? false, action, why, sizeBytes: null };
  });
}

function keptOf(findings: Findings, root: string): Kept[] {
  const why = 'was put back before, and changed since';
  const files = findings.files.flatMap((group) => group.files.filter(({ verdict }) => verdict === 'since'));
  const databases = findings.databases.filter(({ verdict }) => verdict === 'since');
  return [
    ...files.map(({ path }) => ({ target: realPath(root, path), why })),
    ...databases.map(({ credentials }) => ({ target: `database "${credentials.database}"`, why })),
  ];
}

function closedWarnings({ unasked }: Findings): Warning[] {
  return unasked.map(({ database, trouble }) => ({
    code: 'closed-database',
    message: `Whether database "${database}" is still closed to connections cannot be told: ${trouble.replace(/[.!]?$/, '.')} ${openingOf(database)}`,
  }));
}

/** True for what this plan changes: what the run left, and what changed since where the operator overwrites it. */
export type Acts = (finding: { verdict: 'before' | 'left' | 'changed' | 'since' }) => boolean;

export function makeRestorePlan(findings: Findings, wishes: Wishes, target: RestoreTarget): Plan {
  const { root, release, run, backup } = target;
  const forced = wishes.force.includes('overwrite');
  const acts: Acts = ({ verdict }) => verdict === 'left' || (forced && verdict !== 'before');
  const list = new StepList();
  const chain = (): string[] => list.steps.map(({ id }) => id);

  const unsealed = findings.closed.map(({ database, server }) =>
    list.add(
      {
        kind: 'database-unseal',
        id: `unseal:${database}`,
        title: `Reopen database "${database}", which run ${run} closed`,
        target: database,
        destructive: false,
        database,
        server,
      },
      [],
    ),
  );
  const stopped = planStops(findings, acts, list);
  const before = [...unsealed, ...stopped];
  const replaced = planDumps(findings, acts, list, before);
  planArchives(findings, acts, list, before);
  const copied = list.ids('database-dump', 'roles-dump', 'files-archive');
  // Also where nothing is replaced: the manifest says what this restore found, and so how to undo it.
  const seal = list.add(
    {
      kind: 'backup-seal',
      id: 'seal:backup',
      title: 'Write the manifest of the backup',
      target: 'manifest.json',
      destructive: false,
      databases: replaced,
    },
    [...before, ...copied],
  );
  planEmptying(findings, acts, list, [...before, ...copied, seal]);
  planMakeDirectories(findings, list, root, chain);
  planFiles(findings, acts, list, root, chain);
  planRemoveDirectories(findings, list, root, chain);
  planFilling(findings, acts, list, chain);
  planRows(findings, acts, list, chain);
  planOvnRows(findings, acts, list, chain);
  planBoot(findings, list, chain);
  planStarts(findings, acts, list, chain, target.owesReload);
  // Nothing is to be put back: there is nothing to back up either.
  const steps = list.steps.at(-1)?.kind === 'backup-seal' ? list.steps.slice(0, unsealed.length) : list.steps;

  const conflicts = conflictsOf(findings, root);
  const refusals: Refusal[] = refusalsOf(findings, conflicts, run, root);
  const warnings: Warning[] = [
    ...serviceWarnings(findings),
    ...closedWarnings(findings),
    ...ovnWarnings(findings, run, backup),
    ...othersWarnings(findings, acts, backup),
    ...forcedWarnings(refusals, wishes),
  ];
  return {
    schema: 'engine-cleanup/plan@1',
    root,
    release,
    mode: 'restore',
    restores: { run, backup },
    keepPki: true,
    databases: plannedDatabases(findings, acts, target),
    steps,
    kept: forced ? [] : keptOf(findings, root),
    refusals: dropForced(refusals, wishes),
    warnings,
    changed: conflicts,
    backupDir: steps.length > unsealed.length ? target.backupDir : null,
    answers: [],
  };
}
