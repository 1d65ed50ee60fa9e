/** A host as it is to come back: files, databases, and what starts its services at boot. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { HostTree } from '../fixture/host-tree.ts';
import type { Entry } from '../fixture/listing.ts';
import type { PostgresServer } from '../fixture/postgres.ts';
import { run } from '../fixture/run.ts';
import type { Box } from './harness.ts';

/** Whatever has a server. */
type Served = { server: PostgresServer };

/** Setup made it, and it goes when it is empty. */
export const DIRECTORY = '/var/lib/ovirt-engine/dbmd5';

/** What a run leaves of itself. */
const OWN = /^\/(?:var\/lib\/engine-cleanup|run|var\/log\/ovirt-engine\/engine-cleanup\.log)(?:\/|$)/;

/** Content, mode, owner and target of everything, and the time of what tar keeps the time of. */
export function pictureOf(box: Box<HostTree>): (Entry & { mtimeMs: number | null })[] {
  return box.host
    .listing()
    .filter(({ path }) => !OWN.test(path))
    .map((entry) => ({ ...entry, mtimeMs: entry.type === 'dir' ? null : lstatSync(box.path(entry.path)).mtimeMs }));
}

/** Text of pg_dump, without the key that differs each time. `--create` tells the database's own settings too. */
export async function dumpOf({ server }: Served, database: string, ...more: '--create'[]): Promise<string> {
  const { bin, env } = server.programs;
  const text = await run(`${bin}/pg_dump`, [...more, ...server.clientArgs(database)], { env });
  return text.replace(/^\\(?:un)?restrict .*$/gm, '');
}

/** All roles of the server with their passwords, memberships and settings. */
export async function rolesOf({ server }: Served): Promise<string> {
  const { bin, env } = server.programs;
  const text = await run(`${bin}/pg_dumpall`, ['--roles-only', ...server.clientArgs('dbname=postgres')], { env });
  return text.replace(/^\\(?:un)?restrict .*$/gm, '');
}

export function startLinksOf(box: Box<HostTree>): string[] {
  return box.host.services.names.map((name) => readlinkSync(box.path(`/etc/rc3.d/S90${name}`)));
}
