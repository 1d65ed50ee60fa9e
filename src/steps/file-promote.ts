/**
 * Writes credentials that survived only in a copy to setup's drop-in or password file, where engine-setup looks for them. A copy of that drop-in is taken as it is;
 * from any other place the drop-in is written anew.
 */

import { databaseCredentials, readDropIns } from '../detect/read/drop-in.ts';
import { dropInText } from '../detect/read/drop-in-write.ts';
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';

export const filePromote: StepRunner<'file-promote'> = {
  touches: ({ path }) => [path],
  writes: ({ path }) => [path],

  // A drop-in with other credentials than the ones that were proven to work does not count: its server rejects them.
  async probe({ path, component, credentials }, { host, layout, vault }) {
    const text = await host.files.readText(path);
    const prefix = layout.components.find(({ id }) => id === component)?.database?.prefix;
    if (text === null || prefix === undefined) return false;
    const there = databaseCredentials(readDropIns([{ path, text }]).values, prefix);
    const { host: server, port, database, role } = credentials;
    return (
      there?.host === server &&
      there.port === port &&
      there.database === database &&
      there.role === role &&
      there.password === vault.get(credentials.secret)
    );
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
    const isDropIn = database.credentials.includes(path);
    if (!isDropIn && (await host.files.stat(path)) !== null) {
      throw new HostError(
        `${host.files.real(path)} is there, with other people's lines: setup's were not added to it.`,
        {
          hint: `Add the lines of ${host.files.real(from)} to it by hand, then run engine-cleanup again.`,
        },
      );
    }
    const content = isCopy
      ? bytes
      : Buffer.from(dropInText(database.prefix, credentials, vault.get(credentials.secret)));
    // Readable for the engine's group as setup leaves it, where the copy's group is known; never for others.
    const meta = { mode: isCopy ? source.mode & 0o640 : 0o600, uid: source.uid, gid: source.gid };
    await host.files.replace(path, content, { anchor: anchorOf(layout, path), meta });
  },
};
