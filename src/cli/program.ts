/** One invocation: options → lock → run → text or JSON → exit code. */
import { mkdirSync, realpathSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost } from '../host/index.ts';
import { acquireLock } from '../host/lock.ts';
import { Vault } from '../model/credentials.ts';
import {
  BusyError,
  HostError,
  hintOf,
  InterruptedError,
  messageOf,
  type Refusal,
  UsageError,
} from '../model/errors.ts';
import type { Outcome, StopSignal } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { makeReport } from '../report.ts';
import { cleanupRun, type Dialogue, planRun, type RunOptions, verifyRun } from '../run.ts';
import { toJson } from './json.ts';
import { logHeader, NO_LOG, openLog, type RunLog } from './log.ts';
import { optionPorts } from './option-ports.ts';
import { describeOptions, type Options, parseArguments, wantsJson, wishesOf } from './options.ts';
import { openProgress, withLog } from './progress.ts';
import { converse } from './questions.ts';
import { renderPlan } from './render-plan.ts';
import { renderError, renderReport } from './render-report.ts';
import { openTerminal, type Streams, type Terminal, terminalRefusal } from './terminal.ts';
import { plainView, viewOf } from './view.ts';

export interface Invocation extends Streams {
  argv: readonly string[];
  version: string;
  cwd: string;
  /** Aborted when a stop signal has arrived. */
  stop: { signal: AbortSignal; name(): StopSignal };
}

/** What is shown at the end, however it ended. */
interface Ending {
  report: Report;
  plan: Plan | null;
}

/** Runs the program once and returns its exit code. */
export async function program(invocation: Invocation): Promise<number> {
  const startedAt = performance.now();
  let options: Options;
  try {
    options = parseArguments(invocation.argv, optionPorts(invocation.cwd));
  } catch (error) {
    return usage(invocation, error, startedAt);
  }
  options = { ...options, root: realpathSync(options.root) };
  const terminal = openTerminal(invocation, { ...options, stop: invocation.stop.signal });
  const session = new Session(invocation, options, terminal, startedAt);
  const ending = await session.run();
  session.show(ending);
  return ending.report.exitCode;
}

function usage(invocation: Invocation, error: unknown, startedAt: number): number {
  if (!(error instanceof UsageError)) throw error;
  const shown = { message: error.message, hint: error.hint };
  const report = makeReport({
    command: 'cleanup',
    version: invocation.version,
    root: '/',
    outcome: 'usage',
    startedAt,
    error: shown,
  });
  if (wantsJson(invocation.argv)) invocation.stdout.write(toJson(report));
  invocation.stderr.write(renderError(shown));
  return report.exitCode;
}

class Session {
  readonly #invocation: Invocation;
  readonly #options: Options;
  readonly #terminal: Terminal;
  readonly #startedAt: number;
  readonly #vault = new Vault();
  #log: RunLog = NO_LOG;

  constructor(invocation: Invocation, options: Options, terminal: Terminal, startedAt: number) {
    this.#invocation = invocation;
    this.#options = options;
    this.#terminal = terminal;
    this.#startedAt = startedAt;
  }

