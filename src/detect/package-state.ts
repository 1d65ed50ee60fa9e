/** What became of the engine's package. Pure. */
import type { Facts, FileFact } from '../model/facts.ts';
import type { InstalledPackage } from './layout.ts';

/** Files that setup wrote and that package removal leaves: their time is that of a setup. */
function isTraceOfSetup({ phase }: FileFact): boolean {
  return phase === 'records' || phase === 'marker' || phase === 'credentials';
}

/** Removing the package deletes the PKI tree and leaves setup's other files; a package younger than these, beside an empty tree, was installed again. */
export function packageState(
  installed: InstalledPackage | null | 'unknown',
  files: readonly FileFact[],
  pkiEmptied: boolean,
): Facts['package'] {
  if (installed === 'unknown') return 'unknown';
  if (installed === null) return 'removed';
  const lastSetup = Math.max(0, ...files.filter(isTraceOfSetup).map(({ identity }) => identity.mtimeMs));
  return pkiEmptied && lastSetup > 0 && installed.installedAt > lastSetup ? 'reinstalled' : 'installed';
}
