/**
 * Puts files and links back from the archive of an earlier run, with owner, mode, times, extended attributes, ACLs and label. They are unpacked into the run's own directory, which only root
 * may enter, and copied from there one by one: tar itself would follow a link on the way to their place.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileImage } from '../host/file-state.ts';
import type { Files } from '../host/port.ts';
import { unpack } from '../host/unpack.ts';
import type { ArchivedFile } from '../model/backup.ts';
import { HostError } from '../model/errors.ts';
import type { PutFile, StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';
import { expected } from './expected.ts';
import { archiveName } from './files-archive.ts';
import { doorOf } from './outside.ts';
import { sourceMember } from './source.ts';

/** Where a run unpacks. One that a killed run left lies in its directory, beside a backup with the same content, and goes with the next restore. */
export const STAGE = 'stage';

/** It is there as it was, with everything that can be asked for: the rename that put it there was the last thing done to it. */
export async function isBack(files: Files, { path, state, mode, uid, gid, mtimeMs }: ArchivedFile): Promise<boolean> {
  const now = await fileImage(files, path);
  return JSON.stringify(now) === JSON.stringify({ path, state, mode, uid, gid, mtimeMs });
}

async function missing({ files }: StepOf<'files-put'>, door: Files): Promise<PutFile[]> {
  const back = await Promise.all(files.map((file) => isBack(door, file)));
  return files.filter((_, index) => !back[index]);
}

/** Unpacks for the time of `use`. */
async function staged(
  { outside }: StepOf<'files-put'>,
  files: readonly PutFile[],
  { plan, tools, timeoutMs, signal, runDir }: StepContext,
  use: (stage: string) => Promise<void>,
): Promise<void> {
  if (tools.tar === null) {
    throw new HostError('There is no program "tar", so nothing can be put back. Nothing was changed.', {
      hint: 'Install GNU tar, then run engine-cleanup restore again.',
    });
  }
  const stage = join(runDir, STAGE);
  mkdirSync(stage, { mode: 0o700 });
  try {
    const archive = sourceMember(plan, archiveName(outside === true));
    const paths = files.map(({ path }) => path);
    await unpack({ tar: tools.tar.path, archive, timeoutMs, signal }, paths, stage);
    await use(stage);
  } finally {
    // Ours alone, and links in it are removed as links.
    rmSync(stage, { recursive: true, force: true });
  }
}

export const filesPut: StepRunner<'files-put'> = {
  touches: ({ files }) => files.map(({ path }) => path),
  writes: ({ files, outside }) => (outside ? [] : files.map(({ path }) => path)),

  probe: async (step, context) => (await missing(step, doorOf(step, context).files)).length === 0,

  async apply(step, context) {
    const door = doorOf(step, context);
    const files = await missing(step, door.files);
    await staged(step, files, context, async (stage) => {
      const puts = files.map(({ path, present }) => {
        const expect = present && (step.outside ? present : expected({ path, identity: present, why: '' }, context));
        return { path, staged: join(stage, path), expect, anchor: door.anchor(path) };
      });
      await door.files.putAll(puts);
    });
  },
};
