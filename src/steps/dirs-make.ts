/** Makes directories that an earlier run removed, with owner and mode, parents first. */
import { anchorOf } from '../layouts/index.ts';
import type { StepRunner } from './context.ts';

export const dirsMake: StepRunner<'dirs-make'> = {
  touches: ({ dirs }) => dirs.map(({ path }) => path),

  async probe({ dirs }, { host }) {
    for (const { path } of dirs) if ((await host.files.stat(path)) === null) return false;
    return true;
  },

  async apply({ dirs }, { host, layout }) {
    for (const { path, mode, uid, gid } of dirs)
      await host.files.makeDir(path, { mode, uid, gid }, anchorOf(layout, path));
  },
};
