/** What the backups of killed runs hold, and what is gone from a host without being in one of them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src/model/backup.ts';
import { type Box, difference } from '../e2e/harness.ts';
import type { HostTree } from '../fixture/host-tree.ts';
import { run } from '../fixture/run.ts';
import type { Before } from './scene.ts';

export interface Kept {
  run: string;
  /** Host paths in its archives. */
  paths: ReadonlySet<string>;
  /** Tables with their rows, by the name of the database that was dumped. */
  tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** Digest of everything in it. */
  digest: string;
}

/** By the digest of the dump: a run after the other looks at those of all before. */
const known = new Map<string, Set<string>>();

/** Entries of a dump with data, as `schema.table`. */
async function tablesOf(box: Box<HostTree>, dump: string, sha256: string): Promise<Set<string>> {
  const before = known.get(sha256);
  if (before) return before;
  const { bin, env } = box.server.programs;
  const list = await run(`${bin}/pg_restore`, ['--list', dump], { env });
  const tables = new Set(
    [...list.matchAll(/^\d+; \d+ \d+ TABLE DATA (\S+) (\S+) /gm)].map(([, schema, name]) => `${schema}.${name}`),
  );
  known.set(sha256, tables);
  return tables;
}

/** Backups with a manifest, every member of which is what the manifest says. */
export async function keptIn(box: Box<HostTree>): Promise<Kept[]> {
  const all: Kept[] = [];
  for (const id of box.runs()) {
    const dir = box.path(`/var/lib/engine-cleanup/${id}/backup`);
    const manifest = readManifest(join(dir, 'manifest.json'));
    if (manifest === null) continue;
    const whole = createHash('sha256');
    const tables = new Map<string, Set<string>>();
    for (const { name, sha256, database } of manifest.members) {
      const bytes = readFileSync(join(dir, name));
      const now = createHash('sha256').update(bytes).digest('hex');
      if (now !== sha256) throw new Error(`${join(dir, name)} is not what its manifest says`);
      whole.update(`${name} ${now}\n`);
      if (database !== undefined) tables.set(database, await tablesOf(box, join(dir, name), sha256));
    }
    all.push({ run: id, paths: new Set(manifest.files.map(({ path }) => path)), tables, digest: whole.digest('hex') });
  }
  return all;
}

/** Null for one that is missing or was being written. */
function readManifest(path: string): Manifest | null {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

/** Files and databases that are not as they were, and that no whole backup holds as they were. */
export function whatIsLost(before: Before, now: Before, kept: readonly Kept[]): string[] {
  const { gone, changed } = difference(before.files, now.files);
  const directories = new Set(before.files.filter(({ type }) => type === 'dir').map(({ path }) => path));
  const files = [...gone, ...changed].filter((path) => !directories.has(path));
  const databases = Object.keys(before.objects).filter(
    (name) => JSON.stringify(before.objects[name]) !== JSON.stringify(now.objects[name]),
  );
  // One of the backups has every table.
  const isWhole = (name: string): boolean =>
    before.tables[name]!.length === 0 ||
    kept.some(({ tables }) => before.tables[name]!.every((table) => tables.get(name)?.has(table)));
  return [
    ...files.filter((path) => !kept.some(({ paths }) => paths.has(path))),
    ...databases.filter((name) => !isWhole(name)).map((name) => `database ${name}`),
  ];
}
