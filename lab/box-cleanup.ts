/**
 * What ends a box and takes away everything of it, whoever is left to do so: the test that booted it, a watchdog when that test was killed, or the next test when
 * both were. There is one way, a shell script, and it finds what there is to do in the box's own directory.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTicks } from '../test/fixture/server-process.ts';

const PARENT = '/var/tmp';
const PREFIX = 'engine-cleanup-lab-';

/** Of `mkdtemp`: the directories of boxes booted by this process. */
export const BASE = join(PARENT, `${PREFIX}${process.pid}-`);

/**
 * $1 is the directory of a box. In it: `cgroups`, the control groups that hold its processes and nothing else; `root`, a view of the machine's own root; `layer`, what was written over it.
 * Where one of them is still mounted nothing is removed.
 */
const CLEAN = `
base=$1
processes() { while read -r dir; do find "$dir" -name cgroup.procs -exec cat {} +; done < "$base/cgroups" 2>/dev/null; }
kill -KILL $(processes) 2>/dev/null
i=0; while [ -n "$(processes)" ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done
while read -r dir; do find "$dir" -depth -type d -exec rmdir {} + ; done < "$base/cgroups" 2>/dev/null
for place in root layer; do
  while umount --lazy "$base/$place" 2>/dev/null; do :; done
  if [ -e "$base/$place" ]; then rmdir "$base/$place" || exit 1; fi
done
rm -rf --one-file-system "$base"`;

/** A process that cleans up when its standard input ends: with this process, however that ends. */
export function watch(base: string): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', `cat >/dev/null\n${CLEAN}`, 'watchdog', base], {
    cwd: '/',
    detached: true, // Ctrl-C is for the test
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return watchdog;
}

/** Takes away the boxes of processes that are gone, with their watchdogs. */
export function removeStale(): void {
  for (const name of readdirSync(PARENT).filter((entry) => entry.startsWith(PREFIX))) {
    const base = join(PARENT, name);
    const [pid, ticks] = existsSync(join(base, 'owner')) ? readFileSync(join(base, 'owner'), 'utf8').split(' ') : [];
    if (pid === undefined || startTicks(Number(pid)) === ticks) continue;
    spawnSync('/bin/sh', ['-c', CLEAN, 'clean', base], { cwd: '/', stdio: 'ignore' });
  }
}

/** What says whose box it is: pid and start of the process, which together name one for good. */
export function owner(): string {
  return `${process.pid} ${startTicks(process.pid)}`;
}
