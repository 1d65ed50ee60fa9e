/** The processes of a throw-away host. */
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes whose program lies below a directory, whoever started them: no pid file tells of those that a stopped cleanup started again. */
export function processesBelow(dir: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && programOf(pid).startsWith(`${dir}/`));
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return ''; // it ended, or is the kernel's or somebody else's
  }
}

/** kill -9 of all of them, until there are none. */
export async function killBelow(dir: string): Promise<void> {
  for (let pids = processesBelow(dir); pids.length > 0; pids = processesBelow(dir)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    await sleep(10);
  }
}
