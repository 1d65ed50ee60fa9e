/** Reports for every way in which a run can end, made from the sample host's plans. */
import { changesHost, type Execution, reported } from '../../src/apply/execute.ts';
import type { Facts } from '../../src/model/facts.ts';
import { databaseKey, type Plan, type Step } from '../../src/model/plan.ts';
import type { Report, ReportedStep, StepStatus } from '../../src/model/report.ts';
import { makeReport, plannedSteps, type ReportInput } from '../../src/report.ts';
import { runnerOf } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { verify } from '../../src/verify/index.ts';
import { RUN } from './samples.ts';

export const LOG = '/var/log/ovirt-engine/engine-cleanup.log';

function touches(step: Step): string[] {
  return runnerOf(RUNNERS, step).touches(step);
}

/** The steps of a plan, each with the status that a function gives it. */
export function executed(plan: Plan, statusOf: (step: Step, index: number) => StepStatus): Execution {
  const steps = plan.steps.map((step, index): ReportedStep => {
    const status = statusOf(step, index);
    return { ...reported(step, status, touches(step)), ms: status === 'done' ? 120 : 0 };
  });
  const acted = plan.steps.filter((_, index) => ['done', 'failed'].includes(steps[index]?.status ?? ''));
  return {
    steps,
    warnings: [],
    changed: acted.some(changesHost),
    destroyed: acted.some(({ destructive }) => destructive),
    interrupted: steps.some(({ status }) => status === 'skipped'),
  };
}

/** Every step done but one, which fails; what depends on it is blocked. */
export function failingAt(plan: Plan, id: string, error: string, hint: string): Execution {
  const bad = new Set<string>([id]);
  const execution = executed(plan, (step) => {
    if (step.id === id) return 'failed';
    if (!step.needs.some((need) => bad.has(need))) return 'done';
    bad.add(step.id);
    return 'blocked';
  });
  for (const step of execution.steps) {
    if (step.status === 'failed') Object.assign(step, { error, hint });
    if (step.status === 'blocked') step.error = `needs ${plan.steps.find((one) => one.id === id)?.title}`;
  }
  return execution;
}

/** A report with what every report has. */
export function report(input: Partial<ReportInput> & Pick<ReportInput, 'outcome'>): Report {
  const made = makeReport({ command: 'cleanup', version: '0.1.0', root: '/', startedAt: performance.now(), ...input });
  return { ...made, durationMs: 4200 };
}

/** The report of an execution. */
export function ran(outcome: Report['outcome'], facts: Facts, plan: Plan, execution: Execution): Report {
  const sealed = execution.steps.some(({ kind, status }) => kind === 'backup-seal' && status === 'done');
  const backup = plan.backupDir;
  const dumped = execution.steps.filter(({ kind, status }) => kind === 'database-dump' && status === 'done');
  const stopped = execution.steps.filter(({ kind, status }) => kind === 'service-stop' && status === 'done');
  const early = (outcome === 'incomplete' || outcome === 'interrupted') && !execution.destroyed;
  const gone = { ...facts.pki, present: [], ca: 'absent' as const };
  const verdict = outcome === 'interrupted' ? null : verify({ ...facts, pki: gone, files: [], databases: [] }, false);
  return report({
    outcome,
    facts,
    plan,
    execution,
    steps: execution.steps,
    verdict,
    restarted: early ? stopped.map(({ target }) => target) : undefined,
    answerFiles: new Map(
      plan.databases
        .filter(({ action }) => sealed && action === 'clear')
        .map((database) => [databaseKey(database), `${backup}/${database.component}-answers.conf`]),
    ),
    dumps: new Map(sealed ? dumped.map(({ id }) => [id.slice(5), `${backup}/${id.slice(5)}.dump`]) : []),
    run: { id: RUN, log: LOG, backup },
  });
}

/** The report of a plan that was not executed. */
export function planned(outcome: Report['outcome'], facts: Facts, plan: Plan, more: Partial<ReportInput> = {}): Report {
  return report({ outcome, facts, plan, steps: plannedSteps(plan, touches), ...more });
}
