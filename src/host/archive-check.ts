/**
 * Reading an archive back. Its list of names alone proves nothing about its bytes: an archive cut short or with a hole still begins like a whole one. So
 * it is read to its end, and tar compares every member with the file it was made of.
 */
import { createHash } from 'node:crypto';
import { constants, createReadStream, openSync } from 'node:fs';
import { pipeline as join } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { HostError, InterruptedError, messageOf } from '../model/errors.ts';
import type { ArchiveRequest, Written } from './archive.ts';
import { runTar } from './tar.ts';

/**
 * Throws unless the archive on disk is what was written, decompresses to its end, and holds every member as it is on the host now.
 * @param names host paths, those of directories with a slash behind
 */
export async function checkArchive(request: ArchiveRequest, names: readonly string[], written: Written): Promise<void> {
  await readToEnd(request, written);
  const listed = await compare(request);
  for (const path of names) {
    if (!listed.has(asListed(path.slice(1)))) throw damaged(request.target, `${path} is missing in it`);
  }
}

function damaged(target: string, why: string): HostError {
  return new HostError(`The archive ${target} was read back and is not whole: ${why}. Nothing was removed.`, {
    hint: 'See whether the disk reports errors (dmesg), or give another directory with --backup-dir, and run engine-cleanup again.',
  });
}

function openStream(target: string) {
  return createReadStream('', { fd: openSync(target, constants.O_RDONLY | constants.O_NOFOLLOW) });
}

/** The tar stream of an archive of ours. */
export function unpacked(target: string): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  return join(openStream(target), gunzip, () => undefined);
}

async function readToEnd({ target, signal }: ArchiveRequest, written: Written): Promise<void> {
  const hash = createHash('sha256');
  let tarBytes = 0;
  try {
    await pipeline(
      openStream(target),
      async function* (packed: AsyncIterable<Buffer>) {
        for await (const piece of packed) {
          hash.update(piece);
          yield piece;
        }
      },
      createGunzip(),
      async (unpacked: AsyncIterable<Buffer>) => {
        for await (const piece of unpacked) tarBytes += piece.length;
      },
      { signal },
    );
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw damaged(target, messageOf(error));
  }
  if (tarBytes !== written.tarBytes) throw damaged(target, `it holds ${tarBytes} bytes instead of ${written.tarBytes}`);
  if (hash.digest('hex') !== written.sha256) throw damaged(target, 'its bytes are not those that were written');
}

/** Compares type, size, owner, mode, time, link target and bytes of every member with the file system; returns the names as tar lists them. */
async function compare({ tar, files, target, timeoutMs, signal }: ArchiveRequest): Promise<Set<string>> {
  let listed = '';
  const run = {
    tar,
    args: [
      '--compare',
      '--verbose',
      '--file=-',
      `--directory=${files.root}`,
      '--numeric-owner',
      '--quoting-style=escape',
    ],
    doing: 'comparing the archive with the files',
    timeoutMs,
    signal,
  };
  try {
    await runTar(run, unpacked(target), async (output) => {
      for await (const piece of output) listed += piece.toString('latin1');
    });
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'exit 1') throw error;
    // Differences are told on standard output: `name: Size differs`.
    const differences = listed.split('\n').filter((line) => /: .+ differs?$|: Not linked/.test(line));
    throw new HostError(
      `Files changed while they were backed up: ${differences.slice(0, 3).join('; ') || error.message}`,
      {
        hint: 'See what writes to them, stop that, and run engine-cleanup again.',
        code: error.code,
        cause: error,
      },
    );
  }
  return new Set(listed.split('\n'));
}

const LETTERS: Record<number, string> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 92: '\\' };

/** A name as tar prints it with `--quoting-style=escape` in the C locale: one line, whatever is in it. */
function asListed(name: string): string {
  let text = '';
  for (const byte of Buffer.from(name)) {
    const letter = LETTERS[byte];
    if (letter !== undefined) text += `\\${letter}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}
