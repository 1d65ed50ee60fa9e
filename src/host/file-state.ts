/** What stands at a path, as it is written down and compared later. */
import type { ArchivedFile, FileState } from '../model/backup.ts';
import type { FileStat, Files } from './port.ts';

async function stateOf(files: Files, path: string, { identity: { type } }: FileStat): Promise<FileState> {
  if (type === 'dir' || type === 'other') return type;
  if (type === 'link') {
    const target = await files.readLink(path);
    return target === null ? null : `link:${target}`;
  }
  const hex = await files.digest(path, 'sha256');
  return hex === null ? null : `sha256:${hex}`;
}

/** The state of a path. @throws HostError if it cannot be looked at or read */
export async function fileState(files: Files, path: string): Promise<FileState> {
  const stat = await files.stat(path);
  return stat === null ? null : stateOf(files, path, stat);
}

/** The state of a path with owner, mode and time. */
export type FileImage = Omit<ArchivedFile, 'outside' | 'link' | 'sizeBytes'>;

/** Null if nothing is there. */
export async function fileImage(files: Files, path: string): Promise<FileImage | null> {
  const stat = await files.stat(path);
  const state = stat === null ? null : await stateOf(files, path, stat);
  if (stat === null || state === null) return null;
  const { mode, uid, gid, identity } = stat;
  return { path, state, mode, uid, gid, mtimeMs: identity.mtimeMs };
}
