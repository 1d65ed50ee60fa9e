/** One command from its options to what is shown at the end, however it ends. */
import { hostname } from 'node:os';
import type { Host } from '../host/port.ts';
import { Vault } from '../model/credentials.ts';
import type { Refusal } from '../model/errors.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { StopSignal } from '../model/outcome.ts';
import { isBelow } from '../model/paths.ts';
import { makeReport } from '../report.ts';
import type { RunOptions, RunParts } from '../run.ts';
import { accountName, callerName } from './caller.ts';
import { cleanupDialogue, type Desk, restoreDialogue } from './dialogues.ts';
import { type End, endOf, unchanged } from './ending.ts';
import { logHeader, NO_LOG, openLog, type RunLog } from './log.ts';
import { describeOptions, type Options, wishesOf } from './options.ts';
import { type Display, openProgress } from './progress.ts';
import { renderReport } from './render-report.ts';
import { listAndPrune } from './runs.ts';
import { printable } from './safe.ts';
import { type Ending, show } from './show.ts';
import { interruption } from './stop.ts';
import { takeLock } from './take-lock.ts';
import { type Streams, type Terminal, terminalRefusal } from './terminal.ts';
import { plainView, type View, viewOf } from './view.ts';
import { Witness } from './witness.ts';
import type { Work } from './work.ts';

export interface Invocation extends Streams {
  argv: readonly string[];
  version: string;
  cwd: string;
  /** Aborted when a stop signal has arrived. */
  stop: { signal: AbortSignal; name(): StopSignal };
  /** Rejects with an error that no promise of the run carries (thrown in an event handler): it ends the run like any other. */
  crash?: Promise<never>;
}

export class Session {
  readonly #invocation: Invocation;
  readonly #options: Options;
  readonly #terminal: Terminal;
  readonly #openWork: () => Promise<Work>;
  readonly #startedAt: number;
  readonly #vault = new Vault();
  readonly #witness = new Witness();
  readonly #display: Display;
  #log: RunLog = NO_LOG;

  constructor(
    invocation: Invocation,
    options: Options,
    terminal: Terminal,
    openWork: () => Promise<Work>,
    startedAt: number,
  ) {
    this.#invocation = invocation;
    this.#options = options;
    this.#terminal = terminal;
    this.#openWork = openWork;
    this.#startedAt = startedAt;
    this.#display = openProgress(terminal, invocation.stop.signal);
  }

