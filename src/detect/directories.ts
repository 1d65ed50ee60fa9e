/** Directories that setup makes and no package owns. Only reads. */
import { anchorOf } from '../layouts/index.ts';
import type { Facts } from '../model/facts.ts';
import { parentOf } from '../model/paths.ts';
import type { DetectContext } from './context.ts';

type Directory = Facts['directories'][number];

/** A directory with what is in it; null if there is none, or it is another mount. */
async function look(context: DetectContext, path: string): Promise<Directory | null> {
  const { files } = context.host;
  const stat = await files.stat(path);
  if (stat?.identity.type !== 'dir' || (await files.onOtherMount(path, anchorOf(context.layout, path)))) return null;
  const entries = await files.list(path);
  return entries === null ? null : { path, identity: stat.identity, entries };
}

/** Every directory below one that setup deploys a whole tree to. */
async function lookBelow(context: DetectContext, parent: string): Promise<Directory[]> {
  const found: Directory[] = [];
  for (const name of (await context.host.files.list(parent)) ?? []) {
    const directory = await look(context, `${parent}/${name}`);
    if (directory) found.push(directory, ...(await lookBelow(context, directory.path)));
  }
  return found;
}

/** Those that are there, with what is in them. */
export async function findDirectories(context: DetectContext): Promise<Facts['directories']> {
  const { packages } = context.host;
  const directories: Facts['directories'] = [];
  for (const path of context.layout.directories) {
    const isTree = path.endsWith('/**');
    const found = isTree ? await lookBelow(context, parentOf(path)) : [await look(context, path)];
    directories.push(...found.filter((one) => one !== null));
  }
  const owners = directories.length > 0 ? await packages.owners(directories.map(({ path }) => path)) : null;
  const isPackaged = (path: string): boolean =>
    owners === null ? context.layout.packagedDirectories.includes(path) : owners.has(path);
  return directories.filter(({ path }) => !isPackaged(path));
}
