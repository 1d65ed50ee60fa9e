/** Paths below a root that are followed through links, but never out of it. */
import { realpathSync } from 'node:fs';
import { isBelow, realPath } from '../../model/paths.ts';

/**
 * Real path of an existing host path with all links resolved; null if it is absent or leads out of the root. In an image `/var/run` or `/etc/init.d` may be
 * an absolute link: followed from outside it names the running machine's own pid files and scripts.
 */
export function resolveBelow(root: string, path: string): string | null {
  try {
    const real = realpathSync(realPath(root, path));
    return isBelow(real, realpathSync(root)) ? real : null;
  } catch {
    return null;
  }
}