  async run(): Promise<Ending> {
    try {
      const refusal = terminalRefusal(this.#options, this.#terminal);
      if (refusal) return this.#refused(refusal);
      return await this.#dispatch();
    } catch (error) {
      return this.#failed(error);
    } finally {
      this.#terminal.endQuestions();
    }
  }

  async #dispatch(): Promise<Ending> {
    const { command, root, timeoutMs } = this.#options;
    const parts = { host: createHost({ root, timeoutMs }), vault: this.#vault, dialogue: await this.#dialogue() };
    const options = this.#runOptions();
    if (command === 'verify') return { report: await verifyRun(options, parts), plan: null };
    if (command === 'plan') {
      const { report, plan, facts } = await planRun(options, parts);
      if (!this.#options.json) this.#terminal.result(renderPlan(plan, facts, this.#view()));
      return { report, plan };
    }
    const lock = acquireOrRefuse(root, this.#invocation.argv);
    if ('check' in lock) return this.#refused(lock);
    try {
      this.#log = openLog(this.#options.log, (text) => this.#vault.redact(text));
      logHeader(this.#log, {
        version: this.#invocation.version,
        options: describeOptions(this.#options),
        user: userInfo().username,
        pid: process.pid,
      });
      let plan: Plan | null = null;
      const dialogue: Dialogue = {
        ...parts.dialogue,
        progress: withLog(await openProgress(this.#terminal, this.#invocation.env), this.#log),
        planned: (facts, shown) => {
          plan = shown;
          this.#log.block(renderPlan(shown, facts, plainView({ hostname: hostname(), verbose: true })));
        },
      };
      const report = await cleanupRun(options, { ...parts, dialogue });
      return { report, plan };
    } finally {
      lock.release();
    }
  }

  async #dialogue(): Promise<Dialogue> {
    const progress = await openProgress(this.#terminal, this.#invocation.env);
    return {
      decide: (facts, wishes, replan) =>
        converse(facts, wishes, replan, { terminal: this.#terminal, view: this.#view() }),
      progress,
      planned: () => undefined,
    };
  }

  #view() {
    return viewOf(this.#terminal, { verbose: this.#options.verbose, hostname: hostname() });
  }

  #runOptions(): RunOptions {
    const { command, root, backupDir, log } = this.#options;
    return {
      command,
      version: this.#invocation.version,
      root,
      wishes: wishesOf(this.#options),
      backupDir,
      log,
      stop: this.#invocation.stop,
    };
  }

  #report(
    outcome: Outcome,
    more: { refusals?: Refusal[]; error?: { message: string; hint: string | null } } = {},
  ): Report {
    const { command, root } = this.#options;
    const { version, stop } = this.#invocation;
    return makeReport({ command, version, root, outcome, signal: stop.name(), startedAt: this.#startedAt, ...more });
  }

  #refused(refusal: Refusal): Ending {
    return { report: this.#report('refused', { refusals: [refusal] }), plan: null };
  }

  #failed(error: unknown): Ending {
    const message = this.#vault.redact(messageOf(error));
    if (error instanceof InterruptedError) return { report: this.#report('interrupted'), plan: null };
    const shown = { message, hint: hintOf(error) };
    if (error instanceof BusyError) return { report: this.#report('busy', { error: shown }), plan: null };
    if (error instanceof UsageError) return { report: this.#report('usage', { error: shown }), plan: null };
    if (error instanceof HostError) {
      // What could not even be read stops a run before its first change.
      return this.#refused({
        check: 'unreadable',
        message: `${message} Nothing was changed.`,
        hint: error.hint,
        forcible: false,
      });
    }
    if (error instanceof Error && error.stack) this.#log.block(this.#vault.redact(error.stack));
    const hint =
      this.#log === NO_LOG
        ? 'This is a bug: please report it with the command line.'
        : `This is a bug: please report it with the log ${this.#log.path}.`;
    return { report: this.#report('internal', { error: { message, hint } }), plan: null };
  }

  /** The end of every run: one JSON document, or the report as text; both in the log. */
  show({ report, plan }: Ending): void {
    const { json, command } = this.#options;
    const text =
      report.error && report.host === null
        ? renderError(report.error)
        : renderReport(report, plan, plainView({ hostname: hostname(), verbose: true }));
    this.#log.block(text);
    this.#log.close();
    if (json) {
      this.#terminal.result(toJson(report));
    } else if (report.error && report.host === null) {
      this.#invocation.stderr.write(renderError(report.error, this.#view()));
    } else if (command !== 'plan' || plan === null) {
      this.#terminal.result(renderReport(report, plan, this.#view()));
    }
  }
}

/** The lock lies in /run; a root that has none yet gets it, as the next boot would. */
function acquireOrRefuse(root: string, argv: readonly string[]): ReturnType<typeof acquireLock> | Refusal {
  const path = join(root, 'run/engine-cleanup.lock');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    return acquireLock(path, {
      pid: process.pid,
      user: userInfo().username,
      startedAt: new Date().toISOString(),
      command: ['engine-cleanup', ...argv].join(' '),
    });
  } catch (error) {
    if (error instanceof BusyError) throw error;
    const message =
      root === '/'
        ? `This needs root, and the caller is ${userInfo().username}.`
        : `${root} may not be written by ${userInfo().username}.`;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      return {
        check: 'not-root',
        message: `${message} Nothing was changed.`,
        hint: 'Run it as root, for example with sudo.',
        forcible: false,
      };
    }
    throw error;
  }
}
