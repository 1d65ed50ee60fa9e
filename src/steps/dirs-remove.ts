/** Removes directories that setup made, when they are empty. One that is not stays, and is no failure. */
import { anchorOf } from '../layouts/index.ts';
import type { StepRunner } from './context.ts';

export const dirsRemove: StepRunner<'dirs-remove'> = {
  touches: ({ paths }) => paths,

  async probe({ paths }, { host }) {
    for (const path of paths) if ((await host.files.stat(path)) !== null) return false;
    return true;
  },

  async apply({ paths }, { host, layout, warn }) {
    for (const path of paths) {
      const result = await host.files.removeDir(path, anchorOf(layout, path));
      if (result === 'not-empty')
        warn({ code: 'directory', message: `${host.files.real(path)} is not empty and stays.` });
    }
  },
};
