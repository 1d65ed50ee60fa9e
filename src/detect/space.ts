/** Where the backup goes: whether it can be made there, and how much fits. Only reads. */
import { lstatSync, type Stats, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { exposedBy } from '../host/above.ts';
import type { FileFact, LineFact, SpaceFacts } from '../model/facts.ts';
import { runsDirectory } from '../model/paths.ts';

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

/** The directory itself, or the nearest one above it that exists. */
function nearest(path: string): string {
  let dir = path;
  while (statOf(dir) === null && dir !== dirname(dir)) dir = dirname(dir);
  return dir;
}

/** What keeps a backup from being made there, as a phrase after the path; null if nothing does. */
function troubleWith(path: string, dir: string, uid: number): string | null {
  const stat = statOf(dir);
  if (stat === null) return 'cannot be looked at';
  if (dir === path && stat.isSymbolicLink()) return 'is a symbolic link';
  if (!stat.isDirectory() && !stat.isSymbolicLink())
    return dir === path ? 'is no directory' : `lies below ${dir}, which is no directory`;
  // Somebody else who may write there could swap it under us.
  if (dir === path && ((stat.mode & 0o022) !== 0 || (stat.uid !== uid && stat.uid !== 0)))
    return 'is not a directory that only its owner can write to';
  return null;
}

/** Free bytes for the caller (not counting the superuser's reserve). */
function freeIn(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/**
 * Space facts for a backup below `backupBase` (a real path that need not exist yet). Where runs keep their own files the directories above are not judged: whoever can
 * write to those has the whole installation in his hands.
 */
export function findSpace(
  files: readonly FileFact[],
  lines: readonly LineFact[],
  backupBase: string,
  uid: number,
  root: string,
): SpaceFacts {
  const filesBytes = [...files, ...lines].reduce((sum, { identity }) => sum + identity.size, 0);
  const dir = nearest(backupBase);
  const isOwn = backupBase === runsDirectory(root);
  const trouble = troubleWith(backupBase, dir, uid) ?? (isOwn ? null : exposedBy(backupBase, uid));
  return { backupDir: backupBase, trouble, freeBytes: trouble === null ? freeIn(dir) : 0, filesBytes };
}
