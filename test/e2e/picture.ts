/** A host as it is to come back: files, databases, and what starts its services at boot. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { Entry } from '../fixture/listing.ts';
import { run } from '../fixture/run.ts';
import type { Box } from './harness.ts';

/** Setup made it, and it goes when it is empty. */
export const DIRECTORY = '/var/lib/ovirt-engine/dbmd5';

/** What a run leaves of itself. */
const OWN = /^\/(?:var\/lib\/engine-cleanup|run|var\/log\/ovirt-engine\/engine-cleanup\.log)(?:\/|$)/;

/** Content, mode, owner and target of everything, and the time of what tar keeps the time of. */
export function pictureOf(box: Box): (Entry & { mtimeMs: number | null })[] {
  return box.host
    .listing()
    .filter(({ path }) => !OWN.test(path))
    .map((entry) => ({ ...entry, mtimeMs: entry.type === 'dir' ? null : lstatSync(box.path(entry.path)).mtimeMs }));
}

/** Text of pg_dump, without the key that differs each time. */
export async function dumpOf(box: Pick<Box, 'server'>, database: string): Promise<string> {
  const { bin, env } = box.server.programs;
  const text = await run(`${bin}/pg_dump`, box.server.clientArgs(database), { env });
  return text.replace(/^\\(?:un)?restrict .*$/gm, '');
}

export function startLinksOf(box: Box): string[] {
  return box.host.services.names.map((name) => readlinkSync(box.path(`/etc/rc3.d/S90${name}`)));
}
