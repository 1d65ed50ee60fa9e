/** Services of the running machine, by systemd or by a SysV script. Below another root there are none. */
import { exec } from './exec.ts';
import type { Host } from './host.ts';

/** Runlevels that a service is enabled in, and the number in its links' names. */
const RUNLEVELS = [2, 3, 4, 5] as const;
const ORDER = 90;

export class Services {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  get #here(): boolean {
    return this.#host.root === '/';
  }

  #hasUnit(name: string): boolean {
    return exec('systemctl', ['cat', `${name}.service`]).code === 0;
  }

  #script(name: string): string | null {
    const path = `/etc/init.d/${name}`;
    return this.#host.exists(path) ? path : null;
  }

  isActive(name: string): boolean {
    if (!this.#here) return false;
    if (this.#hasUnit(name)) return exec('systemctl', ['is-active', '--quiet', `${name}.service`]).code === 0;
    const script = this.#script(name);
    return script !== null && exec(script, ['status']).code === 0;
  }

  /** Stops what runs of them; one that is not there is left out. */
  stop(names: readonly string[]): void {
    for (const name of names) {
      if (!this.isActive(name)) continue;
      if (this.#hasUnit(name)) exec('systemctl', ['stop', `${name}.service`]);
      else exec(this.#script(name)!, ['stop']);
    }
  }

  /** Enables and starts them again from the beginning; one that is not there is left out. */
  start(names: readonly string[]): void {
    if (!this.#here) return;
    for (const name of names) {
      if (this.#hasUnit(name)) {
        exec('systemctl', ['enable', `${name}.service`]);
        exec('systemctl', ['restart', `${name}.service`]);
        continue;
      }
      const script = this.#script(name);
      if (script === null) continue;
      this.#enableScript(name);
      exec(script, ['start']);
    }
  }

  /** By chkconfig; where there is none, what it does: a start link in each runlevel. */
  #enableScript(name: string): void {
    if (exec('/bin/sh', ['-c', 'command -v chkconfig']).code === 0) {
      exec('chkconfig', [name, 'on']);
      return;
    }
    for (const level of RUNLEVELS) {
      const link = `/etc/rc${level}.d/S${ORDER}${name}`;
      if (!this.#host.isLink(link)) this.#host.symlink(`../init.d/${name}`, link);
    }
  }
}
