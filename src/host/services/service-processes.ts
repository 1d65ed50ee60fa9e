/** The processes of a service below a root. */
import { readFileSync } from 'node:fs';
import { isBelow, nameOf, parentOf } from '../../model/paths.ts';
import { resolveBelow } from './below.ts';
import {
  isRootedIn,
  lineOf,
  type Process,
  pathsIn,
  programBelow,
  readProcesses,
  runsBelow,
  withDescendants,
} from './processes.ts';

export interface ServiceProcesses {
  /** The processes that are told to end. */
  mains: Process[];
  /** They and everything that stems from them: all of these must be gone. */
  all: Process[];
  /** A pid file below the root names it, and it sees the same file system as we do: its script below the root knows where it lies. */
  byPidFile: boolean;
}

/** The processes of one moment, as they are seen from a root. */
export class ProcessesBelow {
  readonly #root: string;
  readonly #all = readProcesses();
  /** This program and what it was started by. */
  readonly #own = lineOf(process.pid, this.#all);
  /** Programs and scripts below the root, by pid. Init scripts, which have their service's name, are none. */
  readonly #programs = new Map<number, string>();

  constructor(root: string) {
    this.#root = root;
    for (const one of this.#all.values()) {
      const program = programBelow(root, one);
      if (program !== null && !isInitScript(program)) this.#programs.set(one.pid, program);
    }
  }

  /**
   * The processes of a unit:
   * - the one that a pid file below the root names, if it runs anything from below the root or was given a path there. A pid file alone proves nothing:
   *   the number may by now be another process' (a stale pid file), and that one is never touched;
   * - those that run a program or script below the root that has the unit's name (`…/ovirt-engine`, `…/ovirt-engine.py`).
   */
  ofUnit(unit: string): ServiceProcesses {
    const named = pidsIn(this.#root, unit).flatMap((pid) => this.#all.get(pid) ?? []);
    const agreed = named.filter((one) => this.#runsOrReads(one));
    const same = [...this.#programs].filter(([, path]) => stem(path) === unit).map(([pid]) => this.#all.get(pid)!);
    const found = [...new Set([...agreed, ...same])].filter(({ pid }) => !this.#own.includes(pid));
    // Of a process and its child with the same program only the first is told to end: it ends the other.
    const mains = found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
    const pids = mains.map(({ pid }) => pid);
    const byPidFile = agreed.length > 0 && mains.every((one) => !isRootedIn(this.#root, one));
    return { mains, all: withDescendants(pids, this.#all), byPidFile };
  }

  /**
   * Processes that run from below the root without being, or stemming from, one of the known pids. Left out: this program, what it was started by and what it
   * has started; and PostgreSQL, which is not ours and stays up.
   */
  strays(known: readonly number[]): { pid: number; program: string }[] {
    const expected = [process.pid, ...known];
    const strays: { pid: number; program: string }[] = [];
    for (const one of this.#all.values()) {
      const program = runsBelow(this.#root, one);
      if (program === null || /^post(?:gres|master)$/.test(nameOf(program)) || this.#own.includes(one.pid)) continue;
      if (!lineOf(one.pid, this.#all).some((pid) => expected.includes(pid))) strays.push({ pid: one.pid, program });
    }
    return strays.sort((a, b) => a.pid - b.pid);
  }

  /** An init script at work, or the copy of it that is about to become the service, is not the service yet. */
  #runsOrReads(one: Process): boolean {
    const program = runsBelow(this.#root, one);
    if (program !== null) return !isInitScript(program);
    return pathsIn(one.argv).some((path) => isBelow(path, this.#root));
  }
}

function isInitScript(path: string): boolean {
  return parentOf(path).endsWith('/init.d');
}

/** The name of a program without the ending of a script. */
function stem(path: string): string {
  return nameOf(path).replace(/\.(?:py|sh)$/, '');
}

function pidsIn(root: string, unit: string): number[] {
  const pids: number[] = [];
  for (const dir of ['/run', '/var/run', `/run/${unit}`, `/var/run/${unit}`]) {
    const path = resolveBelow(root, `${dir}/${unit}.pid`);
    if (path === null) continue;
    try {
      pids.push(Number.parseInt(readFileSync(path, 'utf8'), 10));
    } catch {
      // Gone since, or not for us to read: the process may still be told by its program.
    }
  }
  return [...new Set(pids)];
}
