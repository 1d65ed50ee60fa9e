/**
 * The log of runs: appended to by every run that held the lock, however it ended. It is the only trace of a run with nothing to do, and the first thing
 * that is asked for when something went wrong; so nothing in it may be a secret, and nobody but its owner may read it.
 */
import { closeSync, constants, fchmodSync, fstatSync, openSync, realpathSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isThere, makeDirectories } from '../apply/directories.ts';
import { errnoHint, HostError, isSystemError, messageOf } from '../model/errors.ts';
import { isBelow } from '../model/paths.ts';
import { printable } from './safe.ts';

export interface RunLog {
  /** Real path; empty where nothing is logged. */
  readonly path: string;
  /** Why the log is not whole (a full disk); null as long as everything went into it. */
  readonly trouble: string | null;
  /** One line with a time stamp. Control characters are written out. */
  line(text: string): void;
  /** A text of several lines, indented so that lines with a time stamp stand out. */
  block(text: string): void;
  close(): void;
}

/** Where nothing is logged: `plan` and `verify` leave no file. */
export const NO_LOG: RunLog = { path: '', trouble: null, line() {}, block() {}, close() {} };

export interface LogOptions {
  /** The log must lie below this real directory, links resolved: a foreign disk must not lead it elsewhere. */
  below?: string;
}

function refused(path: string, why: string, cause?: unknown): HostError {
  // A disk is mended; a file that somebody made is looked into.
  const hint = isSystemError(cause) && cause.code !== 'ELOOP' && cause.code !== 'ENXIO' ? errnoHint(cause.code) : null;
  return new HostError(`The log ${path} cannot be used: ${why}.`, {
    hint: `${hint ?? 'See who made it and move it away.'} Or name another file with --log.`,
    cause,
  });
}

/** Makes the missing directories above the log, 0755 whatever the umask. */
function makeParents(path: string, below: string | undefined): void {
  let dir = dirname(path);
  while (!isThere(dir)) dir = dirname(dir);
  const real = realpathSync(dir);
  if (below !== undefined && !isBelow(real, below))
    throw refused(path, `${dir} is a link that leads to ${real}, out of ${below}`);
  makeDirectories(dirname(path), 0o755);
}

/**
 * The log lies in a directory that the engine's own account may write to: a link, a FIFO or a file put there must not make root write to it.
 * Returns the open file.
 */
function openFile(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const stat = fstatSync(fd);
    const uid = process.geteuid?.() ?? 0;
    if (!stat.isFile()) throw refused(path, 'it is not a regular file');
    if (stat.uid !== uid) throw refused(path, `it belongs to uid ${stat.uid}, not to the caller`);
    if (stat.nlink !== 1) throw refused(path, 'it has another name (a hard link)');
    // A file that is not readable by its owner alone is none that a run made: its mode is not ours to change.
    if ((stat.mode & 0o077) !== 0 && stat.size > 0)
      throw refused(path, 'others may read it, so no run of engine-cleanup made it');
    if ((stat.mode & 0o7777) !== 0o600) fchmodSync(fd, 0o600);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function open(path: string, below: string | undefined): number {
  try {
    makeParents(path, below);
    return openFile(path);
  } catch (error) {
    if (error instanceof HostError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const why: Record<string, string> = { ELOOP: 'it is a link', ENXIO: 'it is not a regular file' };
    throw refused(path, why[code] ?? messageOf(error), error);
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done);
}

/** Opens the log for appending. Throws a HostError where it is not ours to write. `redact` takes known secrets out of a text. */
export function openLog(path: string, redact: (text: string) => string, options: LogOptions = {}): RunLog {
  const fd = open(path, options.below);
  let trouble: string | null = null;
  let closed = false;
  const put = (text: string): void => {
    if (closed) return;
    try {
      writeAll(fd, text);
    } catch (error) {
      // A full disk must not end a run half-way: what it says is in the report too.
      trouble ??= messageOf(error);
    }
  };
  return {
    path,
    get trouble() {
      return trouble;
    },
    line: (text) => put(`${new Date().toISOString()}  ${printable(redact(text))}\n`),
    block: (text) =>
      put(
        `${redact(text)
          .trimEnd()
          .replace(/^(?=.)/gm, '    ')}\n`,
      ),
    close() {
      if (!closed) closeSync(fd);
      closed = true;
    },
  };
}

/** The first lines of a run: when, what, as whom. None of them can hold a secret. */
export function logHeader(log: RunLog, run: { version: string; options: string; user: string; pid: number }): void {
  log.line(`engine-cleanup ${run.version} begins, run by ${run.user}, process ${run.pid}`);
  log.line(`options: ${run.options}`);
}
