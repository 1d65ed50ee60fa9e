/** Which programs of others are at work on an installation: told by the processes, and for packages by the lock that rpm holds on its database. Only reads. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isBelow, nameOf, realPath } from '../model/paths.ts';
import type { OtherProgram, ProgramAtWork } from '../model/programs.ts';
import type { Programs } from './port.ts';
import { INTERPRETER, isRootedIn, lineOf, type Process, readProcesses, sameFile } from './services/processes.ts';

/** Where rpm keeps its database, and in it the lock of a transaction (`%_rpmlock_path`). */
const RPM_LOCKS = ['/usr/lib/sysimage/rpm/.rpm.lock', '/var/lib/rpm/.rpm.lock'];

export function createPrograms(root: string): Programs {
  return {
    atWork: (known) => findPrograms(root, known),
    packageTransaction: () => findTransaction(root),
  };
}

/** The process of this program and those it was started by are none: a script around it may have the name of one. */
function findPrograms(root: string, known: readonly OtherProgram[]): ProgramAtWork[] {
  const all = readProcesses();
  const own = lineOf(process.pid, all);
  return [...all.values()].flatMap((one) => {
    const program = own.includes(one.pid) ? undefined : known.find((program) => isAtWork(root, one, program));
    return program ? [{ name: program.name, pid: one.pid }] : [];
  });
}

function isAtWork(root: string, one: Process, { scripts, pluginGroup }: OtherProgram): boolean {
  const script = scriptOf(one);
  if (script !== null && scripts.includes(nameOf(script)) && isOf(root, one, script)) return true;
  const words = one.argv.join(' ');
  const plugins = valueIn(words, 'pluginPath');
  if (pluginGroup === undefined || plugins === null || !isOf(root, one, plugins)) return false;
  return valueIn(words, 'pluginGroups')?.split(':').includes(pluginGroup) ?? false;
}

/** The process, which runs what lies at this path, belongs to the installation. A container of this machine is another one. */
function isOf(root: string, one: Process, path: string): boolean {
  if (root === '/') return sameFile(`/proc/${one.pid}/root/.`, '/');
  return isRootedIn(root, one) || isBelow(path, root);
}

/** The script that an interpreter runs, as its arguments name it; null for any other program. */
function scriptOf({ pid, program, argv }: Process): string | null {
  const script = INTERPRETER.test(nameOf(program)) ? argv.slice(1).find((word) => !word.startsWith('-')) : undefined;
  if (script === undefined) return null;
  try {
    return resolve(readlinkSync(`/proc/${pid}/cwd`), script);
  } catch {
    return null;
  }
}

/** A value of otopi's environment as its command line has it: `APPEND:BASE/pluginGroups=str:…`. */
function valueIn(words: string, key: string): string | null {
  return new RegExp(`BASE/${key}=str:([^\\s"]+)`).exec(words)?.[1] ?? null;
}

/**
 * Who changes packages: the process that holds rpm's lock for writing, which queries never do. The kernel lists the locks of files by their inode; which
 * process really has that very file open is looked up, because inodes of other file systems have the same numbers.
 */
function findTransaction(root: string): { pid: number } | null {
  for (const path of RPM_LOCKS) {
    const file = lstatSync(realPath(root, path), { throwIfNoEntry: false });
    if (file === undefined || !file.isFile()) continue;
    const pid = writersOf(file.ino).find((pid) => hasOpen(pid, realPath(root, path)));
    if (pid !== undefined) return { pid };
  }
  return null;
}

/** Processes that hold a write lock (fcntl) on a file with this inode, from proc_locks(5): `1: POSIX  ADVISORY  WRITE 4242 08:01:131 0 EOF`. */
function writersOf(inode: number): number[] {
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, kind, , access, pid, file] = line.trim().split(/\s+/);
      return kind === 'POSIX' && access === 'WRITE' && file?.split(':')[2] === `${inode}` ? [Number(pid)] : [];
    });
}

function hasOpen(pid: number, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sameFile(`/proc/${pid}/fd/${fd}`, path));
  } catch {
    return statSync(`/proc/${pid}`, { throwIfNoEntry: false }) !== undefined; // another user's: it may well be
  }
}
