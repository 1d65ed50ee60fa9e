/**
 * Mounts, told apart by the kernel's mount id. The device number will not do: a bind mount of the same file system keeps it, and deleting through
 * bind mounts is how reset tools destroyed user data.
 */
import { readFileSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';

/** Id of the mount an open file descriptor lies on (`mnt_id` in /proc, since Linux 3.15). */
export function mountOf(fd: number): number {
  const id = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
  if (id !== undefined) return Number(id);
  throw new HostError('The kernel does not tell which mount a file lies on. Nothing was changed.', {
    hint: 'Use Linux 3.15 or newer, with /proc mounted.',
  });
}

/** A path that lies on another mount than the directory it belongs to. */
export function mountError(path: string): HostError {
  return new HostError(`${path} lies on another mount than the directory it belongs to. It was not touched.`, {
    hint: 'Unmount what is mounted there (findmnt shows it), then run engine-cleanup again.',
    code: 'EXDEV',
  });
}
