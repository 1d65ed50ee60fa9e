/** Fills an empty database from its dump, in one transaction: whatever ends it leaves the database empty or full. */
import { closeSync, createReadStream } from 'node:fs';
import { HostError, InterruptedError } from '../../model/errors.ts';
import type { OpenLogin } from '../port.ts';
import { namelessFile } from './login.ts';
import { complaint, type ProgramEnd, runProgram } from './program.ts';

export interface DumpReader {
  /** Path of pg_restore. */
  pgRestore: string;
  /** Real path of the dump. */
  dump: string;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface FillRequest extends DumpReader {
  login: OpenLogin;
  /** The database in messages. */
  place: string;
  /** Of the table of contents, what is to be made; null: all of it. */
  list: string | null;
  /** Everything will belong to whoever fills. */
  noOwner: boolean;
  /** A directory of ours alone. */
  dir: string;
  /** Bytes of the dump that were read. */
  onBytes(done: number): void;
}

function badEnd({ pgRestore, timeoutMs }: DumpReader, end: ProgramEnd, what: string): Error {
  if (end.ended === 'stop') return new InterruptedError();
  const said = end.ended === 'silence' ? `no progress for ${timeoutMs / 1000} s` : complaint(pgRestore, end.stderr);
  return new HostError(`${what}: ${said || `pg_restore ended with ${end.code}`}.`, {
    hint: "Look into the server's log, mend the cause, then run engine-cleanup restore again.",
  });
}

/** Standard output of a pg_restore that only reads. @throws HostError if the dump cannot be read to its end */
export async function readDump(
  reader: DumpReader,
  args: readonly string[],
  sink: (chunk: Buffer) => void,
): Promise<void> {
  const { pgRestore, dump, timeoutMs, signal } = reader;
  const end = await runProgram({ file: pgRestore, args: [...args, dump], silenceMs: timeoutMs, signal }, sink);
  if (end.code !== 0 || end.ended !== null) throw badEnd(reader, end, `The dump ${dump} cannot be read`);
}

/** The table of contents. @throws HostError if it cannot be read */
export async function readContents(reader: DumpReader): Promise<string> {
  const chunks: Buffer[] = [];
  await readDump(reader, ['--list'], (chunk) => void chunks.push(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws HostError; nothing is in the database then */
export async function fillDatabase(request: FillRequest): Promise<void> {
  const { pgRestore, login, noOwner, dump, timeoutMs, signal, dir, place } = request;
  const list = request.list === null ? null : namelessFile(dir, request.list);
  try {
    const fds = [...login.fds, ...(list === null ? [] : [list])];
    let done = 0;
    const input = createReadStream(dump);
    input.on('data', (chunk) => {
      done += chunk.length;
      request.onBytes(done);
    });
    const end = await runProgram(
      {
        file: pgRestore,
        args: [
          '--no-password',
          '--single-transaction',
          // Each thing it makes is a line, and so a sign of life.
          '--verbose',
          ...(noOwner ? ['--no-owner'] : []),
          ...(list === null ? [] : [`--use-list=/proc/self/fd/${fds.length + 2}`]),
          `--dbname=${login.connection}`,
        ],
        login: { ...login, fds },
        input,
        silenceMs: timeoutMs,
        patient: true,
        signal,
      },
      () => undefined,
    );
    if (end.code !== 0 || end.ended !== null) throw badEnd(request, end, `${place} was not filled, and is empty`);
  } finally {
    if (list !== null) closeSync(list);
  }
}
