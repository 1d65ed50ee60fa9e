/** Puts package files that setup fills back to what the package brings: the package still owns them, and setup fills them anew. */
import type { Files } from '../host/port.ts';
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { PlannedFile } from '../model/plan.ts';
import type { StepRunner } from './context.ts';
import { expected } from './expected.ts';

function pristineOf({ pristine = '' }: PlannedFile): Buffer {
  return Buffer.from(pristine);
}

/** Absent counts: there is nothing in it of setup. */
async function isPristine(file: PlannedFile, files: Files): Promise<boolean> {
  const size = (await files.stat(file.path))?.identity.size ?? null;
  if (size === null) return true;
  const pristine = pristineOf(file);
  return size === pristine.length && (size === 0 || (await files.readBytes(file.path))?.equals(pristine) === true);
}

export const filesReset: StepRunner<'files-reset'> = {
  touches: ({ files }) => files.map(({ path }) => path),

  async probe({ files }, { host }) {
    for (const file of files) if (!(await isPristine(file, host.files))) return false;
    return true;
  },

  async apply({ files }, { host, layout, backup }) {
    for (const file of files) {
      const { path } = file;
      const now = await host.files.stat(path);
      if (now === null || (await isPristine(file, host.files))) continue;
      // Another file than the one in the backup, or one written to since: nobody could bring that back.
      const { ino, size, mtimeMs } = expected(file, { backup });
      if (now.identity.ino !== ino || now.identity.size !== size || now.identity.mtimeMs !== mtimeMs) {
        throw new HostError(`${host.files.real(path)} was written to since the plan saw it. It was not changed.`, {
          hint: 'See who works on it, then run engine-cleanup again.',
        });
      }
      await host.files.replace(path, pristineOf(file), { anchor: anchorOf(layout, path) });
    }
  },
};
