/** One command from its options to what is shown at the end, however it ends. */
import { hostname } from 'node:os';
import type { Host } from '../host/port.ts';
import { Vault } from '../model/credentials.ts';
import type { Refusal, Warning } from '../model/errors.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { Outcome, StopSignal } from '../model/outcome.ts';
import { isBelow } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';
import { makeReport, type ReportInput } from '../report.ts';
import { runsToPrune } from '../restore/prune.ts';
import type { RestoreDialogue } from '../restore/run.ts';
import type { Dialogue, RunOptions } from '../run.ts';
import { accountName, callerName } from './caller.ts';
import { type End, endOf, unchanged } from './ending.ts';
import { logHeader, NO_LOG, openLog, type RunLog } from './log.ts';
import { describeOptions, type Options, wishesOf } from './options.ts';
import { type Display, openProgress, withLog } from './progress.ts';
import { converse, PROCEED_QUESTION } from './questions.ts';
import { renderPlan } from './render-plan.ts';
import { renderReport } from './render-report.ts';
import { pruneText, renderRestorePlan } from './render-restore.ts';
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

interface Verb {
  asks: boolean;
  locks: boolean;
  run(work: Work, host: Host): Promise<Ending>;
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
    const { command, root, timeoutMs, unattended } = this.#options;
    const { asks, locks, run } = this.#verbs[command];
    const pruning = this.#options.prune !== null;
    const refusal = terminalRefusal((asks || pruning) && !unattended, this.#terminal);
    if (refusal) return this.#refused(refusal);
    const work = await this.#openWork();
    const host = work.host({ root, timeoutMs });
    return locks || pruning ? this.#locked(work, () => run(work, host)) : run(work, host);
  }

  /** What each word needs and does. `asks`: it talks with the operator. `locks`: it changes the host, and is logged. */
  readonly #verbs: Record<Options['command'], Verb> = {
    cleanup: {
      asks: true,
      locks: true,
      run: async (work, host) => {
        this.#display.wait('Looking at the host');
        const parts = { host, vault: this.#vault, dialogue: this.#dialogue() };
        const report = await this.#unlessStopped(work.cleanup(this.#runOptions(), parts));
        return { report, plan: this.#witness.plan, facts: this.#witness.facts };
      },
    },
    plan: {
      asks: false,
      locks: false,
      run: (work, host) => {
        this.#display.wait('Looking at the host');
        const parts = { host, vault: this.#vault, dialogue: this.#dialogue() };
        return this.#unlessStopped(work.plan(this.#runOptions(), parts));
      },
    },
    verify: {
      asks: false,
      locks: false,
      run: async (work, host) => {
        this.#display.wait('Looking at the host');
        const parts = { host, vault: this.#vault, dialogue: this.#dialogue() };
        const report = await this.#unlessStopped(work.verify(this.#runOptions(), parts));
        return { report, plan: null, facts: null };
      },
    },
    restore: {
      asks: true,
      locks: true,
      run: async (work, host) => {
        this.#display.wait('Reading the backup');
        const options = { ...this.#runOptions(), source: this.#options.run };
        const parts = { host, vault: this.#vault, dialogue: this.#restoreDialogue() };
        const report = await this.#unlessStopped(work.restore(options, parts));
        return { report, plan: this.#witness.plan, facts: null };
      },
    },
    runs: { asks: false, locks: false, run: (work) => this.#runs(work) },
  };

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

  /** Lists the runs; with `--prune` removes the oldest backups first, where the operator agrees. */
  async #runs(work: Work): Promise<Ending> {
    const { root, prune, unattended } = this.#options;
    const { version } = this.#invocation;
    const listed = work.list(root);
    const made = (outcome: Outcome, more: Partial<ReportInput> = {}): Ending => {
      const input = { command: 'runs' as const, version, root, outcome, startedAt: this.#startedAt };
      return { report: makeReport({ ...input, runs: listed, ...more }), plan: null, facts: null };
    };
    const old = prune === null ? [] : runsToPrune(listed, prune);
    if (old.length === 0) return made('ok');
    this.#terminal.say(pruneText(old));
    if (!unattended && !(await this.#terminal.ask(PROCEED_QUESTION, { default: false }))) return made('declined');
    const warnings: Warning[] = [];
    const gone = work.prune(root, old, (warning) => warnings.push(warning));
    for (const id of gone) this.#log.line(`removed run ${id} with its backup`);
    return made(warnings.length > 0 ? 'incomplete' : 'ok', { warnings, runs: work.list(root) });
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
    this.#log.block(renderReport(report, plan, this.#logView()));
    const { path, trouble } = this.#log;
    if (trouble === null) return;
    const warning = { code: 'log', message: `The log ${path} is not whole: ${trouble}` };
    report.warnings = [...report.warnings, warning];
  }

  #progress(after: string | null): Dialogue['progress'] {
    const logged: Dialogue['progress'] = {
      begin: (...step) => withLog(this.#display, this.#log).begin(...step),
      bytes: (...bytes) => this.#display.bytes(...bytes),
      end: (...step) => {
        withLog(this.#display, this.#log).end(...step);
        if (after !== null && this.#witness.finished) this.#display.wait(after);
      },
    };
    return this.#witness.watch(logged);
  }

  #planned(plan: Plan, text: string): void {
    this.#display.clear();
    this.#witness.plan = plan;
    this.#log.line('the plan:');
    this.#log.block(text);
  }

  #dialogue(): Dialogue {
    const { explicit } = this.#options;
    return {
      decide: (facts, wishes, replan) => {
        this.#display.clear();
        this.#witness.facts = facts;
        const conversation = { terminal: this.#terminal, view: this.#view(), given: explicit };
        return converse(facts, wishes, replan, conversation);
      },
      progress: this.#progress('Checking what engine-setup will find'),
      planned: (facts, plan) => {
        this.#witness.facts = facts;
        this.#planned(plan, renderPlan(plan, facts, this.#logView()));
      },
    };
  }

  #restoreDialogue(): RestoreDialogue {
    return {
      confirm: async (plan) => {
        this.#display.clear();
        const { unattended, verbose } = this.#options;
        if (!unattended || verbose) this.#terminal.say(`${renderRestorePlan(plan, this.#view())}\n`);
        return unattended || this.#terminal.ask(PROCEED_QUESTION, { default: false });
      },
      progress: this.#progress(null),
      planned: (plan) => this.#planned(plan, renderRestorePlan(plan, this.#logView())),
    };
  }

  #view(): View {
    return viewOf(this.#terminal, { verbose: this.#options.verbose, hostname: hostname() });
  }

  #logView(): View {
    return plainView({ hostname: hostname() });
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
