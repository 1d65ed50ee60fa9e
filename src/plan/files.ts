/** Which files go, which stay and why. Pure. */

import type { DatabaseFact, Facts, FileFact } from '../model/facts.ts';
import { PHASES, type Phase } from '../model/layout.ts';
import type { Kept, PlannedFile, Wishes } from '../model/plan.ts';

export interface FileDecisions {
  /** Files to remove, by phase, in the order of the phases. */
  remove: Map<Phase, PlannedFile[]>;
  reset: PlannedFile[];
  kept: Kept[];
  /** Edited since setup wrote them. */
  changed: string[];
  /** Paths of the files that stay. */
  keptPaths: Set<string>;
}

/**
 * Credentials that a server which answers does not accept stop a later setup: it cannot connect with its existing credentials and aborts,
 * and no answer overrides that (measured on 4.5.8). They are not kept.
 */
export function blocksSetup(fact: DatabaseFact): boolean {
  return fact.foreign === null && (fact.reach.state === 'rejected' || fact.reach.state === 'absent');
}

/** Edited files that may stay for themselves. Keys alone are half a PKI, a marker or credentials alone mislead engine-setup: those go all the same. */
const MAY_STAY: readonly Phase[] = ['links', 'drop-ins', 'state'];

function reasonToKeep(file: FileFact, wishes: Wishes, blocked: Set<string>): string | null {
  if (file.keep === 'always') return file.why;
  const isTemporary = file.copyOf !== undefined && file.path.endsWith('.tmp');
  if (file.keep === 'pki' && wishes.keepPki && !isTemporary) return 'kept with the CA and keys';
  if (file.keep === 'database' && wishes.keepDatabases && file.copyOf === undefined) {
    const owners = file.credentialsOf ?? [];
    if (owners.length === 0) return 'kept with the database';
    if (owners.some((owner) => !blocked.has(owner)))
      return 'kept with the database: engine-setup needs it to find the database';
    return null;
  }
  if (file.changed && wishes.keepChanged && file.copyOf === undefined && MAY_STAY.includes(file.phase))
    return 'edited since setup wrote it, kept as asked';
  return null;
}

/** Sorts every file that was found into removed, reset and kept. */
export function decideFiles(facts: Facts, wishes: Wishes): FileDecisions {
  const remove = new Map<Phase, PlannedFile[]>(PHASES.map((phase) => [phase, []]));
  const decisions: FileDecisions = { remove, reset: [], kept: [], changed: [], keptPaths: new Set() };
  const blocked = new Set(facts.databases.filter(blocksSetup).map(({ component }) => component as string));
  for (const file of facts.files) {
    const { path, identity, why, changed } = file;
    if (changed && file.copyOf === undefined) decisions.changed.push(path);
    const reason = reasonToKeep(file, wishes, blocked);
    if (reason !== null) {
      decisions.kept.push({ target: path, why: reason });
      decisions.keptPaths.add(path);
      continue;
    }
    const planned: PlannedFile = changed ? { path, identity, why, changed } : { path, identity, why };
    if (file.reset) decisions.reset.push(planned);
    else remove.get(file.phase)?.push(planned);
  }
  return decisions;
}
