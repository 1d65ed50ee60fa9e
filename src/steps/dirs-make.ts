/** Makes directories that an earlier run removed, as they were, parents first. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { isTemporaryOf } from '../host/files/temporary.ts';
import { anchorOf } from '../layouts/index.ts';
import type { DirectoryBefore } from '../model/backup.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import type { StepContext, StepRunner } from './context.ts';
import { staged } from './stage.ts';

async function missing(dirs: readonly DirectoryBefore[], { host }: StepContext): Promise<DirectoryBefore[]> {
  const found: DirectoryBefore[] = [];
  for (const dir of dirs) if ((await host.files.stat(dir.path)) === null) found.push(dir);
  return found;
}

/** Copies that a killed restore left beside their place: each is empty. */
async function removeCopies(dirs: readonly DirectoryBefore[], { host: { files }, layout }: StepContext): Promise<void> {
  for (const { path } of dirs) {
    for (const name of (await files.list(parentOf(path))) ?? []) {
      if (isTemporaryOf(name, nameOf(path)))
        await files.removeDir(`${parentOf(path)}/${name}`, anchorOf(layout, parentOf(path)));
    }
  }
}

export const dirsMake: StepRunner<'dirs-make'> = {
  touches: ({ dirs }) => dirs.map(({ path }) => path),

  probe: async ({ dirs }, context) => (await missing(dirs, context)).length === 0,

  async apply({ dirs }, context) {
    const { host, layout } = context;
    const wanted = await missing(dirs, context);
    await removeCopies(wanted, context);
    const paths = wanted.filter(({ archived }) => archived).map(({ path }) => path);
    await staged(false, paths, context, async (stage) => {
      // Each alone, so that a copy is empty: children first, out of their parents.
      const copies = new Map<string, string>();
      for (const [index, path] of [...paths.entries()].reverse()) {
        const copy = join(stage, `.${index}`);
        renameSync(join(stage, path), copy);
        copies.set(path, copy);
      }
      for (const { path, mode, uid, gid } of wanted) {
        const [copy, anchor] = [copies.get(path), anchorOf(layout, path)];
        if (copy === undefined) await host.files.makeDir(path, { mode, uid, gid }, anchor);
        else await host.files.putAll([{ path, staged: copy, expect: null, anchor }]);
      }
    });
  },
};
