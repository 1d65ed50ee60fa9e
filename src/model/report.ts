/** The report of a run, exactly as `--json` prints it (schema/report.schema.json). */
import type { Refusal, Warning } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { DatabaseAction, Kept } from './plan.ts';
import type { ContinuedRun } from './unfinished.ts';

export type Command = 'cleanup' | 'plan' | 'verify' | 'restore' | 'runs';

export type StepStatus = 'planned' | 'done' | 'already' | 'failed' | 'blocked' | 'skipped';

export interface ReportedStep {
  id: string;
  kind: string;
  target: string;
  title: string;
  status: StepStatus;
  error: string | null;
  /** The way on, where the step failed. */
  hint?: string;
  ms: number;
  /** Every path the step touches, where it touches several. */
  paths?: string[];
}

export interface ReportedDatabase {
  component: string;
  name: string;
  host: string;
  port: number;
  role: string;
  local: boolean;
  action: DatabaseAction | null;
  why: string;
  sizeBytes: number | null;
  backup: string | null;
  /** File in the backup by which engine-setup uses it again: of one that was emptied, so that its credentials left the host. */
  answers?: string;
  /** Left beside the component's own database by an upgrade of 3.1 or 3.2. */
  leftover?: true;
}

export interface Check {
  id: string;
  ok: boolean;
  detail: string;
  /** An obstacle stops or spoils engine-setup; a warning does not. Only obstacles make a host unready. */
  severity?: 'obstacle' | 'warning';
  hint?: string;
}

export interface Verdict {
  ready: boolean;
  checks: Check[];
}

/** A run as `runs` lists it. */
export interface ListedRun {
  id: string;
  /** ISO time. */
  started: string;
  command: 'cleanup' | 'restore';
  /** `unfinished`: it was killed, or goes on. */
  outcome: Outcome | 'unfinished';
  /** Real path; null where none was made. */
  backup: string | null;
  /** Of the backup, as far as it is there. */
  sizeBytes: number;
  /** `none`: none was made; for the others see src/restore/runs.ts. */
  state: 'whole' | 'partial' | 'damaged' | 'gone' | 'none';
  /** What is wrong with run or backup; null where nothing is. */
  why: string | null;
  /** The run that put it back; null where none did. */
  restoredBy: string | null;
  /** Of a restore: the run that it puts back, or began to. */
  restores: string | null;
  /** Of a cleanup: the unfinished one that it went on with. */
  continues: string | null;
}

export interface Report {
  schema: 'engine-cleanup/report@1';
  command: Command;
  version: string;
  outcome: Outcome;
  exitCode: number;
  changed: boolean;
  root: string;
  /** Of the command `restore`: the run that is put back. */
  restores?: string;
  /** The run that did not come to its end, and with which this one goes on. */
  continues?: ContinuedRun;
  /** Of the command `runs`: the oldest first. */
  runs?: ListedRun[];
  run: { id: string; log: string; backup: string | null } | null;
  host: {
    generation: string | null;
    components: string[];
    setup: 'complete' | 'failed' | 'none';
    package: 'installed' | 'removed' | 'reinstalled' | 'unknown';
  } | null;
  databases: ReportedDatabase[];
  steps: ReportedStep[];
  kept: Kept[];
  refusals: Refusal[];
  warnings: Warning[];
  verify: Verdict | null;
  /** The run did not come to its end, but nothing that only a backup brings back was destroyed: what had been stopped was started again. */
  intact?: boolean;
  /** Services that had been stopped and run again. */
  restarted?: string[];
  /** What engine-setup will find or ask next, after a run that kept a database. */
  answers?: string[];
  /** Why the run ended as it did, where that is not in the steps (usage, busy, internal). */
  error?: { message: string; hint: string | null } | null;
  durationMs: number;
}
