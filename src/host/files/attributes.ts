/**
 * Extended attributes, ACLs and the SELinux label of a file, taken over from another. Node has no calls for them, so the host's own `cp` copies them from
 * one open file to another, without touching content; GNU cp knows all three, and passes over what the file system cannot hold.
 */
import { spawnSync } from 'node:child_process';
import { HostError } from '../../model/errors.ts';
import { codeOf } from './errors.ts';

/** Longest time for one copy, ms: it reads and writes a few bytes. */
const LIMIT_MS = 30_000;

/** Makes `to` have the attributes of `from` (both open). A host without `cp` keeps owner and mode only, which the caller sets itself. */
export function copyAttributes(from: number, to: number, real: string): void {
  const { error, status, stderr } = spawnSync(
    'cp',
    ['--attributes-only', '--preserve=all', '--', '/proc/self/fd/3', '/proc/self/fd/4'],
    { stdio: ['ignore', 'ignore', 'pipe', from, to], env: { PATH: process.env.PATH, LC_ALL: 'C' }, timeout: LIMIT_MS },
  );
  if (error && codeOf(error) === 'ENOENT') return;
  if (!error && status === 0) return;
  const said = stderr?.toString().trim().replaceAll('\n', '; ');
  throw new HostError(
    `The attributes of ${real} cannot be taken over by its new content (${said || error?.message || `cp ended with ${status}`}). It was not changed.`,
    { hint: 'Mend the cause, then run engine-cleanup again.', code: error ? codeOf(error) : `exit ${status}` },
  );
}
