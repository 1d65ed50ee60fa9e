/**
 * Which package owns a file, and which version is installed, asked of rpm. Where rpm or its database is missing or damaged the state of packages is
 * unknown, which is a value and no failure: then only what a layout lists as packaged counts as a package's.
 */
import { statSync } from 'node:fs';
import { HostError } from '../model/errors.ts';
import { realPath } from '../model/paths.ts';
import type { Packages } from './port.ts';
import { type RunResult, run } from './process.ts';

/** Where rpm keeps its database: Enterprise Linux in the second, newer Fedora in the first with a link from the second. */
const DATABASE_DIRS = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
/** The main file of the database, by its kind (sqlite, Berkeley DB, ndb). */
const DATABASE_FILES = ['rpmdb.sqlite', 'Packages', 'Packages.db'];

/** By their length. rpm's own default is SHA-256; packages of Enterprise Linux 5 have the other. */
const HASHES: Readonly<Record<number, 'sha256' | 'md5'>> = { 64: 'sha256', 32: 'md5' };

/** Paths asked for in one call: far below the limit of an argument vector. */
const AT_ONCE = 1000;

/** Begins a line that is an answer: rpm says "file … is not owned by any package" on standard output too. */
const OWNER = 'owner:';

/** Runs rpm on the installation's database; null where none answers. */
type Ask = (purpose: string, format: string, args: readonly string[]) => Promise<RunResult | null>;

/** Packages of the installation below a root. */
export function createPackages(root: string, timeoutMs: number): Packages {
  const ask: Ask = async (purpose, format, args) => {
    const dir = databaseDir(root);
    if (dir === null) return null;
    const where = [...(root === '/' ? [] : ['--root', root]), '--dbpath', dir];
    try {
      return await run('rpm', [...where, '-q', '--queryformat', format, ...args], { purpose, timeoutMs });
    } catch (error) {
      if (error instanceof HostError) return null; // no rpm here, or one that hangs
      throw error;
    }
  };
  return {
    async owners(paths) {
      if (databaseDir(root) === null) return null;
      const packages = new Set<string>();
      const asked = paths.filter(mayBePackaged);
      for (let first = 0; first < asked.length; first += AT_ONCE) {
        const format = `${OWNER}%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n`;
        const result = await ask('ask for the owners of files', format, [
          '-f',
          '--',
          ...asked.slice(first, first + AT_ONCE),
        ]);
        if (result === null || isDamaged(result)) return null;
        for (const label of answers(result)) packages.add(label);
      }
      return packages.size === 0 ? new Map() : await ownedFiles(ask, [...packages], new Set(asked));
    },

    async digests(paths) {
      const found = new Map<string, { algorithm: 'sha256' | 'md5'; hex: string }>();
      const wanted = new Set(paths.filter(mayBePackaged));
      const format = `[${OWNER}%{FILEDIGESTS}\\t%{FILENAMES}\\n]`;
      const result = wanted.size > 0 ? await ask('ask for the hashes of files', format, ['-f', '--', ...wanted]) : null;
      if (result === null || isDamaged(result)) return found;
      for (const answer of answers(result)) {
        const [hex = '', path = ''] = answer.split('\t');
        const algorithm = HASHES[hex.length];
        if (algorithm !== undefined && wanted.has(path)) found.set(path, { algorithm, hex });
      }
      return found;
    },

    async version(name) {
      const format = `${OWNER}%{INSTALLTIME} %{VERSION}-%{RELEASE}\\n`;
      const result = await ask('ask for the version of a package', format, ['--', name]);
      if (result === null || isDamaged(result)) return 'unknown';
      const installed = answers(result).map((answer) => {
        const [seconds, version] = answer.split(' ');
        return { version: version!, installedAt: Number(seconds) * 1000 };
      });
      return installed.sort((a, b) => b.installedAt - a.installedAt)[0] ?? null;
    },
  };
}

/**
 * Directory of the database, as rpm is told it below the root; null if there is none. An empty file counts as none: rpm asked with a directory without a
 * database would make one there, and answer that nothing is installed.
 */
function databaseDir(root: string): string | null {
  const holds = (dir: string): boolean => DATABASE_FILES.some((name) => sizeOf(realPath(root, `${dir}/${name}`)) > 0);
  return DATABASE_DIRS.find(holds) ?? null;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** rpm refuses to package a name with control characters, and one with a line end would not come back in one line. */
function mayBePackaged(path: string): boolean {
  return !/[\u0000-\u001f]/.test(path);
}

function answers({ stdout }: RunResult): string[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith(OWNER) ? line.slice(OWNER.length) : []));
}

/** rpm complains about more than files that are not there ("error: file /a: No such file or directory"): its answer is worth nothing. */
function isDamaged({ stderr }: RunResult): boolean {
  return stderr.split('\n').some((line) => line.startsWith('error: ') && !/^error: file .*: /.test(line));
}

/**
 * Owner of each wanted file, from the packages' own lists of files. rpm names the owner of a `%ghost` file too, but that file is none of the package's making:
 * it is left out by its flag.
 */
async function ownedFiles(
  ask: Ask,
  packages: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, string> | null> {
  const format = '[%{=NAME}-%{=VERSION}-%{=RELEASE}\\t%{FILEFLAGS:fflags}\\t%{FILENAMES}\\n]';
  const result = await ask('list the files of packages', format, ['--', ...packages]);
  if (result === null || result.code !== 0) return null;
  const owners = new Map<string, string>();
  for (const line of result.stdout.split('\n')) {
    const [owner, flags, path] = line.split('\t');
    if (owner && path && wanted.has(path) && !flags?.includes('g')) owners.set(path, owners.get(path) ?? owner);
  }
  return owners;
}
