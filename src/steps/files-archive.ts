/** Puts every file that the run will remove, empty or edit into one archive of the backup, as it is after the services were stopped. */
import { archiveFiles } from '../host/archive.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';
import { assertAsPlanned } from './outside.ts';

/** Names in the second begin at the root of the machine: the two cannot share an archive, where equal names would be one. */
const FILES = { name: 'files.tar.gz', kind: 'files' } as const;
const OUTSIDE_FILES = { name: 'outside.tar.gz', kind: 'outside' } as const;

/** The member of a backup that holds files of the root, or those outside of it. */
export function archiveName(outside: boolean): string {
  return (outside ? OUTSIDE_FILES : FILES).name;
}

export const filesArchive: StepRunner<'files-archive'> = {
  touches: ({ paths }) => paths,

  // Each run has a backup of its own, so there is none yet.
  async probe() {
    return false;
  },

  async apply({ paths, dirs = [], outside }, context) {
    const { backup, host, onBytes, signal, timeoutMs, tools, warn } = context;
    if (!backup) throw new Error('a plan without a backup has a step that archives files');
    if (tools.tar === null) {
      throw new HostError('There is no program "tar", so the files cannot be backed up. Nothing was changed.', {
        hint: 'Install GNU tar, then run engine-cleanup again.',
      });
    }
    if (outside) await assertAsPlanned(paths, context);
    const member = outside ? OUTSIDE_FILES : FILES;
    const archive = await archiveFiles({
      tar: tools.tar.path,
      files: outside ? host.machine : host.files,
      paths,
      dirs,
      target: backup.path(member.name),
      timeoutMs,
      signal,
      onBytes,
    });
    if (archive === null) return;
    if (!outside) for (const [path, identity] of archive.members) backup.archived.set(path, identity);
    for (const dir of archive.dirs) backup.directories.add(dir);
    backup.files.push(...archive.images.map((image) => (outside ? { ...image, outside } : image)));
    backup.add({ ...member, sizeBytes: archive.sizeBytes, sha256: archive.sha256 });
    if (archive.said !== '') warn({ code: 'archive', message: `While backing up the files: ${archive.said}` });
  },
};
