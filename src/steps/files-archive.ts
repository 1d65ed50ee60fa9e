/** Puts every file that the run will remove, empty or edit into one archive of the backup, as it is after the services were stopped. */
import { archiveFiles } from '../host/archive.ts';
import { HostError } from '../model/errors.ts';
import type { StepRunner } from './context.ts';

const NAME = 'files.tar.gz';

export const filesArchive: StepRunner<'files-archive'> = {
  touches: ({ paths }) => paths,

  // Each run has a backup of its own, so there is none yet.
  async probe() {
    return false;
  },

  async apply({ paths }, { backup, host, onBytes, signal, timeoutMs, tools, warn }) {
    if (!backup) throw new Error('a plan without a backup has a step that archives files');
    if (tools.tar === null) {
      throw new HostError('There is no program "tar", so the files cannot be backed up. Nothing was changed.', {
        hint: 'Install GNU tar, then run engine-cleanup again.',
      });
    }
    const archive = await archiveFiles({
      tar: tools.tar.path,
      files: host.files,
      paths,
      target: backup.path(NAME),
      timeoutMs,
      signal,
      onBytes,
    });
    if (archive === null) return;
    for (const [path, identity] of archive.members) backup.archived.set(path, identity);
    backup.add({ name: NAME, kind: 'files', sizeBytes: archive.sizeBytes, sha256: archive.sha256 });
    if (archive.said !== '') warn({ code: 'archive', message: `While backing up the files: ${archive.said}` });
  },
};
