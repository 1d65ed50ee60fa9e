/** Services of the running machine where systemd does not run: SysV init, or a container. A script says whether its service runs. */
import { HostError } from '../../model/errors.ts';
import type { Files, Services, UnitState } from '../port.ts';
import { statusError } from '../process.ts';
import { findInitScript, type InitScript, runInitScript } from './init-script.ts';
import { disableInstalled, enabledByLinks, readInstalled } from './installed.ts';

export class SysvServices implements Services {
  readonly #files: Files;
  readonly #timeoutMs: number;

  constructor(files: Files, timeoutMs: number) {
    this.#files = files;
    this.#timeoutMs = timeoutMs;
  }

  states(units: readonly string[]): Promise<UnitState[]> {
    const installed = readInstalled(this.#files.root, units);
    return Promise.all(
      units.map(async (unit) => {
        const { manager, script, masked, links } = installed.get(unit)!;
        return {
          unit,
          manager: manager ?? 'sysv',
          exists: manager !== null,
          // A unit file whose systemd does not run starts nothing.
          active: script !== null && (await this.#runs(script, unit)),
          enabled: links.length > 0,
          masked,
          failedLoop: false,
          pids: [],
          links,
        } as const;
      }),
    );
  }

  async jobs(): Promise<[]> {
    return [];
  }

  async stop(unit: string, timeoutMs: number): Promise<void> {
    const script = this.#script(unit);
    await this.#do(script, unit, 'stop', timeoutMs);
    if (!(await this.#runs(script, unit))) return;
    throw new HostError(`${unit} still runs after "${script.path} stop".`, {
      hint: `Stop ${unit} by hand, then run this again.`,
    });
  }

  async start(unit: string, timeoutMs: number): Promise<void> {
    const script = this.#script(unit);
    if (!(await this.#runs(script, unit))) await this.#do(script, unit, 'start', timeoutMs);
  }

  startScript(unit: string): string | null {
    const script = findInitScript(this.#files.root, unit);
    return script?.unsafe === null ? script.path : null;
  }

  async disable(unit: string): Promise<void> {
    await disableInstalled(this.#files, unit, this.#timeoutMs);
  }

  async enable(unit: string): Promise<void> {
    enabledByLinks(unit);
  }

  async reload(unit: string, timeoutMs: number): Promise<void> {
    const script = this.#script(unit);
    if (await this.#runs(script, unit)) await this.#do(script, unit, 'reload', timeoutMs);
  }

  async strays(): Promise<[]> {
    return [];
  }

  #script(unit: string): InitScript {
    const script = findInitScript(this.#files.root, unit);
    if (script?.unsafe === null) return script;
    const what =
      script === null ? `${unit} has no script in /etc/init.d.` : `${script.path} ${script.unsafe}, so it is not run.`;
    throw new HostError(what, { hint: `Stop ${unit} by hand, then run this again.` });
  }

  async #do(script: InitScript, unit: string, word: 'start' | 'stop' | 'reload', timeoutMs: number): Promise<void> {
    const options = { purpose: `${word} ${unit}`, timeoutMs };
    const result = await runInitScript(script, word, options);
    if (result.code !== 0) throw statusError(script.path, options, result);
  }

  /** Status 0 says "running" (Linux Standard Base); a script that may not be run is taken for one whose service runs, so that stopping it says why. */
  async #runs(script: InitScript, unit: string): Promise<boolean> {
    if (script.unsafe !== null) return true;
    const options = { purpose: `ask for the state of ${unit}`, timeoutMs: this.#timeoutMs };
    return (await runInitScript(script, 'status', options)).code === 0;
  }
}
