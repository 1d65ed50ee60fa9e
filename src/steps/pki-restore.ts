/**
 * Puts back the CA and keys that package removal copied aside, file by file, with owners and modes as they were. The copy is only read. A tree without `ca.pem` is seen as unfinished,
 * and a rerun puts it back again: so an old `ca.pem` goes before anything else is written, and that of the copy comes last.
 */
import { judgeKeys } from '../detect/pki.ts';
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { CopiedFile } from '../model/facts.ts';
import type { StepContext, StepRunner } from './context.ts';
import { expected } from './expected.ts';

/** What is at the place must be what was seen, and so is in the backup. It is removed where asked, and where a file is to be a link or a link a file. */
async function makeRoom({ to, type, present }: CopiedFile, remove: boolean, context: StepContext): Promise<void> {
  const { files } = context.host;
  const now = (await files.stat(to))?.identity;
  if (now === undefined) return;
  const seen = present && expected({ path: to, identity: present, why: '' }, context);
  if (seen === null || JSON.stringify(now) !== JSON.stringify(seen)) {
    throw new HostError(`${files.real(to)} was changed since the plan was made. It was not written over.`, {
      hint: 'See what writes to it, stop that, and run engine-cleanup again.',
    });
  }
  if (remove || now.type !== type) await files.remove(to, seen, anchorOf(context.layout, to));
}

async function putBack({ from, to, type }: CopiedFile, { host, layout }: StepContext): Promise<void> {
  const { files } = host;
  const anchor = anchorOf(layout, to);
  const stat = await files.stat(from);
  const content =
    stat?.identity.type !== type ? null : await (type === 'link' ? files.readLink : files.readBytes)(from);
  if (stat === null || content === null) {
    throw new HostError(`${files.real(from)} is no longer in the copy, and ${files.real(to)} was not put back.`, {
      hint: 'Run engine-cleanup again: it looks for the newest copy that is whole.',
    });
  }
  await files.makeParents(to, from, anchor);
  if (typeof content === 'string') await files.link(to, content, anchor);
  else await files.replace(to, content, { anchor, meta: { mode: stat.mode, uid: stat.uid, gid: stat.gid } });
}

export const pkiRestore: StepRunner<'pki-restore'> = {
  touches: ({ files }) => files.map(({ to }) => to),
  writes: ({ files }) => files.map(({ to }) => to),

  async probe({ path }, { host, layout }) {
    return path === layout.pki.dir && (await judgeKeys(host.files, layout.pki, path)).usable;
  },

  async apply({ files }, context) {
    const isCa = ({ to }: CopiedFile): boolean => to === context.layout.pki.ca;
    const [ca, others] = [files.filter(isCa), files.filter((file) => !isCa(file))];
    for (const file of ca) await makeRoom(file, true, context);
    for (const file of [...others, ...ca]) {
      await makeRoom(file, false, context);
      await putBack(file, context);
    }
  },
};
