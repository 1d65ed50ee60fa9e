/** The lock of a run, and why a caller cannot have it. */
import { dirname, join } from 'node:path';
import { makeDirectories } from '../apply/directories.ts';
import { BusyError, type Refusal } from '../model/errors.ts';
import type { Holder, Work } from './work.ts';

/** The caller may not write below the root. */
function notRoot(root: string, user: string): Refusal {
  const message =
    root === '/' ? `This needs root, and the caller is ${user}.` : `${root} may not be written by ${user}.`;
  return {
    check: 'not-root',
    message: `${message} Nothing was changed.`,
    hint: 'Run it as root, for example with sudo.',
    forcible: false,
  };
}

/** The lock lies in /run; a root that has none yet gets it, as the next boot would. Throws a BusyError if another run holds the host. */
export async function takeLock(work: Work, root: string, holder: Holder): Promise<{ release(): void } | Refusal> {
  const path = join(root, 'run/engine-cleanup.lock');
  try {
    makeDirectories(dirname(path), 0o755);
    return await work.lock(path, holder);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const denied = code === 'EACCES' || code === 'EPERM';
    if (error instanceof BusyError || !denied) throw error;
    return notRoot(root, holder.user);
  }
}
