/**
 * Reading a dump back. Its table of contents proves only the header: a dump cut off in the middle and one with zeroed data still list everything. So all of it is
 * unpacked once, its bytes on the disk are those that pg_dump wrote, and every table is in it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HostError, InterruptedError } from '../../model/errors.ts';
import type { Dump, DumpRequest } from './dump.ts';
import { complaint, runProgram } from './program.ts';

type CheckRequest = Pick<
  DumpRequest,
  'pgRestore' | 'pgRestoreVersion' | 'place' | 'target' | 'tables' | 'timeoutMs' | 'signal'
>;

/** Lines `215; 1259 16390 TABLE public foo engine` and `3456; 0 16390 TABLE DATA public foo engine`: the oid tells a table whatever its name is. */
const ENTRY = /^\d+; (0|1259) (\d+) TABLE (DATA )?/gm;

/** @throws HostError that says what is wrong with the dump */
export async function checkDump(request: CheckRequest, dump: Dump): Promise<void> {
  const [contents] = await Promise.all([restore(request, ['--list']), checkBytes(request, dump), unpack(request)]);
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

/** Without --list pg_restore unpacks everything; what it makes of it is thrown away as it comes, and is its sign of life. */
async function unpack(request: CheckRequest): Promise<void> {
  // Standard output is "-" since 12; before, it was what no option named, and "-" an ordinary file.
  await restore(request, request.pgRestoreVersion >= 120000 ? ['--file=-'] : [], 'discard');
}

async function checkBytes(request: CheckRequest, dump: Dump): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(request.target)) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  if (size !== dump.sizeBytes || hash.digest('hex') !== dump.sha256)
    throw bad(request, 'the file is not what pg_dump wrote');
}

/** Standard output of pg_restore on the dump. */
async function restore(request: CheckRequest, args: string[], output: 'read' | 'discard' = 'read'): Promise<string> {
  const chunks: Buffer[] = [];
  const end = await runProgram(
    {
      file: request.pgRestore,
      args: [...args, request.target],
      silenceMs: request.timeoutMs,
      signal: request.signal,
    },
    (chunk) => {
      if (output === 'read') chunks.push(chunk);
    },
  );
  if (end.ended === 'stop') throw new InterruptedError();
  if (end.code === 0 && end.ended === null) return Buffer.concat(chunks).toString('utf8');
  const said = complaint(request.pgRestore, end.stderr);
  throw bad(request, said || `${request.pgRestore} ended with status ${end.code ?? 'unknown'}`);
}

function bad({ place, target }: CheckRequest, why: string): HostError {
  return new HostError(`The dump of ${place} in ${target} cannot be read back: ${why}. Nothing was dropped.`, {
    hint: 'Check the disk it lies on, and run this again.',
  });
}
