/**
 * Two kinds of path exist in the program. A *host path* is absolute as the installation sees it (`/etc/ovirt-engine`); a *real
 * path* is the same place as this process sees it, below `--root`. Everything in facts and plan is a host path; only `host/`
 * and the texts shown to the operator use real ones.
 */

/** True if `path` is `dir` or lies below it, compared by component (so `/a/bc` is not below `/a/b`). */
export function isBelow(path: string, dir: string): boolean {
  if (dir === '/') return path.startsWith('/');
  return path === dir || path.startsWith(`${dir}/`);
}

/** Real path of a host path. A path that already lies below the root is taken as it is. */
export function realPath(root: string, path: string): string {
  if (root === '/' || isBelow(path, root)) return path;
  return path === '/' ? root : root + path;
}

/** What is shown of something that stays: its real path, or its name where it is no file (a container). */
export function shownTarget(root: string, target: string): string {
  return target.startsWith('/') ? realPath(root, target) : target;
}

/**
 * Host path of a path found in setup's records or drop-ins. In an oVirt developer-mode installation (own PREFIX) these
 * already contain the prefix, which is then taken off.
 */
export function hostPath(root: string, path: string): string {
  if (root === '/' || !isBelow(path, root)) return path;
  return path === root ? '/' : path.slice(root.length);
}

/** Real path of the directory in which runs keep theirs. */
export function runsDirectory(root: string): string {
  return realPath(root, '/var/lib/engine-cleanup');
}

/** The directory part; `/` is its own parent. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** The last component. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * True if a path read from a record can name one file of the host and nothing else: absolute, no `.` or `..` or empty component, no
 * NUL. Anything else in a record is hostile or damaged and is never acted on.
 */
export function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || path.includes('\0')) return false;
  const parts = path.slice(1).split('/');
  return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
