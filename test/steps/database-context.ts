/** A context in which the steps of a database run against a throw-away server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backup } from '../../src/backup/backup.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Warning } from '../../src/model/errors.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import type { PostgresServer } from '../fixture/postgres.ts';
import { databasesOf, LIMIT } from '../host/postgres/helpers.ts';

const PLAN: Plan = {
  schema: 'engine-cleanup/plan@1',
  root: '/',
  release: '4.5',
  mode: 'drop',
  keepPki: false,
  databases: [],
  steps: [],
  kept: [],
  refusals: [],
  warnings: [],
  changed: [],
  backupDir: null,
  answers: [],
};

export interface TestContext extends StepContext {
  warnings: Warning[];
  stop: AbortController;
  /** Removes the backup and ends what is still open. */
  end(): Promise<void>;
}

/** Passwords are put into `vault` by the test, which names them in the step's credentials. */
export function stepContext(server: PostgresServer, more: Partial<StepContext> = {}): TestContext {
  const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-step-'));
  const stop = new AbortController();
  const warnings: Warning[] = [];
  const tool = (name: string) => ({ path: join(server.programs.bin, name), version: server.programs.major * 10000 });
  const context: TestContext = {
    plan: PLAN,
    version: '0.0.0',
    // Only the databases are used.
    host: { databases: databasesOf(server) } as StepContext['host'],
    layout: g5,
    vault: new Vault(),
    tools: { pgDump: tool('pg_dump'), pgRestore: tool('pg_restore'), psql: tool('psql'), tar: null },
    timeoutMs: LIMIT,
    extraCa: [],
    backup: new Backup(dir, 'run-1'),
    runDir: dir,
    sessions: new Map(),
    undo: { services: [], databases: [] },
    onBytes: () => undefined,
    warn: (warning) => void warnings.push(warning),
    signal: stop.signal,
    warnings,
    stop,
    async end() {
      for (const session of context.sessions.values()) await session.abort();
      rmSync(dir, { recursive: true, force: true });
    },
    ...more,
  };
  return context;
}
