/**
 * Reading a dump back. Its table of contents proves only the header: a dump cut off in the middle and one with zeroed data still list everything. So all of it is
 * unpacked once, every table is in it, and its bytes on the disk are those that were unpacked.
 *
 * pg_restore gets the very bytes that go to the disk, while pg_dump still writes: it has read them all a moment after the last one, and has no need to read them
 * from the disk when these are proven to be the same.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { HostError, InterruptedError } from '../../model/errors.ts';
import type { Dump, DumpRequest } from './dump.ts';
import { complaint, runProgram } from './program.ts';

type CheckRequest = Pick<DumpRequest, 'pgRestore' | 'place' | 'target' | 'tables' | 'timeoutMs' | 'signal'>;

/** Lines `215; 1259 16390 TABLE public foo engine` and `3456; 0 16390 TABLE DATA public foo engine`: the oid tells a table whatever its name is. */
const ENTRY = /^\d+; (0|1259) (\d+) TABLE (DATA )?/gm;

/** Bytes of the disk in one piece. */
const PIECE = 1024 * 1024;

/** The check of one dump, from its first byte on. */
export class DumpCheck {
  readonly #request: CheckRequest;
  /** Reads only the table of contents. */
  readonly #contents: Restore;
  readonly #whole: Restore;

  constructor(request: CheckRequest) {
    this.#request = request;
    this.#contents = new Restore(request, ['--list']);
    this.#whole = new Restore(request, ['--file=/dev/null']);
  }

  /** The next bytes. Returns when more are wanted. @throws HostError if nothing is wanted for too long */
  async take(piece: Buffer): Promise<void> {
    await Promise.all([this.#contents.take(piece), this.#whole.take(piece)]);
  }

  /** After the last byte. @throws HostError that says what is wrong with the dump */
  async finish(dump: Dump): Promise<void> {
    const [contents] = await allEnded([this.#contents.finish(), this.#whole.finish(), checkBytes(this.#request, dump)]);
    assertTables(this.#request, contents);
  }

  /** Ends it: there will be no dump to check. Returns when its programs have ended. */
  async abandon(): Promise<void> {
    await Promise.all([this.#contents.abandon(), this.#whole.abandon()]);
  }
}

/** One pg_restore that reads the dump from its standard input. */
class Restore {
  readonly #request: CheckRequest;
  readonly #input = new PassThrough();
  readonly #end: Promise<string>;
  /** Called when it wants more, or nothing any more. */
  #wake: () => void = () => undefined;

  constructor(request: CheckRequest, args: readonly string[]) {
    this.#request = request;
    // Who wants no more ends its input: nobody needs to hear of it.
    this.#input.on('error', () => undefined);
    for (const event of ['drain', 'close']) this.#input.on(event, () => this.#wake());
    this.#end = this.#run(args);
    this.#end.catch(() => undefined);
  }

  async #run(args: readonly string[]): Promise<string> {
    const { pgRestore, timeoutMs, signal } = this.#request;
    const chunks: Buffer[] = [];
    const end = await runProgram(
      { file: pgRestore, args, input: this.#input, silenceMs: timeoutMs, signal },
      (chunk) => {
        chunks.push(chunk);
      },
    );
    if (end.ended === 'stop') throw new InterruptedError();
    if (end.code === 0 && end.ended === null) return Buffer.concat(chunks).toString('utf8');
    const said = complaint(pgRestore, end.stderr);
    throw bad(this.#request, said || `${pgRestore} ended with status ${end.code ?? 'unknown'}`);
  }

  async take(piece: Buffer): Promise<void> {
    const input = this.#input;
    if (input.destroyed || input.write(piece)) return;
    const { timeoutMs, pgRestore } = this.#request;
    let timer: NodeJS.Timeout | undefined;
    const wanted = await new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, false);
      this.#wake = () => resolve(true);
    });
    clearTimeout(timer);
    if (!wanted) throw bad(this.#request, `${pgRestore} made no progress for ${timeoutMs / 1000} s`);
  }

  /** Its standard output. */
  finish(): Promise<string> {
    this.#input.end();
    return this.#end;
  }

  async abandon(): Promise<void> {
    this.#input.destroy();
    await this.#end.catch(() => undefined);
  }
}

/** Waits for all of them, and throws what the first that failed threw: nothing of them goes on behind the caller's back. */
export async function allEnded<const T extends readonly Promise<unknown>[]>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return (await Promise.all(works)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

function assertTables(request: CheckRequest, contents: string): void {
  const definitions = new Set<number>();
  const rows = new Set<number>();
  for (const [, catalogue, oid, data] of contents.matchAll(ENTRY)) {
    if (catalogue === '0' && data !== undefined) rows.add(Number(oid));
    else if (catalogue === '1259') definitions.add(Number(oid));
  }
  const missing = request.tables.filter(
    ({ objid, holdsRows }) => !definitions.has(objid) || (holdsRows && !rows.has(objid)),
  );
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ identity }) => identity);
    throw bad(request, `it lacks ${missing.length} of ${request.tables.length} tables: ${names.join(', ')}`);
  }
}

/** @throws HostError if the bytes of the file are not those that were written */
export async function checkBytes(request: CheckRequest, dump: Dump): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(request.target, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE);
      if (bytesRead === 0) break;
      if (request.signal.aborted) throw new InterruptedError();
      hash.update(piece.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
  if (size !== dump.sizeBytes || hash.digest('hex') !== dump.sha256)
    throw bad(request, 'the file is not what pg_dump wrote');
}

function bad({ place, target }: CheckRequest, why: string): HostError {
  return new HostError(`The dump of ${place} in ${target} cannot be read back: ${why}. Nothing was dropped.`, {
    hint: 'Check the disk it lies on, and run this again.',
  });
}
