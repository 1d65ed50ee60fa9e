/** Makes directories that an earlier run removed, as they were, parents first. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { isTemporaryOf } from '../host/files/temporary.ts';
import { anchorOf } from '../layouts/index.ts';
import type { DirectoryBefore } from '../model/backup.ts';
import { HostError } from '../model/errors.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import type { StepContext, StepRunner } from './context.ts';
import { staged } from './stage.ts';

async function missing(dirs: readonly DirectoryBefore[], { host }: StepContext): Promise<DirectoryBefore[]> {
  const found: DirectoryBefore[] = [];
  for (const dir of dirs) if ((await host.files.stat(dir.path)) === null) found.push(dir);
  return found;
}

/** Copies that a killed restore left beside their place: each is an empty directory. */
async function removeCopies(dirs: readonly DirectoryBefore[], { host: { files } }: StepContext): Promise<void> {
  for (const parent of new Set(dirs.map(({ path }) => parentOf(path)))) {
    const ours = dirs.filter(({ path }) => parentOf(path) === parent).map(({ path }) => nameOf(path));
    for (const name of (await files.list(parent)) ?? []) {
      const path = `${parent}/${name}`;
      if (!ours.some((one) => isTemporaryOf(name, one))) continue;
      if ((await files.stat(path))?.identity.type === 'dir') await files.removeDir(path, parent);
    }
  }
}

/** What came from the archive is what was written down of it. */
async function assertAsBefore({ path, mode, uid, gid }: DirectoryBefore, { host }: StepContext): Promise<void> {
  const now = await host.files.stat(path);
  if (now?.mode === mode && now.uid === uid && now.gid === gid) return;
  throw new HostError(`${host.files.real(path)} was put back, and is not as the manifest of the backup has it.`, {
    hint: 'See who changes it, set its owner and mode, and run engine-cleanup restore again.',
  });
}

export const dirsMake: StepRunner<'dirs-make'> = {
  touches: ({ dirs }) => dirs.map(({ path }) => path),

  probe: async ({ dirs }, context) => (await missing(dirs, context)).length === 0,

  async apply({ dirs }, context) {
    const { host, layout } = context;
    const wanted = await missing(dirs, context);
    await removeCopies(dirs, context);
    const paths = wanted.filter(({ archived }) => archived).map(({ path }) => path);
    await staged(false, paths, context, async (stage) => {
      // Each alone, so that a copy is empty: children first, out of their parents.
      const copies = new Map<string, string>();
      for (const [index, path] of [...paths.entries()].reverse()) {
        const copy = join(stage, `.${index}`);
        renameSync(join(stage, path), copy);
        copies.set(path, copy);
      }
      for (const dir of wanted) {
        const { path, mode, uid, gid } = dir;
        const [copy, anchor] = [copies.get(path), anchorOf(layout, path)];
        if (copy === undefined) await host.files.makeDir(path, { mode, uid, gid }, anchor);
        else await host.files.putAll([{ path, staged: copy, expect: null, anchor }]);
        if (copy !== undefined) await assertAsBefore(dir, context);
      }
    });
  },
};
