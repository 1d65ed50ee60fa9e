/** Failures of file calls as the operator sees them: the real path, what could not be done, why, and the way on. */
import { getSystemErrorMap } from 'node:util';
import { errnoHint, HostError } from '../../model/errors.ts';

/** Errno name of anything that was thrown (`EACCES`); null for an error without one. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** True for the errors that say: there is nothing of that name. A component longer than a name can be is one of them. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}

const AGAIN = 'then run engine-cleanup again.';

/** What the system says of an errno, without Node's own path, which would name a file descriptor. */
function reason(error: unknown): string {
  const errno = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  const known = getSystemErrorMap().get(errno);
  if (known) return `${known[1]} (${known[0]})`;
  return error instanceof Error ? error.message : String(error);
}

/** The error of a file call. `failed` follows the path: "cannot be read". An error that is already for the operator stays as it is. */
export function fileError(error: unknown, path: string, failed: string): HostError {
  if (error instanceof HostError) return error;
  const code = codeOf(error);
  return new HostError(`${path} ${failed}: ${reason(error)}.`, {
    hint: errnoHint(code),
    code,
    cause: error,
  });
}

/** A symbolic link where none may be (code `ELOOP`, which detection takes for "reached through a symbolic link"). */
export function linkError(path: string): HostError {
  return new HostError(`${path} is a symbolic link. It is not followed, and nothing behind it was touched.`, {
    hint: `Put the real file or directory in its place (a directory that must live elsewhere can be mounted there with mount --bind), ${AGAIN}`,
    code: 'ELOOP',
  });
}

/** Something changed while it was looked at. */
export function changedError(path: string, what: string): HostError {
  return new HostError(`${path} ${what}. It was not touched.`, {
    hint: 'It changed since the plan was made. See who uses it, and run engine-cleanup again.',
    code: null,
  });
}
