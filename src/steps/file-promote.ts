/**
 * Writes credentials that survived only in a copy to setup's drop-in, where engine-setup looks for them. A copy of that drop-in is taken as it is;
 * from any other place the drop-in is written anew.
 */

import { dropInText } from '../detect/read/drop-in-write.ts';
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';

export const filePromote: StepRunner<'file-promote'> = {
  touches: ({ path }) => [path],

  async probe({ path }, { host }) {
    return (await host.files.stat(path)) !== null;
  },

  async apply({ from, path, credentials, component }, { host, layout, vault }) {
    const source = await host.files.stat(from);
    const bytes = await host.files.readBytes(from);
    if (source === null || bytes === null) {
      throw new HostError(`${host.files.real(from)}, which held the credentials, is gone.`, {
        hint: 'Run this again: it looks for other copies.',
      });
    }
    const database = layout.components.find(({ id }) => id === component)?.database;
    if (!database) throw new Error(`no database layout for ${component}`);
    const isCopy = from.startsWith(`${path}.`);
    const content = isCopy
      ? bytes
      : Buffer.from(dropInText(database.prefix, credentials, vault.get(credentials.secret)));
    // Readable for the engine's group as setup leaves it, where the copy's group is known; never for others.
    const meta = { mode: isCopy ? source.mode & 0o640 : 0o600, uid: source.uid, gid: source.gid };
    await host.files.replace(path, content, { anchor: anchorOf(layout, path), meta });
  },
};
