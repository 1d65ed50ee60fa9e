/** Which files go, which stay and why. Pure. */
import { databaseLayoutOf } from '../layouts/index.ts';
import type { DatabaseFact, Facts, FileFact, LineFact } from '../model/facts.ts';
import { type Layout, PHASES, type Phase } from '../model/layout.ts';
import type { Kept, PlannedFile, Wishes } from '../model/plan.ts';

export interface FileDecisions {
  /** Files to remove, by phase, in the order of the phases. */
  remove: Map<Phase, PlannedFile[]>;
  reset: PlannedFile[];
  /** Of these only setup's section goes. */
  sections: FileFact[];
  /** Lines that setup wrote into files of others, to be undone. */
  lines: LineFact[];
  kept: Kept[];
  /** Edited since setup wrote them. */
  changed: string[];
  /** Paths of the files that stay. */
  keptPaths: Set<string>;
}

/**
 * Credentials that a server which answers does not accept stop a later setup: it cannot connect with its existing credentials and aborts,
 * and no answer overrides that (measured on 4.5.8). They are not kept. Setup of 3.0 to 3.2 asks for the password each time and writes its file anew.
 */
export function blocksSetup(fact: DatabaseFact, layout: Layout): boolean {
  if (fact.foreign !== null || databaseLayoutOf(layout, fact.component)?.madeAnew) return false;
  return fact.reach.state === 'rejected' || fact.reach.state === 'absent';
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
export function decideFiles(facts: Facts, layout: Layout, wishes: Wishes): FileDecisions {
  const remove = new Map<Phase, PlannedFile[]>(PHASES.map((phase) => [phase, []]));
  const decisions: FileDecisions = {
    remove,
    reset: [],
    sections: [],
    lines: [],
    kept: [],
    changed: [],
    keptPaths: new Set(),
  };
  const blocked = new Set(
    facts.databases.filter((fact) => blocksSetup(fact, layout)).map(({ component }) => component as string),
  );
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
    if (file.section) decisions.sections.push(file);
    else if (file.reset)
      decisions.reset.push(file.pristine === undefined ? planned : { ...planned, pristine: file.pristine });
    else remove.get(file.phase)?.push(planned);
  }
  for (const line of facts.lines) {
    if (line.keep === 'database' && wishes.keepDatabases)
      decisions.kept.push({ target: line.path, why: `kept with the database: ${line.why}` });
    else decisions.lines.push(line);
  }
  return decisions;
}
