/** Services of a running machine whose PID 1 is systemd, through `systemctl`. Units are named without `.service`. */
import { HostError } from '../../model/errors.ts';
import { createFiles } from '../files/index.ts';
import type { Services, UnitState } from '../port.ts';
import { type RunOptions, type RunResult, run, statusError } from '../process.ts';
import { findStartLinks } from './init-script.ts';
import { disableInstalled, readInstalled } from './installed.ts';
import { isActive, isFailedLoop, listJobs, type Properties, showUnits, starters } from './systemd-show.ts';

export class SystemdServices implements Services {
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  async states(units: readonly string[]): Promise<UnitState[]> {
    const shown = await showUnits(units.map(full), this.#timeoutMs);
    const jobs = new Map(
      (shown.some(({ Job }) => Job) ? await this.jobs(units) : []).map(({ unit, job }) => [unit, job]),
    );
    const left = leftLinks(units.filter((_, index) => isGone(shown[index]!)));
    return units.map((unit, index) => {
      const job = jobs.get(unit);
      const links = left.get(unit);
      return {
        ...stateOf(unit, shown[index]!),
        ...(job ? { job } : {}),
        ...(links ? { exists: true, enabled: true, links } : {}),
      };
    });
  }

  /** One call. A stop is not told: what a run stops may well be stopping. */
  async jobs(units: readonly string[]): Promise<{ unit: string; job: string }[]> {
    const jobs = units.length === 0 ? new Map<string, string>() : await listJobs(this.#timeoutMs);
    return units.flatMap((unit) => {
      const job = jobs.get(full(unit));
      return job && job !== 'stop' ? [{ unit, job }] : [];
    });
  }

  /**
   * Stops a unit and sees to it that it stays stopped. Where it does not stop in time, systemd's own stop job goes on: the unit ends when it ends, or when
   * systemd loses patience with it (TimeoutStopSec), and a later run finds it stopped.
   */
  async stop(unit: string, timeoutMs: number): Promise<void> {
    const options = { purpose: `stop ${unit}`, timeoutMs, hint: see(unit) };
    const ended = await this.#job(unit, 'stop', options, 'did not stop', 'systemd goes on stopping it.');
    // A job to start it took the place of ours.
    const cancelled = ended.code !== 0 && /^Job for \S+ cancell?ed\.$/m.test(ended.stderr);
    if (!cancelled) demand(options, ended);
    const now = await this.#show(unit);
    const active = await this.#activeStarters(now);
    const others = active.length > 0 ? `Run "systemctl stop ${active.join(' ')}"` : null;
    if (cancelled || isActive(now)) {
      throw new HostError(`${unit} was stopped and is ${cancelled ? 'told to start' : now.ActiveState} again.`, {
        hint: `${others ?? `Find out what starts it (journalctl -u ${unit}), stop that`}, then run this again.`,
      });
    }
    if (others === null) return;
    throw new HostError(`${unit} is stopped, but ${active.join(', ')} can start it again at any moment.`, {
      hint: `${others}, then run this again.`,
    });
  }

  /** Starts a unit again. One that is still stopping is started when it has stopped: that is not waited for, and said. */
  async start(unit: string, timeoutMs: number): Promise<void> {
    const options = { purpose: `start ${unit}`, timeoutMs, hint: see(unit) };
    if ((await this.#show(unit)).ActiveState === 'deactivating') {
      demand(options, await systemctl(['--no-block', 'start', full(unit)], options));
      throw new HostError(`${unit} is still stopping; systemd starts it when it has stopped.`, { hint: see(unit) });
    }
    demand(options, await this.#job(unit, 'start', options, 'did not start', 'systemd goes on starting it.'));
  }

  startScript(): null {
    return null;
  }

  /** Takes away every link that starts a unit at boot, its aliases too. @throws HostError if it still is enabled afterwards */
  async disable(unit: string): Promise<void> {
    const options = { purpose: `disable ${unit}`, timeoutMs: this.#timeoutMs };
    const ended = await systemctl(['disable', full(unit)], options);
    const shown = await this.#show(unit);
    // systemd disables nothing whose unit file is gone.
    if (isGone(shown)) return disableInstalled(createFiles('/'), unit, this.#timeoutMs);
    demand(options, ended);
    if (!isEnabled(unit, shown)) return;
    throw new HostError(`${unit} is still enabled after "systemctl disable ${unit}".`, {
      hint: `See "systemctl cat ${unit}" and the links below /etc/systemd/system, then run this again.`,
    });
  }

  /** Makes the links that start a unit at boot. @throws HostError if it is not enabled afterwards */
  async enable(unit: string): Promise<void> {
    const options = { purpose: `enable ${unit}`, timeoutMs: this.#timeoutMs };
    demand(options, await systemctl(['enable', full(unit)], options));
    if (isEnabled(unit, await this.#show(unit))) return;
    throw new HostError(`${unit} is not enabled after "systemctl enable ${unit}".`, {
      hint: `See "systemctl cat ${unit}", then run this again.`,
    });
  }

  async reload(unit: string, timeoutMs: number): Promise<void> {
    if ((await this.#show(unit)).ActiveState !== 'active') return;
    const options = { purpose: `reload ${unit}`, timeoutMs, hint: see(unit) };
    demand(options, await this.#job(unit, 'reload', options, 'did not reload', 'systemd goes on reloading it.'));
  }

  async strays(): Promise<[]> {
    return [];
  }

  /** Asks systemd for something and waits for its end, for as long as the limit. */
  async #job(unit: string, verb: string, options: RunOptions, failed: string, goesOn: string): Promise<RunResult> {
    return systemctl([verb, full(unit)], options).catch((error: unknown) => {
      if (!(error instanceof HostError && error.code === 'ETIMEDOUT')) throw error;
      throw new HostError(`${unit} ${failed} within ${options.timeoutMs / 1000} s; ${goesOn}`, {
        hint: `${see(unit)} More time can be allowed with --timeout.`,
        code: error.code,
        cause: error,
      });
    });
  }

  async #show(unit: string): Promise<Properties> {
    const [properties] = await showUnits([full(unit)], this.#timeoutMs);
    return properties!;
  }

  async #activeStarters(unit: Properties): Promise<string[]> {
    const names = starters(unit);
    const shown = await showUnits(names, this.#timeoutMs);
    return names.filter((_, index) => isActive(shown[index]!));
  }
}

/** No question for a password. Without `--quiet`, with which it does not say why a job failed. `words`: a verb, with what goes before it, and a unit. */
function systemctl(words: readonly string[], options: RunOptions): Promise<RunResult> {
  return run('systemctl', ['--no-ask-password', ...words.slice(0, -1), '--', words.at(-1)!], options);
}

/** @throws HostError if it did not end with 0, with why. That is not what it says last: where to read more, which is what a hint says, or how to go on by force */
function demand(options: RunOptions, ended: RunResult): void {
  if (ended.code === 0) return;
  const lines = ended.stderr
    .split('\n')
    .filter((line) => !/^(?:See (?:system logs|"systemctl status)|To force a start use|followed by )/.test(line));
  throw statusError('systemctl', options, { ...ended, stderr: lines.join('\n') });
}

function full(unit: string): string {
  return `${unit}.service`;
}

function see(unit: string): string {
  return `See "systemctl status ${unit}" and "journalctl -u ${unit}", then run this again.`;
}

function stateOf(unit: string, properties: Properties): UnitState {
  const { LoadState, MainPID, ControlPID } = properties;
  const active = isActive(properties);
  return {
    unit,
    manager: 'systemd',
    // A unit whose file was removed while it runs is "not-found" and has still to be stopped.
    exists: !isGone(properties) || active,
    active,
    enabled: isEnabled(unit, properties),
    masked: LoadState === 'masked',
    failedLoop: isFailedLoop(properties),
    pids: [MainPID, ControlPID].map(Number).filter((pid) => pid > 0),
  };
}

/** Its file went with its package; it may still run. */
function isGone({ LoadState }: Properties): boolean {
  return LoadState === 'not-found';
}

/** Links of units whose files are gone: systemd knows nothing of them, and follows them again when the package comes back. */
function leftLinks(gone: readonly string[]): Map<string, string[]> {
  const left = [...(gone.length === 0 ? [] : readInstalled('/', gone))].map(
    ([unit, { links }]) => [unit, links] as const,
  );
  return new Map(left.filter(([, links]) => links.length > 0));
}

/**
 * It would be started at the next boot. `enabled-runtime` would not: those links are gone by then. A unit that systemd made of a SysV script is enabled by the
 * script's start links.
 */
function isEnabled(unit: string, { UnitFileState, SourcePath = '' }: Properties): boolean {
  if (UnitFileState === 'generated' && SourcePath !== '') return findStartLinks('/').has(unit);
  return UnitFileState === 'enabled';
}
