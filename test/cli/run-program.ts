/** The program from its command line to its exit code, below a root, with work of the test's own behind the words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { program } from '../../src/cli/program.ts';
import type { Input } from '../../src/cli/terminal.ts';
import type { Work } from '../../src/cli/work.ts';
import type { Host } from '../../src/host/port.ts';
import type { StopSignal } from '../../src/model/outcome.ts';
import type { Report } from '../../src/model/report.ts';
import type { RunOptions, RunParts } from '../../src/run.ts';
import { executed, planned, ran, report } from './reports.ts';
import { host, planOf, Sink } from './samples.ts';
import { validateReport } from './schema.ts';

/** What every run that throws has in its vault. */
export const SECRET = 'SECRET-of-the-engine';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** Empty where there is no log. */
  log: string;
  locks: string[];
}

export interface How {
  work?: Partial<Work>;
  /** Lines typed on a terminal; without it there is none. */
  typed?: string[];
  stop?: { controller: AbortController; name: StopSignal };
  crash?: Promise<never>;
}

export async function run(root: string, argv: string[], { work, typed, stop, crash }: How = {}): Promise<Ended> {
  const terminal = typed !== undefined;
  const stdin: Input = new PassThrough();
  stdin.isTTY = terminal;
  (stdin as PassThrough).end((typed ?? []).map((line) => `${line}\n`).join(''));
  const stdout = terminal ? (Sink.terminal() as Sink) : new Sink();
  const stderr = terminal ? (Sink.terminal() as Sink) : new Sink();
  const locks: string[] = [];
  const code = await program(
    {
      argv: ['--root', root, ...argv],
      version: '1.2.3',
      cwd: root,
      stdin,
      stdout,
      stderr,
      env: { NO_COLOR: '1', TERM: 'xterm' },
      stop: { signal: (stop?.controller ?? new AbortController()).signal, name: () => stop?.name ?? 'SIGINT' },
      ...(crash ? { crash } : {}),
    },
    async () => ({
      host: () => ({}) as Host,
      lock: (path) => {
        locks.push(`take ${path}`);
        return { release: () => void locks.push(`release, log ${logText(root) === '' ? 'empty' : 'written'}`) };
      },
      plan: async () => {
        throw new Error('no plan here');
      },
      verify: async () => report({ command: 'verify', outcome: 'ok', verdict: { ready: true, checks: [] } }),
      cleanup,
      restore: async () => report({ command: 'restore', outcome: 'nothing-to-do' }),
      list: () => [],
      prune: () => [],
      ...work,
    }),
  );
  return { code, stdout: stdout.text, stderr: stderr.text, log: logText(root), locks };
}

function logText(root: string): string {
  const path = join(root, 'var/log/ovirt-engine/engine-cleanup.log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** A run on the sample host that talks, plans and reports as the real one does, and touches nothing. */
async function cleanup(options: RunOptions, { dialogue }: RunParts): Promise<Report> {
  const facts = host();
  const replan = (wishes: RunOptions['wishes']) => planOf(facts, wishes);
  const plan = await dialogue.decide(facts, options.wishes, replan);
  if (plan === null) return { ...planned('declined', facts, planOf(facts)), root: options.root };
  dialogue.planned(facts, plan);
  for (const [index, step] of plan.steps.entries()) {
    dialogue.progress.begin(step, index, plan.steps.length);
    dialogue.progress.end(step, 'done', 1, null);
  }
  return {
    ...ran(
      'ok',
      facts,
      plan,
      executed(plan, () => 'done'),
    ),
    root: options.root,
  };
}

/** A run that throws after so many steps. */
export function throwing(error: unknown, steps: number): Work['cleanup'] {
  return async (options, { dialogue, vault }) => {
    vault.put(SECRET);
    const facts = host();
    const plan = planOf(facts, options.wishes);
    if (steps > 0) {
      dialogue.planned(facts, plan);
      for (const [index, step] of plan.steps.slice(0, steps).entries()) {
        dialogue.progress.begin(step, index, plan.steps.length);
        if (index < steps - 1) dialogue.progress.end(step, 'done', 1, null);
      }
    }
    throw error;
  };
}

export function json({ stdout }: Ended): Report {
  const read = JSON.parse(stdout) as Report;
  expect(validateReport(read)).toEqual([]);
  return read;
}
