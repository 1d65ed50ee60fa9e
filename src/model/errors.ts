/** Errors that are meant for the operator: each says what failed and what to do next. */

/** A failure of an outside call (file, process, server), with the way on. `message` and `hint` are free of secrets. */
export class HostError extends Error {
  readonly hint: string;
  /** Errno name, SQLSTATE or exit status where there is one, e.g. `EACCES`, `28P01`, `exit 1`. */
  readonly code: string | null;
  /** What was to be destroyed is known to be as it was: the call was undone as a whole. */
  readonly intact: boolean;

  constructor(message: string, options: { hint: string; code?: string | null; cause?: unknown; intact?: boolean }) {
    super(message, { cause: options.cause });
    this.name = 'HostError';
    this.hint = options.hint;
    this.code = options.code ?? null;
    this.intact = options.intact ?? false;
  }
}

/** The same error, with the word that what was to be destroyed is as it was. */
export function intactError(error: unknown): unknown {
  if (!(error instanceof HostError)) return error;
  const { hint, code } = error;
  return new HostError(error.message, { hint, code, intact: true, cause: error });
}

/** A wrong command line or configuration file (exit 2). */
export class UsageError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** Another run holds the host (exit 75). */
export class BusyError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'BusyError';
    this.hint = hint;
  }
}

/** A stop asked for by signal reached a place where it can be obeyed. */
export class InterruptedError extends Error {
  constructor() {
    super('stopped by a signal');
    this.name = 'InterruptedError';
  }
}

/** A reason not to start (exit 3). `forcible` ones can be overridden with `--force CHECK`. */
export interface Refusal {
  check: string;
  message: string;
  hint: string;
  forcible: boolean;
}

export interface Warning {
  code: string;
  message: string;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error of a system call that nobody put into words: no space, no right, a disk that fails. Not a bug of this program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

const AGAIN = 'then run engine-cleanup again.';

const ERRNO_HINTS: Record<string, string> = {
  EACCES: `Run it as root. If it is root already, look at the security labels of the path (ls -Z), ${AGAIN}`,
  EPERM: `Run it as root. If it is root already, look whether the path is immutable (lsattr), ${AGAIN}`,
  EROFS: `Its file system is mounted read-only: mount it writable, ${AGAIN}`,
  ENOSPC: `Free space on its file system, ${AGAIN}`,
  EDQUOT: `Free space or raise the quota on its file system, ${AGAIN}`,
  EIO: `The disk reports an error: see the kernel log (dmesg), mend it, ${AGAIN}`,
  EBUSY: `Something is mounted there: unmount it, ${AGAIN}`,
  ESTALE: `Its file server no longer knows it: mount the file system anew, ${AGAIN}`,
  EMFILE: `Raise the limit of open files (ulimit -n), ${AGAIN}`,
  ENFILE: `The machine has too many files open: see who has them (lsof), ${AGAIN}`,
};

/** What to do about a system call that failed with this errno. */
export function errnoHint(code: string | null | undefined): string {
  return ERRNO_HINTS[code ?? ''] ?? `Mend the cause, ${AGAIN}`;
}

/** Where a program cannot be started because too much is open: it has nothing to do with the program. */
export function exhaustedHint(code: string | null | undefined): string | null {
  return code === 'EMFILE' || code === 'ENFILE' ? errnoHint(code) : null;
}

/** The hint of an error that has one. */
export function hintOf(error: unknown): string | null {
  if (error instanceof HostError || error instanceof UsageError || error instanceof BusyError) return error.hint;
  return isSystemError(error) ? errnoHint(error.code) : null;
}
