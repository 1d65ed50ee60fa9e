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

/** What reads a member as a whole, beside its digest. */
async function readMember({ kind }: BackupMember, path: string, check: BackupCheck): Promise<void> {
  const { tools, timeoutMs, signal } = check;
  if (kind === 'files' || kind === 'outside') {
    if (tools.tar === null) throw new HostError('there is no program "tar"', { hint: '' });
    await readThrough({ tar: tools.tar.path, archive: path, timeoutMs, signal });
  } else if (kind === 'database') {
    if (tools.pgRestore === null) throw new HostError('there is no program "pg_restore"', { hint: '' });
    const reader = { pgRestore: tools.pgRestore.path, dump: path, timeoutMs, signal };
    await readDump(reader, ['--file=/dev/null'], () => undefined);
  }
}

/** What is wrong with it, as refusals; none where all of it can be put back. */
export async function checkBackup(check: BackupCheck): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const member of check.manifest.members) {
    const path = join(check.dir, member.name);
    let why: string | null = null;
    try {
      if ((await digestOf(path, check.signal)) === member.sha256) await readMember(member, path, check);
      else why = 'its bytes are not those that were written';
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      why = messageOf(error);
    }
    if (why !== null) refusals.push(damaged(`${path} cannot be used: ${why.replace(/\.$/, '')}.`));
  }
  return refusals;
}

const MIB = 1024 * 1024;

/**
 * Each step unpacks what it puts back, and removes that again. What the files take in their places is not counted, in whatever file systems that is: a restore that finds one full goes on where it stopped.
 * @param dir real path of the directory of runs
 */
export function spaceRefusals({ steps }: Plan, dir: string): Refusal[] {
  const needed = Math.max(
    0,
    ...steps.map((step) => (step.kind === 'files-put' ? step.files.reduce((sum, file) => sum + file.sizeBytes, 0) : 0)),
  );
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  if (needed === 0 || free >= needed + MIB) return [];
  return [
    {
      check: 'space',
      message: `Unpacking the files may need ${Math.ceil(needed / MIB) + 1} MiB below ${dir}, where ${Math.floor(free / MIB)} MiB are free. Nothing was changed.`,
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
