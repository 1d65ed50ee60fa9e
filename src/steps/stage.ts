/** The place in a run's own directory, which only root may enter, where archived files are unpacked. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from '../host/unpack.ts';
import { HostError } from '../model/errors.ts';
import type { StepContext } from './context.ts';
import { archiveName } from './files-archive.ts';
import { sourceMember } from './source.ts';

/** Where a run unpacks. One that a killed run left lies in its directory, beside a backup with the same content, and goes with the next run. */
export const STAGE = 'stage';

/**
 * Unpacks for the time of `use`.
 * @param outside from the archive of files outside of the root
 * @param paths as the archive has them; with none nothing is unpacked
 */
export async function staged(
  outside: boolean,
  paths: readonly string[],
  { plan, tools, timeoutMs, signal, runDir }: StepContext,
  use: (stage: string) => Promise<void>,
): Promise<void> {
  if (paths.length > 0 && tools.tar === null) {
    throw new HostError('There is no program "tar", so no files can be put back.', {
      hint: 'Install GNU tar, then run engine-cleanup restore again.',
    });
  }
  const stage = join(runDir, STAGE);
  mkdirSync(stage, { mode: 0o700 });
  try {
    const archive = sourceMember(plan, archiveName(outside));
    if (tools.tar !== null && paths.length > 0)
      await unpack({ tar: tools.tar.path, archive, timeoutMs, signal }, paths, stage);
    await use(stage);
  } finally {
    // Ours alone, and links in it are removed as links.
    rmSync(stage, { recursive: true, force: true });
  }
}
