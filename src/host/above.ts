/** Who could take a directory of ours away: whoever can write to one above it can rename what leads to it. Only looks. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

interface Passed {
  path: string;
  stat: Stats;
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Whoever goes this way is told.
    return null;
  }
}

/** Everything on the way to a path, with the links there and what they lead through, and without the last name itself; as far as it can be looked at. */
function* wayTo(path: string): Generator<Passed> {
  const names = dirname(path).split('/');
  let dir = '/';
  let links = 0;
  yield { path: dir, stat: lstatSync(dir) };
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const next = join(dir, name);
    const stat = statOf(next);
    if (stat === null) return;
    yield { path: next, stat };
    if (!stat.isSymbolicLink()) {
      dir = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return;
    const target = readlinkSync(next);
    if (target.startsWith('/')) dir = '/';
    names.unshift(...target.split('/'));
  }
}

/**
 * Who besides root and `uid` could take away what lies at a path, as a phrase after it; null: nobody. The sticky bit keeps all from renaming what is not theirs.
 */
export function exposedBy(path: string, uid: number): string | null {
  for (const { path: above, stat } of wayTo(path)) {
    if (stat.uid !== 0 && stat.uid !== uid)
      return `lies below ${above}, which belongs to another account (uid ${stat.uid}) that could take it away`;
    if (stat.isDirectory() && (stat.mode & 0o022) !== 0 && (stat.mode & 0o1000) === 0)
      return `lies below ${above}, to which others can write, who could take it away`;
  }
  return null;
}
