/**
 * Puts files and links back from the archive of an earlier run, with owner, mode, times, extended attributes, ACLs and label. They are unpacked into the run's own directory, which only root
 * may enter, and copied from there one by one: tar itself would follow a link on the way to their place.
 */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileImage } from '../host/file-state.ts';
import type { Put } from '../host/files/put.ts';
import { isTemporaryOf } from '../host/files/temporary.ts';
import type { Files } from '../host/port.ts';
import type { ArchivedFile } from '../model/backup.ts';
import { HostError } from '../model/errors.ts';
import type { Identity } from '../model/facts.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import type { PutFile, StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';
import { expected } from './expected.ts';
import { type Door, doorOf } from './outside.ts';
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

/** Of the first bytes of a file of ours. */
async function digestOfStart(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes > 0) for await (const piece of createReadStream(path, { end: bytes - 1 })) hash.update(piece);
  return hash.digest('hex');
}

/** It holds what the staged file does, or its beginning: with it nothing is lost. */
async function isCopy(files: Files, path: string, { type, size }: Identity, staged: string): Promise<boolean> {
  const model = lstatSync(staged);
  if (type === 'link') return model.isSymbolicLink() && (await files.readLink(path)) === readlinkSync(staged);
  if (type !== 'file' || !model.isFile() || size > model.size) return false;
  return (await files.digest(path, 'sha256')) === (await digestOfStart(staged, size));
}

/**
 * Copies that a killed restore left beside their place: keys and passwords, which nobody would look for. By its name alone one could be what a killed engine-setup
 * left, which may be all there is of a password; and what the run puts back itself is none.
 */
async function removeCopies(puts: readonly Put[], { files, anchor }: Door, { plan }: StepContext): Promise<void> {
  const own = new Set(
    plan.steps.flatMap((step) => (step.kind === 'files-put' ? step.files.map(({ path }) => path) : [])),
  );
  for (const parent of new Set(puts.map(({ path }) => parentOf(path)))) {
    const ours = puts.filter(({ path }) => parentOf(path) === parent);
    for (const name of (await files.list(parent)) ?? []) {
      const path = `${parent}/${name}`;
      const put = own.has(path) ? undefined : ours.find((one) => isTemporaryOf(name, nameOf(one.path)));
      const identity = put && (await files.stat(path))?.identity;
      if (put && identity && (await isCopy(files, path, identity, put.staged)))
        await files.remove(path, identity, anchor(put.path));
    }
  }
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
      await removeCopies(puts, door, context);
      await door.files.putAll(puts);
    });
    const [other] = await missing(step, door.files);
    if (other === undefined) return;
    throw new HostError(`${door.files.real(other.path)} was put back, and is not as its backup has it.`, {
      hint: 'See who writes to it, then run engine-cleanup restore --force overwrite.',
    });
  },
};
