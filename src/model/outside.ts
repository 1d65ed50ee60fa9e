/**
 * The one way out of the root. A developer-mode setup runs as an ordinary user of the machine its PREFIX lies on: the password files that a killed one leaves are in that
 * machine's own /tmp, where no path below the root leads. Two kinds of step may go there, and only to files that are described here. Pure.
 */
import type { DatabaseFact, Facts, OutsideFile } from './facts.ts';
import type { Step } from './plan.ts';

/** The directory of the machine, and the mount that no removal leaves. */
export const OUTSIDE = '/tmp';

/** True for the only paths of the machine that a step may name: Python's temporary names in /tmp. */
export function isOutsidePath(path: string): boolean {
  return /^\/tmp\/tmp[a-z0-9_]{8}$/.test(path);
}

/** True for a step whose paths are those of the machine, and are the same below any root. */
export function isOutside(step: Step): boolean {
  return 'outside' in step && step.outside === true;
}

/** True if a password file names a database of this very installation: the server, the database and the role that the run itself works with. */
export function namesOneOf(names: OutsideFile['names'], databases: readonly DatabaseFact[]): boolean {
  return databases.some(
    ({ foreign, speculative, credentials }) =>
      foreign === null &&
      !speculative &&
      credentials !== null &&
      credentials.host === names.host &&
      credentials.port === names.port &&
      credentials.database === names.database &&
      credentials.role === names.role,
  );
}

/** What a file outside of the root must be to be removed. Anybody may write to /tmp: all of it must be true, whatever found the file. */
export function mayBeRemoved(file: OutsideFile, { root, caller, databases }: Facts): boolean {
  const { path, identity, mode, uid, names } = file;
  return (
    root !== '/' &&
    isOutsidePath(path) &&
    identity.type === 'file' &&
    mode === 0o600 &&
    uid === caller.uid &&
    namesOneOf(names, databases)
  );
}
