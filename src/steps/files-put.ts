/**
 * Puts files and links back from the archive of an earlier run, with owner, mode, times, extended attributes, ACLs and label. They are unpacked into the run's own directory, which only root
 * may enter, and copied from there one by one: tar itself would follow a link on the way to their place.
 */
import { join } from 'node:path';
import { fileImage } from '../host/file-state.ts';
import type { Files } from '../host/port.ts';
import type { ArchivedFile } from '../model/backup.ts';
import { HostError } from '../model/errors.ts';
import type { PutFile, StepOf } from '../model/plan.ts';
import type { StepRunner } from './context.ts';
import { expected } from './expected.ts';
import { doorOf } from './outside.ts';
import { staged } from './stage.ts';

/** It is there as it was, with everything that can be asked for: the rename that put it there was the last thing done to it. */
export async function isBack(files: Files, { path, state, mode, uid, gid, mtimeMs }: ArchivedFile): Promise<boolean> {
  const now = await fileImage(files, path);
  return JSON.stringify(now) === JSON.stringify({ path, state, mode, uid, gid, mtimeMs });
}

async function missing({ files }: StepOf<'files-put'>, door: Files): Promise<PutFile[]> {
  const back = await Promise.all(files.map((file) => isBack(door, file)));
  return files.filter((_, index) => !back[index]);
}

export const filesPut: StepRunner<'files-put'> = {
  touches: ({ files }) => files.map(({ path }) => path),
  writes: ({ files, outside }) => (outside ? [] : files.map(({ path }) => path)),

  probe: async (step, context) => (await missing(step, doorOf(step, context).files)).length === 0,

  async apply(step, context) {
    const door = doorOf(step, context);
    const files = await missing(step, door.files);
    const names = files.flatMap(({ path, link }) => (link === undefined ? [path] : [link, path]));
    await staged(step.outside === true, [...new Set(names)], context, async (stage) => {
      const puts = files.map(({ path, present }) => {
        const expect = present && (step.outside ? present : expected({ path, identity: present, why: '' }, context));
        return { path, staged: join(stage, path), expect, anchor: door.anchor(path) };
      });
      await door.files.putAll(puts);
    });
    const [other] = await missing(step, door.files);
    if (other === undefined) return;
    throw new HostError(`${door.files.real(other.path)} was put back, and is not as its backup has it.`, {
      hint: 'See who writes to it, then run engine-cleanup restore --force overwrite.',
    });
  },
};
