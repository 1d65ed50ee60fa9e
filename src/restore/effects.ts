/** What a run did to the host: for each thing what it was before, and what the run left. Pure data. */
import type { ArchivedFile, DirectoryBefore, FileState } from '../model/backup.ts';
import type { AdminServer, Credentials } from '../model/credentials.ts';
import type { OvnRows } from '../model/facts.ts';
import type { ComponentId } from '../model/layout.ts';
import type { DatabaseWay, TimekeepingRows } from '../model/plan.ts';

export interface FileEffect {
  path: string;
  /** Null: nothing was there. */
  before: ArchivedFile | null;
  /** `undefined`: the run was killed before it wrote down what it had left. */
  left: FileState | undefined;
}

/** The files of one step. */
export interface FileGroup {
  /** Id of the step. */
  id: string;
  /** What they are, as words after "Put back". */
  what: string;
  outside: boolean;
  files: FileEffect[];
}

/** What was in a database: everything that its dump has, nothing, or there was no such database. `others`: member of the backup that makes again what fell with it. */
export type DatabaseBefore =
  | { state: 'full'; dump: string; others: string | null }
  | { state: 'empty' }
  | { state: 'absent' };

export interface DatabaseEffect {
  key: string;
  component: ComponentId;
  credentials: Credentials;
  way: DatabaseWay;
  exclude: string[];
  before: DatabaseBefore;
  /** Real path of the dump that a restore filled it from; null: the run left it empty or absent. */
  left: string | null;
}

/** Roles and databases of one server, as the script has them that makes them again. */
export interface RolesEffect {
  server: AdminServer;
  /** Member of the backup; null where they were made by the run, and go with it. */
  file: string | null;
  roles: string[];
  databases: string[];
}

export interface RowsEffect {
  credentials: Credentials;
  before: TimekeepingRows;
  left: TimekeepingRows;
}

/** Of a database of OVN. */
export interface OvnEffect {
  tool: string;
  /** What the database is called. */
  target: string;
  before: OvnRows;
  left: OvnRows;
}

export interface ServiceEffect {
  unit: string;
  /** `undefined`: the run did not change that. */
  active?: boolean;
  enabled?: boolean;
  /** Real path of the script that starts it; null where systemd does, or nobody knows what could. */
  script: string | null;
  startable: boolean;
}

export interface Effects {
  /** In the order of the run. */
  files: FileGroup[];
  /** Directories that it removed, parents first. */
  removedDirs: DirectoryBefore[];
  /** Directories that it made. */
  madeDirs: string[];
  databases: DatabaseEffect[];
  roles: RolesEffect[];
  /** Databases that it closed. */
  closed: { database: string; server: AdminServer }[];
  rows: RowsEffect[];
  ovn: OvnEffect[];
  /** In the order in which they were stopped or started. */
  services: ServiceEffect[];
  webServer: string | null;
}
