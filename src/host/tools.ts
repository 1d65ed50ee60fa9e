/** The programs a backup is made with: pg_dump, pg_restore and psql of one installation of PostgreSQL, and tar. */
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { HostError } from '../model/errors.ts';
import type { ToolFacts } from '../model/facts.ts';
import { nameOf } from '../model/paths.ts';
import { libraryPath } from './libraries.ts';
import { runOrFail } from './process.ts';

type Tool = NonNullable<ToolFacts['pgDump']>;

/** Longest wait for a version, ms: a program on a network file system may be slow, a good one answers in milliseconds. */
const LIMIT_MS = 10_000;

let known: Promise<ToolFacts> | null = null;

/** The programs of this machine. Asked once: they do not change while a run lasts, and each answer costs three processes. */
export function machineTools(): Promise<ToolFacts> {
  known ??= findTools();
  return known;
}

/**
 * Finds the newest pg_dump that has its pg_restore beside it: a pg_dump reads servers of its own version and older, and only a pg_restore as new reads its
 * dumps. psql is taken from beside them, else the newest. A program that does not tell its version is not used.
 * @param dirs where to look; of equal versions the first counts
 */
export async function findTools(dirs: readonly string[] = programDirs()): Promise<ToolFacts> {
  const silent: { path: string; why: string }[] = [];
  const found = await Promise.all(dirs.map((dir) => toolsIn(dir, silent)));
  const pair = newest(found.filter(({ pgDump, pgRestore }) => pgDump && pgRestore).map(({ pgDump }) => pgDump));
  const beside = found.find(({ pgDump }) => pair !== null && pgDump === pair);
  const tar = dirs.map((dir) => executable(dir, 'tar')).find((path) => path !== null);
  return {
    pgDump: pair ?? newest(found.map(({ pgDump }) => pgDump)),
    pgRestore: beside?.pgRestore ?? null,
    psql: beside?.psql ?? newest(found.map(({ psql }) => psql)),
    tar: tar ? { path: tar } : null,
    ...(silent.length > 0 ? { silent: silent.sort((a, b) => (a.path < b.path ? -1 : 1)) } : {}),
  };
}

/** Directories of PATH, then those where software collections and the packages of the PostgreSQL project and of Debian put one version each. Each directory once. */
export function programDirs(): string[] {
  const search = (process.env.PATH ?? '').split(':').filter((dir) => dir.startsWith('/'));
  const project = namesIn('/usr').filter((name) => /^pgsql-\d/.test(name));
  const debian = namesIn('/usr/lib/postgresql');
  const collections = namesIn('/opt/rh').filter((name) => /^rh-postgresql\d+$/.test(name));
  const versions = [
    ...collections.map((name) => `/opt/rh/${name}/root/usr/bin`),
    ...project.map((name) => `/usr/${name}/bin`),
    ...debian.map((name) => `/usr/lib/postgresql/${name}/bin`),
  ];
  const dirs = new Map<string, string>();
  for (const dir of [...search, '/usr/bin', '/bin', ...versions]) {
    const real = resolved(dir);
    if (real !== null && !dirs.has(real)) dirs.set(real, dir);
  }
  return [...dirs.values()];
}

type Silent = NonNullable<ToolFacts['silent']>[number];

async function toolsIn(
  dir: string,
  silent: Silent[],
): Promise<{ pgDump: Tool | null; pgRestore: Tool | null; psql: Tool | null }> {
  const [pgDump, pgRestore, psql] = await Promise.all([
    toolOf(dir, 'pg_dump', silent),
    toolOf(dir, 'pg_restore', silent),
    toolOf(dir, 'psql', silent),
  ]);
  return { pgDump, pgRestore, psql };
}

async function toolOf(dir: string, name: string, silent: Silent[]): Promise<Tool | null> {
  const path = executable(dir, name);
  if (path === null) return null;
  const env = { ...libraryPath(path) };
  try {
    const said = await runOrFail(path, ['--version'], { purpose: 'tell its version', timeoutMs: LIMIT_MS, env });
    const version = versionNumber(said);
    if (version !== null) return { path, version };
    silent.push({ path, why: `it says ${JSON.stringify(said.trim().slice(0, 80))} of its version` });
    return null;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    silent.push({ path, why: error.message });
    return null;
  }
}

/** `pg_dump (PostgreSQL) 15.14 (Debian …)` as the server writes it in `server_version_num`: 150014; `9.2.24`: 90224; a test version `18beta1`: 180000. */
export function versionNumber(text: string): number | null {
  const [, major, minor, patch] = /\(PostgreSQL\) (\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined) return null;
  const [first, second, third] = [major, minor, patch].map((part) => Number(part ?? 0)) as [number, number, number];
  return first >= 10 ? first * 10000 + second : first * 10000 + second * 100 + third;
}

function newest(tools: readonly (Tool | null)[]): Tool | null {
  return tools.reduce(
    (best, one) => (one !== null && (best === null || one.version > best.version) ? one : best),
    null,
  );
}

/**
 * Path of a program that may be run; null if it is not there. Debian's `/usr/bin/pg_dump` is a script that looks for a cluster of its own choice and runs that
 * one's pg_dump: the real ones are found where they are.
 */
export function executable(dir: string, name: string): string | null {
  const path = `${dir}/${name}`;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && nameOf(realpathSync(path)) !== 'pg_wrapper' ? path : null;
  } catch {
    return null;
  }
}

function resolved(dir: string): string | null {
  try {
    return realpathSync(dir);
  } catch {
    return null;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
