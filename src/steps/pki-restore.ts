/** Puts back the CA and keys that package removal copied aside, file by file, with owners and modes as they were. */
import { anchorOf } from '../layouts/index.ts';
import type { StepContext, StepRunner } from './context.ts';

interface Pair {
  from: string;
  to: string;
}

async function walk(context: StepContext, from: string, to: string): Promise<Pair[]> {
  const { files } = context.host;
  const pairs: Pair[] = [];
  for (const name of (await files.list(from)) ?? []) {
    const pair = { from: `${from}/${name}`, to: `${to}/${name}` };
    const stat = await files.stat(pair.from);
    if (stat?.identity.type === 'dir') pairs.push(...(await walk(context, pair.from, pair.to)));
    else if (stat) pairs.push(pair);
  }
  return pairs;
}

/** ca.pem last: as long as it is missing the tree is seen as unfinished, and a rerun puts it back again. */
function caLast(pairs: Pair[], ca: string): Pair[] {
  return [...pairs.filter(({ to }) => to !== ca), ...pairs.filter(({ to }) => to === ca)];
}

export const pkiRestore: StepRunner<'pki-restore'> = {
  touches: ({ from, path }) => [from, path],

  async probe({ path }, { host, layout }) {
    return (
      path === layout.pki.dir &&
      (await host.files.stat(layout.pki.ca)) !== null &&
      (await host.files.stat(layout.pki.engineStore)) !== null
    );
  },

  async apply({ from, path }, context) {
    const { files } = context.host;
    for (const pair of caLast(await walk(context, from, path), context.layout.pki.ca)) {
      const stat = await files.stat(pair.from);
      if (stat === null) continue;
      const anchor = anchorOf(context.layout, pair.to);
      await files.makeParents(pair.to, pair.from, anchor);
      const meta = { mode: stat.mode, uid: stat.uid, gid: stat.gid };
      if (stat.identity.type === 'link') await files.link(pair.to, (await files.readLink(pair.from)) ?? '', anchor);
      else if (stat.identity.type === 'file') {
        const bytes = await files.readBytes(pair.from);
        if (bytes !== null) await files.replace(pair.to, bytes, { anchor, meta });
      }
    }
  },
};
