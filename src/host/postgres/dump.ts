/** A database's dump: pg_dump's custom format through our hands onto the disk and to pg_restore, which reads it while it grows; hashed on the way, and read back. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fsync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { HostError, InterruptedError } from '../../model/errors.ts';
import { parentOf } from '../../model/paths.ts';
import type { ProgramLogin } from '../port.ts';
import { allEnded, DumpCheck } from './dump-check.ts';
import { OTHER_NAME_HINT, UNKNOWN_CA_HINT } from './errors.ts';
import type { OwnedObject } from './owned.ts';
import { complaint, type ProgramEnd, runProgram } from './program.ts';

export interface DumpRequest {
  /** Paths of the programs. */
  pgDump: string;
  pgRestore: string;
  login: ProgramLogin;
  /** The database in messages. */
  place: string;
  /** Real path of the dump, which must not exist yet. */
  target: string;
  /** The snapshot of an open transaction to dump; null: the present. */
  snapshot: string | null;
  /** Arguments that leave out objects of other owners. */
  exclude: readonly string[];
  /** Tables that the dump has to hold. */
  tables: readonly OwnedObject[];
  /** What it does on the server (activity.ts). */
  activity?: () => Promise<string>;
  /** Longest time without progress, ms. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Bytes written so far. */
  onBytes(done: number): void;
}

export interface Dump {
  sizeBytes: number;
  sha256: string;
}

/** Makes a dump and reads it back. After a failure nothing of it is left. @throws HostError; InterruptedError when the operator stopped it */
export async function dumpDatabase(request: DumpRequest): Promise<Dump> {
  const fd = openTarget(request);
  const check = new DumpCheck(request);
  try {
    const dump = await write(fd, request, check);
    await allEnded([sync(fd, request), check.finish(dump)]);
    syncDirectory(parentOf(request.target));
    return dump;
  } catch (error) {
    await check.abandon();
    unlinkSync(request.target);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Waits until the dump is on the disk. */
async function sync(fd: number, { target, place }: DumpRequest): Promise<void> {
  try {
    await promisify(fsync)(fd);
  } catch (error) {
    throw fileError(error, target, place);
  }
}

function openTarget({ target, place }: DumpRequest): number {
  try {
    return openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw fileError(error, target, place);
  }
}

async function write(fd: number, request: DumpRequest, check: DumpCheck): Promise<Dump> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const end = await runProgram(
    {
      file: request.pgDump,
      args: [
        '--format=custom',
        '--no-password',
        `--lock-wait-timeout=${request.timeoutMs}`,
        ...(request.snapshot === null ? [] : [`--snapshot=${request.snapshot}`]),
        ...request.exclude,
        `--dbname=${request.login.connection}`,
      ],
      login: request.login,
      silenceMs: request.timeoutMs,
      ...(request.activity ? { activity: request.activity } : {}),
      signal: request.signal,
    },
    async (chunk) => {
      try {
        for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      } catch (error) {
        throw fileError(error, request.target, request.place);
      }
      hash.update(chunk);
      sizeBytes += chunk.length;
      request.onBytes(sizeBytes);
      await check.take(chunk);
    },
  );
  if (end.ended === 'stop') throw new InterruptedError();
  if (end.code !== 0 || end.ended !== null) throw dumpError(request, end);
  return { sizeBytes, sha256: hash.digest('hex') };
}

function dumpError({ pgDump, place, timeoutMs }: DumpRequest, { code, stderr, ended }: ProgramEnd): HostError {
  const said = complaint(pgDump, stderr);
  if (ended === 'silence') {
    return new HostError(
      `${pgDump} made no progress on ${place} for ${timeoutMs / 1000} s and was ended. Nothing was dropped.`,
      {
        hint: 'Look whether the server hangs, or allow more time with --timeout.',
        code: 'ETIMEDOUT',
      },
    );
  }
  return new HostError(
    `${pgDump} could not dump ${place}: ${said || `it ended with status ${code ?? 'unknown'}`}. Nothing was dropped.`,
    { hint: wayOn(stderr), code: code === null ? null : `exit ${code}` },
  );
}

function wayOn(stderr: string): string {
  const without = 'or run with --no-backup.';
  // The name of the setting stands untranslated in the server's own hint.
  if (stderr.includes('max_locks_per_transaction'))
    return `Let a DBA raise max_locks_per_transaction to its default (64) and restart the server, ${without}`;
  // It told a version that can, and another one was at work: a script that chooses one, or the server was upgraded meanwhile.
  if (stderr.includes('server version mismatch'))
    return `Install the client programs of the server's version, look which ones this is, then run this again, ${without}`;
  if (stderr.includes('certificate verify failed')) return UNKNOWN_CA_HINT;
  if (/server certificate for .* does not match host name/.test(stderr)) return OTHER_NAME_HINT;
  return `Mend what it complains about, ${without}`;
}

function fileError(error: unknown, target: string, place: string): HostError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new HostError(
    `The dump of ${place} cannot be written to ${target}: ${code ?? message}. Nothing was dropped.`,
    {
      hint:
        code === 'ENOSPC' || code === 'EDQUOT'
          ? 'Free some space, or name another place with --backup-dir.'
          : 'Check the directory, or name another place with --backup-dir.',
      code: code ?? null,
      cause: error,
    },
  );
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
