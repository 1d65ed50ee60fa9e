/**
 * Services below a root: an image, a chroot, a developer-mode installation. No service manager of the running machine is used. Whether a service runs is
 * told by its processes alone; nothing from below the root is executed to find out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HostError } from '../../model/errors.ts';
import type { Files, Services, UnitState } from '../port.ts';
import { statusError } from '../process.ts';
import { findInitScript, type InitScript, runInitScript } from './init-script.ts';
import { disableInstalled, enabledByLinks, readInstalled } from './installed.ts';
import { isRunning, type Process } from './processes.ts';
import { ProcessesBelow, type ServiceProcesses } from './service-processes.ts';

/** A service that a script has started is there by then, or has ended again, ms. */
const SHOWS_UP_MS = 5000;

export class BelowRoot implements Services {
  readonly #files: Files;
  readonly #root: string;
  readonly #timeoutMs: number;
  /** Services that were stopped by their script, by this run or an earlier one: only these can be started again. */
  readonly #byScript = new Set<string>();

  constructor(files: Files, timeoutMs: number) {
    this.#files = files;
    this.#root = files.root;
    this.#timeoutMs = timeoutMs;
  }

  async states(units: readonly string[]): Promise<UnitState[]> {
    const processes = new ProcessesBelow(this.#root);
    const installed = readInstalled(this.#root, units);
    return units.map((unit) => {
      const { manager, masked, links } = installed.get(unit)!;
      const pids = processes.ofUnit(unit).mains.map(({ pid }) => pid);
      return {
        unit,
        manager: manager ?? 'process',
        exists: manager !== null || pids.length > 0,
        active: pids.length > 0,
        enabled: links.length > 0,
        masked,
        failedLoop: false,
        pids,
        links,
      };
    });
  }

  async jobs(): Promise<[]> {
    return [];
  }

  /** Stops it by its script where that may be trusted with it, else by SIGTERM. Never by SIGKILL: it may be writing. */
  async stop(unit: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const found = this.#processesOf(unit);
    if (found.mains.length === 0) return;
    const script = this.#scriptFor(unit, found);
    let failure: HostError | null = null;
    if (script !== null) {
      this.#byScript.add(unit);
      const options = { purpose: `stop ${unit}`, timeoutMs };
      const result = await runInitScript(script, 'stop', options);
      if (result.code !== 0) failure = statusError(script.path, options, result);
    } else {
      for (const process of found.mains) terminate(process);
    }
    while (found.all.some(isRunning)) {
      if (failure !== null) throw failure;
      if (Date.now() >= deadline) throw stillRuns(unit, found.all.filter(isRunning), timeoutMs);
      await sleep(20);
    }
  }

  async start(unit: string, timeoutMs: number, byScript = false): Promise<void> {
    if (this.#isActive(unit)) return;
    if (byScript) this.#byScript.add(unit);
    const script = this.#scriptThatStopped(unit);
    if (script === null) {
      throw new HostError(
        `${unit} below ${this.#root} was not stopped by a script, so there is none to start it with.`,
        { hint: `Start ${unit} the way it was started before.` },
      );
    }
    const options = { purpose: `start ${unit}`, timeoutMs, hint: `Run "${script.path} start" and see what it says.` };
    const result = await runInitScript(script, 'start', options);
    if (result.code !== 0) throw statusError(script.path, options, result);
    const deadline = Date.now() + SHOWS_UP_MS;
    while (!this.#isActive(unit)) {
      if (Date.now() >= deadline) {
        throw new HostError(`"${script.path} start" ended well, but ${unit} does not run.`, { hint: options.hint });
      }
      await sleep(20);
    }
  }

  startScript(unit: string): string | null {
    return this.#scriptThatStopped(unit)?.path ?? null;
  }

  async disable(unit: string): Promise<void> {
    await disableInstalled(this.#files, unit, this.#timeoutMs);
  }

  async enable(unit: string): Promise<void> {
    enabledByLinks(unit);
  }

  async reload(unit: string, timeoutMs: number): Promise<void> {
    const found = this.#processesOf(unit);
    if (found.mains.length === 0) return;
    const script = this.#scriptFor(unit, found);
    if (script === null) {
      throw new HostError(`${unit} below ${this.#root} has no script that could reload it.`, {
        hint: `Let ${unit} read its configuration again, or restart it.`,
      });
    }
    const options = { purpose: `reload ${unit}`, timeoutMs };
    const result = await runInitScript(script, 'reload', options);
    if (result.code !== 0) throw statusError(script.path, options, result);
  }

  async strays(known: readonly number[]): Promise<{ pid: number; program: string }[]> {
    return new ProcessesBelow(this.#root).strays(known);
  }

  #scriptThatStopped(unit: string): InitScript | null {
    const script = this.#byScript.has(unit) ? findInitScript(this.#root, unit) : null;
    return script?.unsafe === null ? script : null;
  }

  #isActive(unit: string): boolean {
    return this.#processesOf(unit).mains.length > 0;
  }

  #processesOf(unit: string): ServiceProcesses {
    return new ProcessesBelow(this.#root).ofUnit(unit);
  }

  /**
   * A script of an image names `/var/run/…`, and run from outside would stop the running machine's own service. It is used only where a pid file below the
   * root proves that whoever started the service knew of the root.
   */
  #scriptFor(unit: string, { byPidFile }: ServiceProcesses): InitScript | null {
    const script = byPidFile ? findInitScript(this.#root, unit) : null;
    return script?.unsafe === null ? script : null;
  }
}

function terminate(one: Process): void {
  try {
    if (isRunning(one)) process.kill(one.pid, 'SIGTERM');
  } catch {
    // Ended by itself, or not ours to signal: the wait for its end tells.
  }
}

function stillRuns(unit: string, left: readonly Process[], timeoutMs: number): HostError {
  const pids = left.map(({ pid }) => pid).join(' ');
  return new HostError(`${unit} did not stop within ${timeoutMs / 1000} s: still running is process ${pids}.`, {
    hint: `End it by hand (kill ${pids}), or allow more time with --timeout, then run this again.`,
    code: 'ETIMEDOUT',
  });
}
