/**
 * The archive of the files a run removes or edits: a gzipped tar, made by the host's own tar so that the host's own tar reads it. It counts only after it
 * has been waited for on the disk and was read back as a file.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ArchivedFile } from '../model/backup.ts';
import { HostError } from '../model/errors.ts';
import type { Identity } from '../model/facts.ts';
import { hostPath } from '../model/paths.ts';
import { checkArchive } from './archive-check.ts';
import { fileImage } from './file-state.ts';
import { syncDirectory } from './files/entry.ts';
import { fileError } from './files/errors.ts';
import type { Files } from './port.ts';
import { runTar, type TarRun } from './tar.ts';

export interface ArchiveRequest {
  /** Path of GNU tar. */
  tar: string;
  files: Files;
  /** Host paths of files and links. One that is gone is left out. */
  paths: readonly string[];
  /** Host paths of directories, parents first, which go in without what is in them. One that is gone is left out. */
  dirs?: readonly string[];
  /** Real path of the archive, which must not exist yet. */
  target: string;
  /** Longest time without progress, ms. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Bytes archived so far, and in all. */
  onBytes(done: number, expected: number): void;
}

export interface Archive {
  sizeBytes: number;
  sha256: string;
  /** Every file in it by host path, as it was before and after it was archived. */
  members: Map<string, Identity>;
  /** The same files, with what tells their content. */
  images: Omit<ArchivedFile, 'outside'>[];
  /** Host paths of the directories in it. */
  dirs: string[];
  /** What tar had to say although it succeeded: attributes it cannot store, for one. */
  said: string;
}

/** What a compressed stream came to. */
export interface Written {
  sizeBytes: number;
  sha256: string;
  /** Bytes before compression. */
  tarBytes: number;
}

/** Makes the archive; null if there is nothing to put into it. After a failure nothing of it is left. */
export async function archiveFiles(request: ArchiveRequest): Promise<Archive | null> {
  const members = await lookAt(request.files, request.paths);
  const dirs = await directoriesOf(request);
  if (members.size + dirs.size === 0) return null;
  const fd = openNew(request.target);
  try {
    const { written, said } = await write(fd, request, members, [...dirs.keys()]);
    await checkArchive(request, [...members.keys(), ...[...dirs.keys()].map((dir) => `${dir}/`)], written);
    const images = await imagesOf(request.files, members);
    assertSame(request.files, members, await lookAt(request.files, [...members.keys()]));
    assertSame(request.files, dirs, await directoriesOf(request));
    syncDirectoryOf(request.target);
    return { sizeBytes: written.sizeBytes, sha256: written.sha256, members, images, dirs: [...dirs.keys()], said };
  } catch (error) {
    removePartial(request.target);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** The paths that exist, each reached without a link on the way: tar itself would follow one. */
async function lookAt(files: Files, paths: readonly string[]): Promise<Map<string, Identity>> {
  const found = new Map<string, Identity>();
  for (const path of paths) {
    const stat = await files.stat(path);
    if (stat === null) continue;
    if (stat.identity.type === 'dir' || stat.identity.type === 'other') {
      throw new HostError(`${files.real(path)} is no longer a file or link. It was not backed up.`, {
        hint: 'Look at it, and run engine-cleanup again.',
      });
    }
    found.set(hostPath(files.root, path), stat.identity);
  }
  return found;
}

/** Those that are there, each reached without a link on the way, with what tells one from another. */
async function directoriesOf({ files, dirs = [] }: ArchiveRequest): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of dirs) {
    const stat = await files.stat(path);
    if (stat?.identity.type !== 'dir') continue;
    const { identity, mode, uid, gid } = stat;
    found.set(hostPath(files.root, path), [identity.dev, identity.ino, mode, uid, gid].join(' '));
  }
  return found;
}

/** Taken before the files are looked at for the last time: what is written down of each is what tar has. */
async function imagesOf(files: Files, members: Map<string, Identity>): Promise<Archive['images']> {
  const first = new Map<string, string>();
  const images: Archive['images'] = [];
  for (const [path, { dev, ino, size: sizeBytes }] of members) {
    const image = await fileImage(files, path);
    const known = first.get(`${dev}:${ino}`);
    if (known === undefined) first.set(`${dev}:${ino}`, path);
    if (image !== null) images.push({ ...image, sizeBytes, ...(known === undefined ? {} : { link: known }) });
  }
  return images;
}

