/**
 * One run at a time (docs/decisions/0005-lock.md): the kernel's `flock` on an open file of ours. The kernel gives it up when this process ends, however it
 * ends. Node has no call for it, so util-linux' `flock` takes it on our open file, which it is handed as file descriptor 3; the lock belongs to the open
 * file, not to the program that took it.
 */
import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { BusyError, exhaustedHint, HostError } from '../model/errors.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import { codeOf, fileError, linkError } from './files/errors.ts';
import { at } from './files/walk.ts';
import { start } from './start.ts';

/** Who holds the lock. It stands in the file for the message of a second run, and nothing is decided by it. */
export interface LockHolder {
  pid: number;
  user: string;
  /** ISO time. */
  startedAt: string;
  /** The command line, which holds no secret. */
  command: string;
}

export interface Lock {
  /** Gives the lock up. The file stays, empty. */
  release(): void;
}

/** Longest wait for `flock --nonblock`, ms: it never waits by itself. */
const LIMIT_MS = 10_000;

/** More than any holder writes, bytes. */
const LARGEST = 64 * 1024;

/** Takes the lock, or rejects with a BusyError that names its holder. `path` is a real path; its directory must exist. */
export async function acquireLock(path: string, holder: LockHolder): Promise<Lock> {
  // Another run may remove or replace the file between our opening and our locking: then what we hold is no lock that anybody else sees.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const fd = openLockFile(path);
    try {
      if (!(await takeLock(fd, path))) throw busy(path, readHolder(fd));
      if (isStill(fd, path)) {
        writeHolder(fd, holder);
        return lockOn(fd);
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
  throw new HostError(`${path} is replaced again and again by another program. Nothing was changed.`, {
    hint: 'See who does it, then run engine-cleanup again.',
  });
}

function lockOn(fd: number): Lock {
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      ftruncateSync(fd);
      closeSync(fd);
    },
  };
}

/**
 * Opens the lock file, made 0600: who may not write it may not lock it either, so that no other user can keep the administrator out. Below --root the
 * directory may be somebody else's: a link there would have us write elsewhere.
 */
function openLockFile(path: string): number {
  const dir = openDirectory(parentOf(path));
  let fd: number;
  try {
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    fd = openSync(at(dir, nameOf(path)), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw linkError(path);
    throw fileError(error, path, 'cannot be opened to lock it');
  } finally {
    closeSync(dir);
  }
  const stat = fstatSync(fd);
  const own = process.getuid?.() ?? 0;
  // It is truncated and written: a file with another name too could be anything.
  if (stat.isFile() && stat.nlink <= 1 && (stat.uid === own || stat.uid === 0 || own === 0)) return fd;
  closeSync(fd);
  throw new HostError(`${path} is not a lock file of this program. Nothing was changed.`, {
    hint: 'See who made it, remove it, and run engine-cleanup again.',
  });
}

function openDirectory(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw linkError(path);
    throw fileError(error, path, 'cannot be opened');
  }
}

/** How the program that takes the lock ended. */
interface Ending {
  error: Error | null;
  status: number | null;
  signal: NodeJS.Signals | null;
  said: string;
}

function runFlock(fd: number): Promise<Ending> {
  return new Promise((resolve) => {
    const child = start('flock', ['--nonblock', '--exclusive', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      timeout: LIMIT_MS,
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', (error) => resolve({ error, status: null, signal: null, said }));
    child.once('close', (status, signal) => resolve({ error: null, status, signal, said }));
  });
}

/** True if the lock is ours now, false if somebody else has it. */
async function takeLock(fd: number, path: string): Promise<boolean> {
  const { error, status, signal, said } = await runFlock(fd);
  if (status === 0) return true;
  if (status === 1) return false;
  const missing = error !== null && codeOf(error) === 'ENOENT';
  const why = said.trim() || error?.message || `it ended with ${status ?? signal}`;
  throw new HostError(
    missing
      ? `${path} cannot be locked: there is no program "flock". Nothing was changed.`
      : `${path} cannot be locked: flock failed (${why}). Nothing was changed.`,
    {
      hint: missing
        ? 'Install util-linux, which has it, and see that it is in the PATH.'
        : (exhaustedHint(error && codeOf(error)) ?? 'Mend the cause, then run engine-cleanup again.'),
      code: error ? codeOf(error) : `exit ${status}`,
    },
  );
}

/** The name still leads to the file that is locked. */
function isStill(fd: number, path: string): boolean {
  const now = lstatSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(fd);
  return now !== undefined && now.ino === ours.ino && now.dev === ours.dev;
}

function writeHolder(fd: number, holder: LockHolder): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
  } catch {
    // The lock is held all the same; a second run only cannot say by whom.
  }
}

/** What the file says about its holder; null if nothing believable, or of a process that has ended (the lock is then another program's). */
function readHolder(fd: number): LockHolder | null {
  try {
    if (fstatSync(fd).size > LARGEST) return null;
    const { pid, user, startedAt, command } = JSON.parse(readFileSync(fd, 'utf8')) as LockHolder;
    const isText = [user, startedAt, command].every((text) => typeof text === 'string');
    const isTime = isText && !Number.isNaN(Date.parse(startedAt));
    if (!Number.isInteger(pid) || !isTime || !/^[^\s\p{C}]+$/u.test(user)) return null;
    return lstatSync(`/proc/${pid}`, { throwIfNoEntry: false }) === undefined
      ? null
      : { pid, user, startedAt, command };
  } catch {
    return null;
  }
}

function busy(path: string, holder: LockHolder | null): BusyError {
  if (holder === null) {
    return new BusyError(
      `Another process holds the lock ${path}. Nothing was changed.`,
      `Wait until it has ended, then run engine-cleanup again ("fuser -v ${path}" shows which it is).`,
    );
  }
  const { pid, user, startedAt } = holder;
  return new BusyError(
    `Another run of engine-cleanup works on this host: process ${pid}, started ${new Date(startedAt).toISOString()} by ${user}. Nothing was changed.`,
    `Wait until it has ended, then run engine-cleanup again ("ps -fp ${pid}" shows it).`,
  );
}
