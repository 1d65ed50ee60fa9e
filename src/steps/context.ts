/** What a step may use, and what every kind of step provides. */

import type { Backup } from '../backup/backup.ts';
import type { Host } from '../host/port.ts';
import type { ClearSession } from '../host/postgres/clear.ts';
import type { AdminServer, Vault } from '../model/credentials.ts';
import type { Warning } from '../model/errors.ts';
import type { ToolFacts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Plan, Step, StepKind, StepOf } from '../model/plan.ts';

export interface StepContext {
  plan: Plan;
  /** Of this program, for the backup's README. */
  version: string;
  host: Host;
  layout: Layout;
  vault: Vault;
  tools: ToolFacts;
  timeoutMs: number;
  /** PEM texts of CAs beside the system's, for databases that verify their server. */
  extraCa: string[];
  backup: Backup | null;
  /** Real path of the run's own directory. */
  runDir: string;
  /** Transactions that hold a database still between its dump and what clears or drops it, by the key of the database. */
  sessions: Map<string, ClearSession>;
  /** What was stopped and closed, for the way back when nothing was destroyed yet. */
  undo: { services: string[]; databases: { database: string; server: AdminServer; limit: number }[] };
  /** Bytes of a long step, against what is expected. */
  onBytes(done: number, expected: number | null): void;
  warn(warning: Warning): void;
  /** Aborted when the operator asked to stop: a running dump is ended. */
  signal: AbortSignal;
}

/**
 * One kind of step. `probe` alone gives idempotence, resuming after a crash and the "already" of a report: it asks the host whether
 * the goal is true, never the journal.
 */
export interface StepRunner<K extends StepKind> {
  /** Every host path, unit or database the step touches: written to the journal before it begins. */
  touches(step: StepOf<K>): string[];
  /** Host paths at which the step leaves something else than nothing: what that is goes into the journal, by which restore knows it again. */
  writes?(step: StepOf<K>): string[];
  probe(step: StepOf<K>, context: StepContext): Promise<boolean>;
  apply(step: StepOf<K>, context: StepContext): Promise<void>;
}

export type StepRunners = { [K in StepKind]: StepRunner<K> };

/** The runner of a step, with the types of the two tied together. */
export function runnerOf(runners: StepRunners, step: Step): StepRunner<StepKind> {
  return runners[step.kind] as unknown as StepRunner<StepKind>;
}
