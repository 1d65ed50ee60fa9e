/** Finds paths by pattern. Links are not followed, and below the first wildcard no mount is crossed. */
import { hostPath, realPath } from '../../model/paths.ts';
import { withEntry } from './entry.ts';
import { mountOf } from './mount.ts';
import { namesIn, stat } from './read.ts';
import { lookInto } from './shelf.ts';

/** True if a name fits one component of a pattern. A leading dot is a character like any other: names of the PKI begin with one. */
function fits(part: string, name: string): boolean {
  const source = part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 's').test(name);
}

/** One search: where it began, and the mount it stays on. */
interface Search {
  root: string;
  mount: number;
  found: string[];
}

/** Looks in an open directory for what fits the remaining components. */
function look(search: Search, dir: number, path: string, [part = '', ...rest]: readonly string[]): void {
  const names = part.includes('*') ? namesIn(dir, realPath(search.root, path)) : [part];
  for (const name of names) {
    if (!fits(part, name)) continue;
    const below = path === '/' ? `/${name}` : `${path}/${name}`;
    withEntry({ dir, name, real: realPath(search.root, below), anchorMount: null }, ({ fd, stat }) => {
      // `**` names files and links at any depth; directories are walked, not named.
      const deeper = part === '**' ? [part] : rest;
      if (deeper.length === 0 || (part === '**' && !stat.isDirectory())) search.found.push(below);
      else if (stat.isDirectory() && mountOf(fd) === search.mount) look(search, fd, below, deeper);
    });
  }
}

/**
 * Every host path that fits a pattern, bytewise sorted: `*` stands for any part of one name, `**` (as the last component) for every file and link
 * below. A link among the components before the first wildcard is an error (`ELOOP`): what lies behind it is not absent.
 */
export function glob(root: string, pattern: string): string[] {
  const parts = hostPath(root, pattern).slice(1).split('/');
  const first = parts.findIndex((part) => part.includes('*'));
  if (first < 0) return stat(root, pattern) === null ? [] : [hostPath(root, pattern)];
  const base = `/${parts.slice(0, first).join('/')}`;
  const found: string[] = [];
  lookInto(root, base, (dir) => look({ root, mount: mountOf(dir), found }, dir, base, parts.slice(first)));
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
