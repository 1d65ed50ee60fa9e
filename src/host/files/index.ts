/**
 * Files of the installation below a root. Each call that changes something opens what it needs and closes it again; those that only look share the directories
 * they have open, for a moment (shelf.ts).
 */
import { statfsSync } from 'node:fs';
import { hostPath, parentOf, realPath } from '../../model/paths.ts';
import type { Files } from '../port.ts';
import { digest } from './digest.ts';
import { fileError } from './errors.ts';
import { glob } from './glob.ts';
import { link, makeDir, makeParents } from './make.ts';
import { putAll } from './put.ts';
import { list, onOtherMount, readBytes, readLink, stat } from './read.ts';
import { remove, removeAll, removeDir } from './remove.ts';
import { replace } from './replace.ts';
import { letGo } from './shelf.ts';
import { at, withDirectory } from './walk.ts';

/** Free bytes for this caller on the file system of a directory, or of the nearest one above that exists. */
function freeBytes(root: string, path: string): number {
  for (let dir = hostPath(root, path); ; dir = parentOf(dir)) {
    const free = withDirectory(root, dir, (fd) => {
      try {
        const { bavail, bsize } = statfsSync(at(fd, '.'));
        return bavail * bsize;
      } catch (error) {
        throw fileError(error, realPath(root, dir), 'cannot be asked for its free space');
      }
    });
    if (free !== null) return free;
  }
}

/** Changes something: nothing that was open before is used, and what was open is not used afterwards. */
function anew<T>(change: () => T): T {
  letGo();
  try {
    return change();
  } finally {
    letGo();
  }
}

/** Looking at a whole host takes longer than that, ms, and meanwhile servers answer, a display moves on, and somebody may want to stop. */
const TURN_MS = 2;
let turned = 0;

/** Looks; now and then it lets the event loop turn before. */
async function look<T>(at: () => T): Promise<T> {
  if (performance.now() - turned > TURN_MS) {
    await new Promise((resolve) => setImmediate(resolve));
    turned = performance.now();
  }
  return at();
}

/** The files below `root`, a directory by its real path that is no link itself. */
export function createFiles(root: string): Files {
  return {
    root,
    real: (path) => realPath(root, path),
    stat: (path) => look(() => stat(root, path)),
    list: (path) => look(() => list(root, path)),
    glob: (pattern) => look(() => glob(root, pattern)),
    readLink: (path) => look(() => readLink(root, path)),
    readBytes: (path, limit) => look(() => readBytes(root, path, limit)),
    readText: (path) => look(() => readBytes(root, path)?.toString('utf8') ?? null),
    digest: (path, algorithm) => look(() => digest(root, path, algorithm)),
    remove: async (path, expect, anchor) => anew(() => remove(root, { path, expect, anchor })),
    removeAll: async (removals) => anew(() => removeAll(root, removals)),
    removeDir: async (path, anchor) => anew(() => removeDir(root, path, anchor)),
    replace: async (path, bytes, how) => anew(() => replace(root, path, bytes, how)),
    freeBytes: async (path) => freeBytes(root, path),
    makeParents: async (path, like, anchor) => anew(() => makeParents(root, path, like, anchor)),
    link: async (path, target, anchor) => anew(() => link(root, path, target, anchor)),
    putAll: async (puts) => anew(() => putAll(root, puts)),
    makeDir: async (path, meta, anchor) => anew(() => makeDir(root, path, meta, anchor)),
    onOtherMount: (path, anchor) => look(() => onOtherMount(root, path, anchor)),
  };
}
