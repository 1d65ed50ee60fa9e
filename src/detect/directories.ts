/** Directories that setup makes and no package owns. Only reads. */
import type { Facts } from '../model/facts.ts';
import type { DetectContext } from './context.ts';

/** Those that are there, with what is in them. */
export async function findDirectories(context: DetectContext): Promise<Facts['directories']> {
  const { files, packages } = context.host;
  const directories: Facts['directories'] = [];
  for (const path of context.layout.directories) {
    const stat = await files.stat(path);
    const entries = stat?.identity.type === 'dir' ? await files.list(path) : null;
    if (stat && entries) directories.push({ path, identity: stat.identity, entries });
  }
  const owners = directories.length > 0 ? await packages.owners(directories.map(({ path }) => path)) : null;
  const isPackaged = (path: string): boolean =>
    owners === null ? context.layout.packagedDirectories.includes(path) : owners.has(path);
  return directories.filter(({ path }) => !isPackaged(path));
}
