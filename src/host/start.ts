/** The one way in which programs are started beside which we go on. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * As `spawn`, also where that fails. Node tells of it by the event `error`, but until then `kill` signals our own process group, since the number of a process that never was is 0; and
 * on a machine that has no file descriptor left for the pipes (EMFILE, ENFILE) the child lacks its streams, which its types deny. Here nobody is signalled, and the streams are null.
 */
export function start(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(file, args, options);
  if (child.pid !== undefined) return child;
  const { stdin, stdout, stderr, stdio } = child as Partial<ChildProcess>;
  const streams = { stdin: stdin ?? null, stdout: stdout ?? null, stderr: stderr ?? null, stdio: stdio ?? [] };
  return Object.assign(child, { ...streams, kill: () => false });
}
