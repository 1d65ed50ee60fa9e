/** Free space for the backup. Only reads. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileFact, LineFact, SpaceFacts } from '../model/facts.ts';

/** Free bytes where a directory is or will be made, for the caller (not counting the superuser's reserve). */
function freeBelow(path: string): number {
  let dir = path;
  while (!existsSync(dir) && dir !== dirname(dir)) dir = dirname(dir);
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

/** Space facts for a backup below `backupBase` (a real path that need not exist yet). */
export function findSpace(files: readonly FileFact[], lines: readonly LineFact[], backupBase: string): SpaceFacts {
  const filesBytes = [...files, ...lines].reduce((sum, { identity }) => sum + identity.size, 0);
  return { backupDir: backupBase, freeBytes: freeBelow(backupBase), filesBytes };
}
