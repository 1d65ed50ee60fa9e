/** Gives a package's configuration file the content that lies beside it: what the package had brought before setup wrote it, or what setup had written before package removal put that aside. */
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';
import { expected } from './expected.ts';

export const filePutBack: StepRunner<'file-put-back'> = {
  touches: ({ path }) => [path],
  writes: ({ path }) => [path],

  async probe({ from, path }, { host }) {
    const wanted = await host.files.digest(from, 'sha256');
    return wanted !== null && (await host.files.digest(path, 'sha256')) === wanted;
  },

  async apply({ from, path, identity }, { host, layout, backup }) {
    const source = await host.files.stat(from);
    const bytes = await host.files.readBytes(from);
    if (source === null || bytes === null) {
      throw new HostError(`${host.files.real(from)} is gone. ${host.files.real(path)} was not changed.`, {
        hint: 'Run engine-cleanup again: it looks at both anew.',
      });
    }
    const now = (await host.files.stat(path))?.identity ?? null;
    const was = identity === null ? null : expected({ path, identity, why: '' }, { backup });
    if (now?.ino !== was?.ino || now?.size !== was?.size || now?.mtimeMs !== was?.mtimeMs) {
      throw new HostError(`${host.files.real(path)} was written to since the plan saw it. It was not changed.`, {
        hint: 'See who works on it, then run engine-cleanup again.',
      });
    }
    const meta = now === null ? { meta: { mode: source.mode & 0o7777, uid: source.uid, gid: source.gid } } : {};
    await host.files.replace(path, bytes, { anchor: anchorOf(layout, path), ...meta });
  },
};