  /** Runs the command and shows how it ended. Returns the exit code. */
  async run(): Promise<number> {
    const ending = await this.#guarded(() => this.#dispatch());
    this.#terminal.endQuestions();
    this.#display.clear();
    const { json, unattended } = this.#options;
    const talked = !unattended && (this.#witness.facts !== null || this.#witness.plan !== null);
    show(ending, { terminal: this.#terminal, view: this.#view(), json, below: this.#witness.begun || talked });
    return ending.report.exitCode;
  }

  /** The ending of some work, or of the error that ended it. */
  async #guarded(work: () => Promise<Ending>): Promise<Ending> {
    try {
      return await work();
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #dispatch(): Promise<Ending> {
    const { command, root, timeoutMs, unattended, prune } = this.#options;
    // What changes something asks before, and holds the lock.
    const changes = command === 'cleanup' || command === 'restore' || prune !== null;
    const refusal = terminalRefusal(changes && !unattended, this.#terminal);
    if (refusal) return this.#refused(refusal);
    const work = await this.#openWork();
    const host = work.host({ root, timeoutMs });
    const run = (): Promise<Ending> => this.#works[command](work, host);
    return changes ? this.#locked(work, run) : run();
  }

  /** What each word does. */
  readonly #works: Record<Options['command'], (work: Work, host: Host) => Promise<Ending>> = {
    cleanup: async (work, host) => {
      this.#display.wait('Looking at the host');
      const report = await this.#unlessStopped(work.cleanup(this.#runOptions(), this.#parts(host)));
      return { report, plan: this.#witness.plan, facts: this.#witness.facts };
    },
    plan: (work, host) => {
      this.#display.wait('Looking at the host');
      return this.#unlessStopped(work.plan(this.#runOptions(), this.#parts(host)));
    },
    verify: async (work, host) => {
      this.#display.wait('Looking at the host');
      const report = await this.#unlessStopped(work.verify(this.#runOptions(), this.#parts(host)));
      return { report, plan: null, facts: null };
    },
    restore: async (work, host) => {
      this.#display.wait('Reading the backup');
      const options = { ...this.#runOptions(), source: this.#options.run };
      const parts = { host, vault: this.#vault, dialogue: restoreDialogue(this.#desk()) };
      const report = await this.#unlessStopped(work.restore(options, parts));
      return { report, plan: this.#witness.plan, facts: null };
    },
    runs: async (work) => {
      const { root, prune } = this.#options;
      const about = { root, prune, version: this.#invocation.version, startedAt: this.#startedAt };
      return { report: await listAndPrune(work, about, this.#desk()), plan: null, facts: null };
    },
  };

  #parts(host: Host): RunParts {
    return { host, vault: this.#vault, dialogue: cleanupDialogue(this.#desk()) };
  }

  /**
   * Until the first step there is nothing to bring to an end: a stop signal is obeyed at once. After it, the run itself obeys. A crash ends the
   * work at any time.
   */
  async #unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { stop, crash } = this.#invocation;
    const stopped = interruption(stop.signal, () => !this.#witness.begun);
    try {
      return await Promise.race([work, stopped.promise, ...(crash ? [crash] : [])]);
    } finally {
      stopped.off();
    }
  }

  /** Everything that changes the host happens between taking the lock and giving it back; so does what the log says of it. */
  async #locked(work: Work, run: () => Promise<Ending>): Promise<Ending> {
    const { root } = this.#options;
    const { argv } = this.#invocation;
    const user = accountName();
    const startedAt = new Date().toISOString();
    const command = printable(['engine-cleanup', ...argv].join(' '));
    const lock = await takeLock(work, root, { pid: process.pid, user, startedAt, command });
    if ('check' in lock) return this.#refused(lock);
    try {
      const refusal = this.#openLog();
      if (refusal) return this.#refused(refusal);
      const ending = await this.#guarded(run);
      this.#logEnding(ending);
      return ending;
    } finally {
      this.#log.close();
      lock.release();
    }
  }

  #openLog(): Refusal | null {
    const { log: path, root } = this.#options;
    try {
      const confined = isBelow(path, root) ? { below: root } : {};
      this.#log = openLog(path, (text) => this.#vault.redact(text), confined);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      const message = unchanged(messageOf(error));
      return { check: 'log', message, hint: error.hint, forcible: false };
    }
    const { version, env } = this.#invocation;
    const options = describeOptions(this.#options);
    logHeader(this.#log, { version, options, user: callerName(env), pid: process.pid });
    return null;
  }

  #logEnding({ report, plan }: Ending): void {
    this.#log.line(`ends: ${report.outcome}, exit ${report.exitCode}`);
    this.#log.block(renderReport(report, plan, plainView({ hostname: hostname() })));
    const { path, trouble } = this.#log;
    if (trouble === null) return;
    const warning = { code: 'log', message: `The log ${path} is not whole: ${trouble}` };
    report.warnings = [...report.warnings, warning];
  }

  /** What the dialogues with the operator work with. */
  #desk(): Desk {
    const { explicit, unattended, verbose } = this.#options;
    return {
      terminal: this.#terminal,
      view: this.#view(),
      logView: plainView({ hostname: hostname() }),
      display: this.#display,
      log: () => this.#log,
      witness: this.#witness,
      given: explicit,
      unattended,
      verbose,
    };
  }

  #view(): View {
    return viewOf(this.#terminal, { verbose: this.#options.verbose, hostname: hostname() });
  }

  #runOptions(): RunOptions {
    const { command, root, backupDir, log } = this.#options;
    const { version, stop } = this.#invocation;
    return { command, version, root, wishes: wishesOf(this.#options), backupDir, log, stop };
  }

  #ending(end: End): Ending {
    const { command, root, backupDir } = this.#options;
    const { version, stop } = this.#invocation;
    const { facts, plan } = this.#witness;
    const execution = this.#witness.execution();
    const report = makeReport({
      command,
      version,
      root,
      signal: stop.name(),
      startedAt: this.#startedAt,
      facts,
      plan,
      execution,
      steps: execution?.steps ?? [],
      run: this.#witness.run(this.#log.path, backupDir),
      ...end,
    });
    return { report, plan, facts };
  }

  #refused(refusal: Refusal): Ending {
    return this.#ending({ outcome: 'refused', refusals: [refusal] });
  }

  #failed(error: unknown): Ending {
    const redact = (text: string): string => this.#vault.redact(text);
    const end = endOf(error, { begun: this.#witness.begun, log: this.#log.path, redact });
    if (end.outcome === 'internal' && error instanceof Error) this.#log.block(error.stack ?? error.message);
    return this.#ending(end);
  }
}