function assertSame<T>(files: Files, before: Map<string, T>, after: Map<string, T>): void {
  for (const [path, identity] of before) {
    if (JSON.stringify(after.get(path)) === JSON.stringify(identity)) continue;
    throw new HostError(`${files.real(path)} changed while it was backed up.`, {
      hint: 'See what writes to it, stop that, and run engine-cleanup again.',
    });
  }
}

function openNew(target: string): number {
  try {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    return openSync(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw writeError(error, target);
  }
}

function writeError(error: unknown, target: string): HostError {
  const { message, code } = fileError(error, target, 'cannot be written');
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new HostError(message, {
    hint: full
      ? 'Free space there, or give another directory with --backup-dir, and run engine-cleanup again.'
      : 'Give another directory with --backup-dir, or mend the cause, and run engine-cleanup again.',
    code,
    cause: error,
  });
}

async function write(
  fd: number,
  request: ArchiveRequest,
  members: Map<string, Identity>,
  dirs: readonly string[],
): Promise<{ written: Written; said: string }> {
  const expected = [...members.values()].reduce((sum, { size }) => sum + size, 0);
  const written: Written = { sizeBytes: 0, sha256: '', tarBytes: 0 };
  const hash = createHash('sha256');
  const count = async function* (output: AsyncIterable<Buffer>) {
    for await (const piece of output) {
      written.tarBytes += piece.length;
      // Headers and padding come on top of the files' own bytes.
      request.onBytes(Math.min(written.tarBytes, expected), expected);
      yield piece;
    }
  };
  const store = async (packed: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of packed) {
      hash.update(piece);
      writeWhole(fd, piece, request.target);
      written.sizeBytes += piece.length;
    }
  };
  // Names go in ended by NUL and are taken literally: no blank, newline, backslash or leading dash in one means anything to tar.
  const names = Buffer.from([...dirs, ...members.keys()].map((path) => `${path.slice(1)}\0`).join(''));
  const said = await runTar(await createRun(request), [names], (output) =>
    pipeline(output, count, createGzip(), store),
  );
  try {
    fsyncSync(fd);
  } catch (error) {
    throw writeError(error, request.target);
  }
  return { written: { ...written, sha256: hash.digest('hex') }, said };
}

function writeWhole(fd: number, piece: Buffer, target: string): void {
  try {
    for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
  } catch (error) {
    throw writeError(error, target);
  }
}

/** The options by which this tar keeps ACLs, labels and extended attributes. */
export async function attributeOptions(run: Pick<TarRun, 'tar' | 'timeoutMs' | 'signal'>): Promise<string[]> {
  let help = '';
  await runTar({ ...run, args: ['--help'], doing: 'telling what it can do' }, [], async (output) => {
    for await (const piece of output) help += piece.toString('latin1');
  });
  const known = ['--acls', '--selinux', '--xattrs', '--xattrs-include'].filter((option) => help.includes(option));
  return known.map((option) => (option === '--xattrs-include' ? `${option}=*` : option));
}

async function createRun({ tar, files, timeoutMs, signal }: ArchiveRequest): Promise<TarRun> {
  const run = { tar, timeoutMs, signal };
  return {
    ...run,
    doing: 'backing up the files',
    args: [
      '--create',
      '--file=-',
      `--directory=${files.root}`,
      '--format=posix',
      '--numeric-owner',
      ...(await attributeOptions(run)),
      '--no-recursion',
      '--null',
      '--no-unquote',
      '--verbatim-files-from',
      '--files-from=-',
    ],
  };
}

function syncDirectoryOf(target: string): void {
  const dir = openSync(dirname(target), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    syncDirectory(dir, target);
  } finally {
    closeSync(dir);
  }
}

function removePartial(target: string): void {
  try {
    unlinkSync(target);
  } catch {
    // A backup without its manifest counts for nothing; the failure that led here is the one to tell.
  }
}
