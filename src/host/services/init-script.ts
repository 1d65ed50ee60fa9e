/** SysV init: a script per service, and links that start it in a runlevel (`/etc/rc3.d/S90ovirt-engine`). */
import { readdirSync, statSync } from 'node:fs';
import { hostPath, parentOf } from '../../model/paths.ts';
import { type RunOptions, type RunResult, run } from '../process.ts';
import { resolveBelow } from './below.ts';

export interface InitScript {
  /** Real path, links resolved. */
  path: string;
  /** Why it is not run, as a phrase after its path; null if it may be. */
  unsafe: string | null;
}

/** The script of a service; null if it has none. */
export function findInitScript(root: string, unit: string): InitScript | null {
  for (const dir of ['/etc/init.d', '/etc/rc.d/init.d']) {
    const path = resolveBelow(root, `${dir}/${unit}`);
    if (path !== null && statSync(path).isFile()) return { path, unsafe: whyUnsafe(path) };
  }
  return null;
}

/** A script is run with all our rights: whoever else can write it, or put another in its place, would have them too. */
function whyUnsafe(path: string): string | null {
  for (const one of [path, parentOf(path)]) {
    const { uid, mode } = statSync(one);
    if (uid !== 0 && uid !== process.getuid?.()) return 'does not belong to root';
    if ((mode & 0o022) !== 0) return 'can be written by others than its owner';
  }
  return null;
}

/** Runs a script with one of its words. A service that it starts gets no pipe of ours as its output. */
export function runInitScript(
  { path }: InitScript,
  word: 'start' | 'stop' | 'status' | 'reload',
  options: Omit<RunOptions, 'output'>,
): Promise<RunResult> {
  return run(path, [word], { ...options, output: word === 'start' ? 'discard' : 'read' });
}

/** Host paths of the links that start services at boot, by service. Runlevels 0 and 6 end the machine and do not count. */
export function findStartLinks(root: string): Map<string, string[]> {
  const links = new Map<string, string[]>();
  const levels = ['1', '2', '3', '4', '5', 'S'];
  const dirs = levels.flatMap((level) => [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`]);
  for (const dir of new Set(dirs.flatMap((path) => resolveBelow(root, path) ?? []))) {
    for (const name of readdirSync(dir)) {
      const unit = /^S\d\d(.+)$/.exec(name)?.[1];
      if (unit !== undefined) links.set(unit, [...(links.get(unit) ?? []), hostPath(root, `${dir}/${name}`)]);
    }
  }
  return links;
}
