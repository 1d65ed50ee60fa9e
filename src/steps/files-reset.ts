/** Empties package files that setup fills: the package still owns them, and setup fills them anew. */
import { anchorOf } from '../layouts/index.ts';
import type { StepRunner } from './context.ts';

export const filesReset: StepRunner<'files-reset'> = {
  touches: ({ files }) => files.map(({ path }) => path),

  async probe({ files }, { host }) {
    for (const { path } of files) {
      const stat = await host.files.stat(path);
      if (stat !== null && stat.identity.size > 0) return false;
    }
    return true;
  },

  async apply({ files }, { host, layout }) {
    for (const { path } of files) {
      if ((await host.files.stat(path)) === null) continue;
      await host.files.replace(path, Buffer.alloc(0), { anchor: anchorOf(layout, path) });
    }
  },
};
