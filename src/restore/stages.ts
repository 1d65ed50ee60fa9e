/** What killed restores had unpacked: it holds keys and passwords, and goes with the next run. */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertOurs } from '../apply/run-directory.ts';
import { HostError, messageOf, type Warning } from '../model/errors.ts';
import { runsDirectory } from '../model/paths.ts';
import { shellWord } from '../model/shell.ts';
import { STAGE } from '../steps/stage.ts';
import { runIds } from './runs.ts';

/** Where the runs cannot be listed there are none of ours: a run that is to write beside them is refused by that itself. */
function runPathsOf(root: string): string[] {
  try {
    return runIds(root).map((id) => join(runsDirectory(root), id));
  } catch (error) {
    if (error instanceof HostError) return [];
    throw error;
  }
}

/** Only in directories that nobody else could have made or can swap. */
function isOurs(path: string): boolean {
  try {
    assertOurs(path);
    return true;
  } catch {
    return false;
  }
}

/** Removes them all; a warning for each that is still there. */
export function removeStages(root: string): Warning[] {
  return runPathsOf(root).flatMap((path) => {
    const stage = join(path, STAGE);
    try {
      if (!isOurs(path) || !lstatSync(stage, { throwIfNoEntry: false })) return [];
      rmSync(stage, { recursive: true, force: true });
      return [];
    } catch (error) {
      const message = `${stage}, where a killed restore had unpacked files with secrets, was not removed: ${messageOf(error)}. To remove it: rm -r ${shellWord(stage)}`;
      return [{ code: 'stage', message }];
    }
  });
}
