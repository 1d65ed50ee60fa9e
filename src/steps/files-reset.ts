/** Empties package files that setup fills: the package still owns them, and setup fills them anew. */
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';
import { expected } from './expected.ts';

export const filesReset: StepRunner<'files-reset'> = {
  touches: ({ files }) => files.map(({ path }) => path),
  writes: ({ files }) => files.map(({ path }) => path),

  async probe({ files }, { host }) {
    for (const { path } of files) {
      const stat = await host.files.stat(path);
      if (stat !== null && stat.identity.size > 0) return false;
    }
    return true;
  },

  async apply({ files }, { host, layout, backup }) {
    for (const file of files) {
      const { path } = file;
      const now = await host.files.stat(path);
      if (now === null || now.identity.size === 0) continue;
      // Another file than the one in the backup, or one written to since: nobody could bring that back.
      const { ino, size, mtimeMs } = expected(file, { backup });
      if (now.identity.ino !== ino || now.identity.size !== size || now.identity.mtimeMs !== mtimeMs) {
        throw new HostError(`${host.files.real(path)} was written to since the plan saw it. It was not changed.`, {
          hint: 'See who works on it, then run engine-cleanup again.',
        });
      }
      await host.files.replace(path, Buffer.alloc(0), { anchor: anchorOf(layout, path) });
    }
  },
};
