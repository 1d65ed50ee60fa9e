/** What a look at the host finds of a run's effects: the host as it is now, held against what the run did to it. */
import type { UnitState } from '../host/port.ts';
import type { DirectoryBefore } from '../model/backup.ts';
import type { AdminServer } from '../model/credentials.ts';
import type { Identity, OvnRows } from '../model/facts.ts';
import type { TimekeepingRows } from '../model/plan.ts';
import type { LookContext } from '../steps/database-state.ts';
import type {
  DatabaseEffect,
  Effects,
  FileEffect,
  FileGroup,
  OvnEffect,
  RolesEffect,
  RowsEffect,
  ServiceEffect,
} from './effects.ts';

/**
 * `before`: as it was before the run. `left`: as the run left it. `changed`: anything else. `since`: changed too, but only after an earlier restore of the same run had put it back.
 */
export type Verdict = 'before' | 'left' | 'changed' | 'since';

export interface FileFinding extends FileEffect {
  verdict: Verdict;
  present: Identity | null;
}

export interface GroupFinding extends Omit<FileGroup, 'files'> {
  files: FileFinding[];
}

export interface ServiceFinding extends ServiceEffect {
  state: UnitState;
}

export interface Findings {
  effects: Effects;
  files: GroupFinding[];
  /** Directories that are not there, though files are to be put into them, and which the run did not remove. */
  missingDirs: string[];
  /** Directories that the run removed and that are not there. */
  removedDirs: DirectoryBefore[];
  /** Directories that the run made and that are there. */
  madeDirs: string[];
  databases: DatabaseFinding[];
  roles: RolesFinding[];
  /** Databases that are still closed. */
  closed: { database: string; server: AdminServer }[];
  /** Databases of which nobody can tell whether they still are, and why. */
  unasked: { database: string; trouble: string }[];
  rows: RowsFinding[];
  ovn: OvnFinding[];
  services: ServiceFinding[];
}

/** What earlier restores of the same run have put back, and no later run has taken away. */
export interface PutBack {
  paths: ReadonlySet<string>;
  databases: ReadonlySet<string>;
}

export interface RestoreLook extends LookContext {
  /** Real path of the backup of the run that is put back. */
  backup: string;
  putBack: PutBack;
}

export interface DatabaseFinding extends DatabaseEffect {
  verdict: Verdict;
  now: 'absent' | 'empty' | 'full';
  /** Why it cannot be told, as the server or program said; null where it can. */
  trouble: string | null;
}

export interface RolesFinding extends RolesEffect {
  /** The script would be the same now. */
  asBefore: boolean;
  presentRoles: string[];
  presentDatabases: string[];
  /** Roles that are there with another password or other rights than before. */
  changedRoles: string[];
  trouble: string | null;
}

export interface RowsFinding extends RowsEffect {
  verdict: Verdict;
  now: TimekeepingRows | null;
  trouble: string | null;
}

export interface OvnFinding extends OvnEffect {
  verdict: Verdict;
  now: OvnRows | null;
  /** Why nobody can tell, as a phrase; null where it can be told. */
  trouble: string | null;
}

/** Neither as before nor as the run left it. @param known an earlier restore of the same run had put it back */
export function changed(known: boolean): Verdict {
  return known ? 'since' : 'changed';
}
