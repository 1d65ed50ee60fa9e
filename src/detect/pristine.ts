/** Configuration files of packages that setup or openssl fills: which of them hold nothing of setup, and what the others become again. */
import type { Host } from '../host/port.ts';
import type { FileFact } from '../model/facts.ts';
import type { DetectContext } from './context.ts';

/**
 * The files but for those that are as their package brings them, where nothing is to be done. The package's hash tells that, and where setup kept a copy of what it wrote over: that is what
 * such a file becomes again.
 */
export async function withoutPristine(
  { host }: DetectContext,
  files: readonly FileFact[],
  packagesKnown: boolean,
): Promise<FileFact[]> {
  const filled = files.filter(({ reset }) => reset);
  if (filled.length === 0) return [...files];
  const hashes = packagesKnown ? await host.packages.digests(filled.map(({ path }) => path)) : new Map();
  const pristine = new Set<FileFact>();
  for (const file of filled) {
    const wanted = hashes.get(file.path);
    const is = async (path: string): Promise<boolean> =>
      wanted !== undefined && (await host.files.digest(path, wanted.algorithm)) === wanted.hex;
    if ((await isAsBrought(host, file)) || (await is(file.path))) pristine.add(file);
    for (const { path } of files.filter(({ copyOf, path }) => copyOf === file.path && !path.endsWith('.tmp')))
      if (await is(path)) file.original = path;
  }
  return files.filter((file) => !pristine.has(file));
}

/** It has the content that the layout knows of the package, which is none for most. */
async function isAsBrought({ files }: Host, { path, identity, pristine = '' }: FileFact): Promise<boolean> {
  if (identity.type !== 'file' || identity.size !== Buffer.byteLength(pristine)) return false;
  return identity.size === 0 || (await files.readText(path)) === pristine;
}
