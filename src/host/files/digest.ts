/** Digests of files, as setup's uninstall record holds them: for a symbolic link it is that of the target's bytes. */
import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readlinkSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import { hostPath, parentOf, realPath } from '../../model/paths.ts';
import { fileError } from './errors.ts';
import { readPieces, stat } from './read.ts';
import { lookAt } from './shelf.ts';
import { at } from './walk.ts';

/** As many links as the kernel follows in one path. */
const MOST_LINKS = 40;

/** What is at a host path while links are followed: a link's text, or whether it is a directory; null if nothing is there. */
function lookAtName(root: string, path: string): { target: string } | { target: null } | null {
  return lookAt(root, path, ({ dir, name, real }) => {
    try {
      const found = lstatSync(at(dir, name), { throwIfNoEntry: false });
      if (found === undefined) return null;
      return { target: found.isSymbolicLink() ? readlinkSync(at(dir, name)) : null };
    } catch (error) {
      throw fileError(error, real, 'cannot be looked at');
    }
  });
}

/**
 * The host path a path leads to when every link is followed as the installation itself would: an absolute target begins at the root, `..` never leads
 * above it. Null for a dangling link, a loop, and a target that is not there. Only reads; what is opened afterwards is opened without following links.
 */
function resolveInside(root: string, path: string): string | null {
  const todo = path.slice(1).split('/').reverse();
  let done = '/';
  let links = 0;
  while (todo.length > 0) {
    const name = todo.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done = parentOf(done);
      continue;
    }
    const next = done === '/' ? `/${name}` : `${done}/${name}`;
    const found = lookAtName(root, next);
    if (found === null) return null;
    if (found.target === null) {
      done = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return null;
    // In a developer-mode installation absolute targets already contain the root.
    if (found.target.startsWith('/')) done = '/';
    todo.push(...hostPath(root, found.target).split('/').reverse());
  }
  return done;
}

function hashFor(algorithm: 'sha256' | 'md5', real: string): Hash {
  try {
    return createHash(algorithm);
  } catch (error) {
    // A host in FIPS mode has no MD5, and records of 4.2 and older name nothing else.
    throw new HostError(`${real} cannot be compared with its record: this machine offers no ${algorithm}.`, {
      hint: 'Run engine-cleanup with --root from a machine that is not in FIPS mode.',
      cause: error,
    });
  }
}

/** Digest of a file's bytes, hex. Null if it is absent, a link that leads to no regular file below the root, or neither file nor link. */
export function digest(root: string, path: string, algorithm: 'sha256' | 'md5'): string | null {
  const found = stat(root, path);
  if (found === null || found.identity.type === 'dir' || found.identity.type === 'other') return null;
  const target = found.identity.type === 'link' ? resolveInside(root, hostPath(root, path)) : path;
  if (target === null || (target !== path && stat(root, target)?.identity.type !== 'file')) return null;
  const hash = hashFor(algorithm, realPath(root, path));
  return readPieces(root, target, (piece) => hash.update(piece)) === null ? null : hash.digest('hex');
}
