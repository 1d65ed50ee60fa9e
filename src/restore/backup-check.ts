/** Reads a whole backup before anything is put back from it: the digest of each member, the archives by tar, the dumps by pg_restore. */
import { createHash } from 'node:crypto';
import { constants, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readDump } from '../host/postgres/fill.ts';
import { readThrough } from '../host/unpack.ts';
import type { BackupMember, Manifest } from '../model/backup.ts';
import { HostError, InterruptedError, messageOf, type Refusal } from '../model/errors.ts';
import type { ToolFacts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';

export interface BackupCheck {
  /** Real path of the backup. */
  dir: string;
  manifest: Manifest;
  tools: ToolFacts;
  timeoutMs: number;
  signal: AbortSignal;
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for await (const piece of file.createReadStream({ autoClose: false })) {
      if (signal.aborted) throw new InterruptedError();
      hash.update(piece as Buffer);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Reads a member as what it is, beside its digest. Resolves with the bytes that it takes unpacked on this host. */
async function readMember({ kind }: BackupMember, path: string, check: BackupCheck): Promise<number> {
  const { tools, timeoutMs, signal } = check;
  if (kind === 'files' || kind === 'outside') {
    if (tools.tar === null) throw new HostError('there is no program "tar"', { hint: '' });
    return readThrough({ tar: tools.tar.path, archive: path, timeoutMs, signal });
  }
  if (kind === 'database') {
    if (tools.pgRestore === null) throw new HostError('there is no program "pg_restore"', { hint: '' });
    const reader = { pgRestore: tools.pgRestore.path, dump: path, timeoutMs, signal };
    await readDump(reader, ['--file=/dev/null'], () => undefined);
  }
  return 0;
}

export interface CheckedBackup {
  /** What is wrong with it; none where all of it can be put back. */
  refusals: Refusal[];
  /** Bytes of the larger of its archives, unpacked. */
  unpackedBytes: number;
}

export async function checkBackup(check: BackupCheck): Promise<CheckedBackup> {
  const refusals: Refusal[] = [];
  let unpackedBytes = 0;
  for (const member of check.manifest.members) {
    const path = join(check.dir, member.name);
    let why: string | null = null;
    try {
      if ((await digestOf(path, check.signal)) === member.sha256)
        unpackedBytes = Math.max(unpackedBytes, await readMember(member, path, check));
      else why = 'its bytes are not those that were written';
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      why = messageOf(error);
    }
    if (why !== null) refusals.push(damaged(`${path} cannot be used: ${why.replace(/\.$/, '')}.`));
  }
  return { refusals, unpackedBytes };
}

const MIB = 1024 * 1024;

/**
 * Files are unpacked before they are put in their places. What they take there, in whatever file systems, is not counted: a restore that finds one full goes on where it stopped.
 * @param dir real path of the directory of runs
 */
export function spaceRefusals({ steps }: Plan, unpackedBytes: number, dir: string): Refusal[] {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  if (free >= unpackedBytes + MIB || !steps.some(({ kind }) => kind === 'files-put')) return [];
  const mib = (bytes: number): number => Math.ceil(bytes / MIB);
  return [
    {
      check: 'space',
      message: `Unpacking the files may need ${mib(unpackedBytes) + 1} MiB below ${dir}, where ${Math.floor(free / MIB)} MiB are free. Nothing was changed.`,
      hint: 'Free some space, then run engine-cleanup restore again.',
      forcible: false,
    },
  ];
}

/** The backup is not whole, or not there. */
export function damaged(message: string): Refusal {
  return {
    check: 'backup',
    message: `${message} Nothing was changed.`,
    hint: 'Bring the backup back whole from wherever it was copied to. Its README says how to put back by hand what can still be read.',
    forcible: false,
  };
}
