/** From facts, plan and execution to the report. Pure. */
import type { Execution } from './apply/execute.ts';
import { reported } from './apply/execute.ts';
import type { Refusal, Warning } from './model/errors.ts';
import type { Facts } from './model/facts.ts';
import { exitCodeOf, type Outcome, type StopSignal } from './model/outcome.ts';
import { shownTarget } from './model/paths.ts';
import { databaseKey, type Plan } from './model/plan.ts';
import type { Command, ListedRun, Report, ReportedDatabase, ReportedStep, Verdict } from './model/report.ts';

export interface ReportInput {
  command: Command;
  version: string;
  root: string;
  outcome: Outcome;
  signal?: StopSignal;
  startedAt: number;
  facts?: Facts | null;
  plan?: Plan | null;
  steps?: ReportedStep[];
  execution?: Execution | null;
  verdict?: Verdict | null;
  run?: Report['run'];
  refusals?: Refusal[];
  warnings?: Warning[];
  /** By the key of the database. */
  dumps?: ReadonlyMap<string, string>;
  /** Answer files of emptied databases, by the same key. */
  answerFiles?: ReadonlyMap<string, string>;
  /** Services that were started again where nothing had been destroyed. */
  restarted?: string[] | undefined;
  error?: { message: string; hint: string | null } | null;
  /** Of the command `runs`. */
  runs?: ListedRun[];
}

/** The steps of a plan that was not executed. */
export function plannedSteps(plan: Plan, touches: (step: Plan['steps'][number]) => string[]): ReportedStep[] {
  return plan.steps.map((step) => reported(step, 'planned', touches(step)));
}

function databases(input: ReportInput): ReportedDatabase[] {
  const planned = input.plan?.databases;
  if (planned)
    return planned.map((database) => {
      const answers = input.answerFiles?.get(databaseKey(database));
      const backup = input.dumps?.get(databaseKey(database)) ?? null;
      return { ...database, backup, ...(answers === undefined ? {} : { answers }) };
    });
  return (input.facts?.databases ?? []).map((fact) => ({
    component: fact.component,
    name: fact.credentials?.database ?? '',
    host: fact.credentials?.host ?? '',
    port: fact.credentials?.port ?? 5432,
    role: fact.credentials?.role ?? '',
    local: fact.local,
    action: null,
    why: fact.foreign ?? '',
    sizeBytes: fact.content?.sizeBytes ?? null,
    backup: null,
  }));
}

/** What both verbs share speaks of a cleanup: whoever restores continues with a restore. */
function asVerb<T extends { hint?: string | null }>(command: Command, told: T): T {
  if (command !== 'restore' || !told.hint) return told;
  return { ...told, hint: told.hint.replace(/\b([Rr]un) engine-cleanup again\b/g, '$1 engine-cleanup restore again') };
}

/** Builds the report that is printed as JSON, rendered as text and written into the run's directory. */
export function makeReport(input: ReportInput): Report {
  const { facts, plan, root } = input;
  return {
    schema: 'engine-cleanup/report@1',
    command: input.command,
    version: input.version,
    outcome: input.outcome,
    exitCode: exitCodeOf(input.outcome, input.signal),
    changed: input.execution?.changed ?? false,
    root,
    run: input.run ?? null,
    host: facts
      ? { generation: facts.release, components: facts.components, setup: facts.setup, package: facts.package }
      : null,
    databases: databases(input),
    steps: (input.steps ?? []).map((step) => asVerb(input.command, step)),
    kept: (plan?.kept ?? []).map(({ target, ...kept }) => ({ target: shownTarget(root, target), ...kept })),
    refusals: (input.refusals ?? plan?.refusals ?? []).map((refusal) => asVerb(input.command, refusal)),
    warnings: input.warnings ?? plan?.warnings ?? [],
    verify: input.verdict ?? null,
    ...(input.restarted ? { intact: true, restarted: input.restarted } : {}),
    ...(plan && plan.answers.length > 0 ? { answers: plan.answers } : {}),
    ...(plan?.restores ? { restores: plan.restores.run } : {}),
    ...(plan?.continues ? { continues: plan.continues } : {}),
    ...(input.runs ? { runs: input.runs } : {}),
    ...(input.error ? { error: asVerb(input.command, input.error) } : {}),
    durationMs: Math.round(performance.now() - input.startedAt),
  };
}
