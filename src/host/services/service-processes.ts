/** The processes of a service below a root. */
import { readFileSync } from 'node:fs';
import { isBelow, nameOf } from '../../model/paths.ts';
import { resolveBelow } from './below.ts';
import { isRootedIn, lineOf, type Process, pathsIn, programBelow, runsBelow, withDescendants } from './processes.ts';

export interface ServiceProcesses {
  /** The processes that are told to end. */
  mains: Process[];
  /** They and everything that stems from them: all of these must be gone. */
  all: Process[];
  /** A pid file below the root names it, and it sees the same file system as we do: its script below the root knows where it lies. */
  byPidFile: boolean;
}

/**
 * The processes of a unit:
 * - the one that a pid file below the root names, if it runs anything from below the root or was given a path there. A pid file alone proves nothing:
 *   the number may by now be another process' (a stale pid file), and that one is never touched;
 * - those that run a program or script below the root that has the unit's name (`…/ovirt-engine`, `…/ovirt-engine.py`).
 */
export function processesOf(root: string, unit: string, all: ReadonlyMap<number, Process>): ServiceProcesses {
  const named = pidsIn(root, unit).flatMap((pid) => all.get(pid) ?? []);
  const agreed = named.filter((one) => runsBelow(root, one) !== null || givenBelow(root, one));
  const same = [...all.values()].filter((one) => stem(programBelow(root, one)) === unit);
  const own = lineOf(process.pid, all);
  const found = [...new Set([...agreed, ...same])].filter(({ pid }) => !own.includes(pid));
  // Of a process and its child with the same program only the first is told to end: it ends the other.
  const mains = found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
  const pids = mains.map(({ pid }) => pid);
  const byPidFile = agreed.length > 0 && mains.every((one) => !isRootedIn(root, one));
  return { mains, all: withDescendants(pids, all), byPidFile };
}

/**
 * Processes that run from below the root without being, or stemming from, one of the known pids. Left out: this program, what it was started by and what it has
 * started; and PostgreSQL, which is not ours and stays up.
 */
export function straysBelow(
  root: string,
  known: readonly number[],
  all: ReadonlyMap<number, Process>,
): { pid: number; program: string }[] {
  const own = lineOf(process.pid, all);
  const expected = [process.pid, ...known];
  const strays: { pid: number; program: string }[] = [];
  for (const one of all.values()) {
    if (own.includes(one.pid) || lineOf(one.pid, all).some((pid) => expected.includes(pid))) continue;
    const program = runsBelow(root, one);
    if (program !== null && !/^post(?:gres|master)$/.test(nameOf(program))) strays.push({ pid: one.pid, program });
  }
  return strays.sort((a, b) => a.pid - b.pid);
}

function givenBelow(root: string, { argv }: Process): boolean {
  return pathsIn(argv).some((path) => isBelow(path, root));
}

/** The name of a program without the ending of a script. */
function stem(path: string | null): string | null {
  return path === null ? null : nameOf(path).replace(/\.(?:py|sh)$/, '');
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
