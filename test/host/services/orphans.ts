/** Processes that belong to nobody in the test: started as a daemon is, ended after the test, and by themselves if the test is killed. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Process, readProcess } from '../../../src/host/services/processes.ts';
import { run } from '../../fixture/run.ts';

/** Lifetime of everything started here. */
export const SECONDS = '600';

export class Orphans {
  readonly #pids: number[] = [];

  /** Starts a command whose parent ends at once, and returns its pid when it runs the program it shall. */
  async start(command: readonly string[], more: { cwd?: string } = {}): Promise<number> {
    const script = 'setsid "$@" </dev/null >/dev/null 2>&1 & echo $!';
    const said = await run('/bin/sh', ['-c', script, 'sh', ...command], { cwd: more.cwd ?? '/' });
    const pid = Number(said);
    this.#pids.push(pid);
    // Until then it still is a copy of the shell above, or setsid, or between two programs, where it has no arguments.
    const isStarting = ({ argv }: Process): boolean => argv.length === 0 || argv[0] === 'setsid' || argv[2] === script;
    for (let one = readProcess(pid); one !== null && isStarting(one); one = readProcess(pid)) await sleep(2);
    return pid;
  }

  /** kill -9 of all that still run, with what they started. */
  end(): void {
    for (const pid of this.#pids.splice(0)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // They have ended.
      }
    }
  }
}

/** A program below a root that sleeps. */
export function makeProgram(root: string, path: string): string {
  const program = join(root, path);
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o755);
  return program;
}

export function makeFile(root: string, path: string, text: string, mode = 0o644): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}
