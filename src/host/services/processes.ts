/**
 * Running processes, and which of them run from below a root. Only reads `/proc`. What the caller may not see (another user's process, for a caller that
 * is not root), kernel threads and ended processes that nobody waited for (zombies) are not listed.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isBelow, nameOf } from '../../model/paths.ts';

export interface Process {
  pid: number;
  parent: number;
  /** Clock ticks since boot. Together with the pid it names one process for good: pids are used again. */
  started: string;
  /** Path of its program as the kernel tells it, without the mark of a deleted file. */
  program: string;
  /** Its program's file is gone, as after a package was removed or updated. */
  deleted: boolean;
  argv: string[];
}

/** All processes the caller may see, by pid. */
export function readProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const process = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    if (process !== null) processes.set(process.pid, process);
  }
  return processes;
}

/** One process; null if there is none, it has ended, or the caller may not see it. */
export function readProcess(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // pid (comm) state ppid …: the name in parentheses may hold anything, also blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, started] = [Number(fields[1]), fields[19]!];
    // Neither a kernel thread nor a zombie has a program: reading the link fails.
    const link = readlinkSync(`/proc/${pid}/exe`);
    const deleted = link.endsWith(DELETED);
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { pid, parent, started, program: deleted ? link.slice(0, -DELETED.length) : link, deleted, argv };
  } catch {
    return null;
  }
}

const DELETED = ' (deleted)';

/** True as long as this very process runs, and not another one that got its number. */
export function isRunning({ pid, started }: Process): boolean {
  return readProcess(pid)?.started === started;
}

/** A process with everything that stems from it. */
export function withDescendants(pids: readonly number[], all: ReadonlyMap<number, Process>): Process[] {
  return [...all.values()].filter(({ pid }) => lineOf(pid, all).some((one) => pids.includes(one)));
}

/** A process, its parent, and so on up. */
export function lineOf(pid: number, all: ReadonlyMap<number, Process>): number[] {
  const line: number[] = [];
  for (let one: number | undefined = pid; one !== undefined && !line.includes(one); one = all.get(one)?.parent)
    line.push(one);
  return line;
}

/**
 * What a process runs from below the root, as a path; null if nothing. A process runs from there
 * - if its program's file lies below the root,
 * - if it has the root as its own root directory (chroot, container), or
 * - if the machine's interpreter runs a script that lies below it, or the machine's Java a class path.
 * Any other argument says nothing: an editor or `tail` may work on a file below the root.
 */
export function runsBelow(root: string, process: Process): string | null {
  const { program, argv } = process;
  const java = nameOf(program) === 'java' ? pathsIn(argv).find((path) => isBelow(path, root)) : undefined;
  return programBelow(root, process) ?? java ?? null;
}

/** The same for programs and scripts only: the path whose name says which service it is. */
export function programBelow(root: string, process: Process): string | null {
  const { pid, program, deleted } = process;
  // In another mount namespace the same path may be another file.
  if (isBelow(program, root) && (deleted || sameFile(`/proc/${pid}/exe`, program))) return program;
  if (isRootedIn(root, process)) return root + program;
  const script = INTERPRETER.test(nameOf(program)) ? scriptOf(process) : null;
  return script !== null && isBelow(script, root) ? script : null;
}

/** Names of programs that run a script. */
export const INTERPRETER = /^(?:(?:ba|da|k|z)?sh|(?:platform-)?python[\d.]*|perl[\d.]*|ruby[\d.]*)$/;

/** The process has that directory as its root. */
export function isRootedIn(root: string, { pid }: Process): boolean {
  return root !== '/' && sameFile(`/proc/${pid}/root/.`, root);
}

/** Absolute paths in arguments, also in lists and after an equals sign: `-Djboss.home.dir=/a`, `-cp /a:/b`. */
export function pathsIn(argv: readonly string[]): string[] {
  return argv
    .slice(1)
    .flatMap((argument) => argument.split(/[=:,]/))
    .filter((part) => part.startsWith('/'));
}

/** The script an interpreter was given as a file; null if it got its program in an argument (`sh -c`, `python -m`, `perl -e`) or not at all. */
function scriptOf({ pid, argv }: Process): string | null {
  for (const argument of argv.slice(1)) {
    if (/^-[a-zA-Z]*[ceEm]/.test(argument)) return null;
    if (argument.startsWith('-')) continue;
    try {
      const path = resolve(readlinkSync(`/proc/${pid}/cwd`), argument);
      return statSync(path).isFile() ? path : null;
    } catch {
      return null;
    }
  }
  return null;
}

/** Two paths lead to one file. False where either cannot be followed. */
export function sameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
