/** The plan: pure data. `plan` prints it, a run prints it, asks, and executes that very object. No secret is in it. */

import type { ArchivedFile, DirectoryBefore } from './backup.ts';
import type { AdminServer, Credentials } from './credentials.ts';
import type { Refusal, Warning } from './errors.ts';
import type { Cascade, CopiedFile, Identity, LineEdit, OutsideFile, OvnRows, Reach } from './facts.ts';
import type { ComponentId, Release } from './layout.ts';
import type { ContinuedRun } from './unfinished.ts';

/** `restore`: by the command of that name only. */
export type DatabaseAction = 'drop' | 'clear' | 'keep' | 'absent' | 'foreign' | 'refuse' | 'restore';

export interface PlannedDatabase {
  component: ComponentId;
  name: string;
  host: string;
  port: number;
  role: string;
  local: boolean;
  action: DatabaseAction;
  why: string;
  sizeBytes: number | null;
  /** Left beside the component's own database by an upgrade of 3.1 or 3.2. */
  leftover?: true;
}

/** What tells a database of a plan from every other one: it is part of the ids of its steps. */
export function databaseKey({
  component,
  name,
  leftover,
}: Pick<PlannedDatabase, 'component' | 'name' | 'leftover'>): string {
  return leftover ? `${component}:${name}` : component;
}

/** One file of a removal: what was seen, so that nothing else is removed. */
export interface PlannedFile {
  path: string;
  identity: Identity;
  /** Its own evidence. */
  why: string;
  changed?: boolean;
  /** What a reset puts back, unless it is nothing. */
  pristine?: string;
  /** Outside of the root: its owner and the login it is for, which it must still have when it goes. */
  still?: Pick<OutsideFile, 'uid' | 'names'>;
}

/** A file or link that comes back from the archive of the run that is put back. */
export interface PutFile extends ArchivedFile {
  /** What is replaced, and so is in the backup of this run; null: nothing is there. */
  present: Identity | null;
}

/** The rows by which an engine database knows its Data Warehouse. */
export interface TimekeepingRows {
  hostname: string;
  uuid: string;
  running: boolean;
}

/** What the backup's README says about one database. */
export interface BackedUpDatabase {
  component: ComponentId;
  name: string;
  host: string;
  port: number;
  role: string;
  local: boolean;
  action: DatabaseAction;
  credentials: Credentials | null;
  /** How the server answered to them. */
  reach: Reach['state'];
  leftover?: true;
}

interface StepBase {
  /** Unique in the plan, stable between runs on the same host: `stop:ovirt-engine`, `drop:engine`, `remove:keystores` … */
  id: string;
  title: string;
  /** The one thing acted on: unit, database, directory or file (real path). */
  target: string;
  /** Ids of steps whose proven end this step depends on. */
  needs: string[];
  /** Loses something that only a backup can bring back. */
  destructive: boolean;
}

export type Step =
  | (StepBase & { kind: 'service-stop'; unit: string; manager: 'systemd' | 'sysv' | 'process'; pids: number[] })
  | (StepBase & { kind: 'service-disable'; unit: string; manager: 'systemd' | 'sysv' | 'process'; links: string[] })
  | (StepBase & { kind: 'database-unseal'; database: string; server: AdminServer })
  /** Superuser: connection limit 0, remaining sessions ended. */
  | (StepBase & { kind: 'database-seal'; key: string; database: string; server: AdminServer })
  /** Dump and read back. `admin`: as a superuser, it is closed already; `role`: as the role of the credentials, under locks that the step which clears or drops it ends. */
  | (StepBase & {
      kind: 'database-dump';
      key: string;
      component: ComponentId;
      credentials: Credentials;
      file: string;
      ownedTables: number;
      sizeBytes: number;
      /** Objects of other owners, left out of the dump (forced). */
      exclude: string[];
    } & ({ as: 'admin'; server: AdminServer } | { as: 'role' }))
  /** The roles that go, and how the databases that are dropped were made: one file for each server. */
  | (StepBase & { kind: 'roles-dump'; server: AdminServer; roles: string[]; databases: string[]; file: string })
  /** `dirs`: directories that go with the files, for their owners and attributes. `outside`: the paths are those of the machine, not of the root. Only this and the removal may say so: see outside.ts. */
  | (StepBase & { kind: 'files-archive'; paths: string[]; dirs?: string[]; outside?: true })
  | (StepBase & { kind: 'backup-seal'; databases: BackedUpDatabase[] })
  | (StepBase & {
      kind: 'database-clear';
      key: string;
      component: ComponentId;
      credentials: Credentials;
      backedUp: boolean;
      /** Objects of other owners that fall with it; nothing else of theirs may. */
      cascades: Cascade[];
    })
  /** A plain role cannot close a database to itself and dump it: there the drop closes it, under the locks of the dump. */
  | (StepBase & {
      kind: 'database-drop';
      key: string;
      component: ComponentId;
      database: string;
      server: AdminServer;
      role: string;
    })
  | (StepBase & { kind: 'role-drop'; role: string; server: AdminServer })
  | (StepBase & {
      kind: 'dwh-rows';
      credentials: Credentials;
      uuid: string | null;
      blank: boolean;
      /** The rows as they were found, for the backup. */
      was: TimekeepingRows;
    })
  /** `was`: the rows as they were found, for the backup. */
  | (StepBase & { kind: 'ovn-rows'; tool: string; was: OvnRows })
  | (StepBase & { kind: 'files-remove'; files: PlannedFile[]; outside?: true })
  | (StepBase & { kind: 'files-reset'; files: PlannedFile[] })
  /** `identity`: of the file that is there; null where there is none. */
  | (StepBase & { kind: 'file-put-back'; from: string; path: string; identity: Identity | null })
  | (StepBase & { kind: 'lines-revert'; path: string; sha256: string; edits: LineEdit[] })
  /** Takes setup's section out of a password file. Secrets are in it: the plan has its SHA-256 only, and where it is found the layout says. */
  | (StepBase & { kind: 'section-remove'; path: string; component: ComponentId; sha256: string })
  | (StepBase & {
      kind: 'file-promote';
      from: string;
      path: string;
      component: ComponentId;
      credentials: Credentials;
    })
  | (StepBase & { kind: 'pki-restore'; from: string; path: string; files: CopiedFile[] })
  | (StepBase & { kind: 'marker-rewrite'; path: string; identity: Identity; dropKeys: string[] })
  | (StepBase & {
      kind: 'records-rewrite';
      paths: string[];
      /** Recorded paths that are kept. */
      keep: string[];
      /** Those of them that were edited, and are kept for that: they keep the hash by which that shows. */
      edited: string[];
      path: string;
      /** The databases are gone with this run: a later one need not look for their credentials. */
      databasesGone: boolean;
    })
  | (StepBase & { kind: 'dirs-remove'; paths: string[] })
  | (StepBase & { kind: 'web-server-reload'; unit: string })
  /** From here on: what puts an earlier run back. Names of files are members of that run's backup. `outside`: as for a removal. */
  | (StepBase & { kind: 'files-put'; files: PutFile[]; outside?: true })
  | (StepBase & { kind: 'dirs-make'; dirs: DirectoryBefore[] })
  /** Runs `roles.sql`. Those of the databases and roles that were not there are made by it. */
  | (StepBase & {
      kind: 'roles-make';
      server: AdminServer;
      file: string;
      databases: string[];
      madeDatabases: string[];
      roles: string[];
      madeRoles: string[];
    })
  /** Fills an empty database from its dump, in one transaction. */
  | (StepBase & {
      kind: 'database-fill';
      key: string;
      component: ComponentId;
      credentials: Credentials;
      file: string;
      /** Member of the backup for what other owners had on it, and only they or a superuser can make again. */
      others: string | null;
      exclude: string[];
      way: DatabaseWay;
    })
  /** Set the rows, the latter in a database of OVN; `was`: as they are before that. */
  | (StepBase & { kind: 'rows-put'; credentials: Credentials; rows: TimekeepingRows; was: TimekeepingRows })
  | (StepBase & { kind: 'ovn-rows-put'; tool: string; rows: OvnRows; was: OvnRows })
  | (StepBase & { kind: 'service-enable'; unit: string })
  /** `script`: real path of the SysV script that starts it, where no systemd does. */
  | (StepBase & { kind: 'service-start'; unit: string; script: string | null });

/** Who acts on a database: somebody with rights over whole databases, or the role of its credentials. */
export type DatabaseWay = { as: 'admin'; server: AdminServer } | { as: 'role' };

export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

export interface Kept {
  target: string;
  why: string;
  /** Command for sh that removes it by hand, where that does no harm. */
  remove?: string;
}

export interface Plan {
  schema: 'engine-cleanup/plan@1';
  root: string;
  release: Release | null;
  mode: 'drop' | 'keep' | 'restore';
  /** The run that is put back, and the real path of its backup. */
  restores?: { run: string; backup: string };
  continues?: ContinuedRun;
  keepPki: boolean;
  databases: PlannedDatabase[];
  /** In the order in which they run. */
  steps: Step[];
  kept: Kept[];
  refusals: Refusal[];
  warnings: Warning[];
  /** Files edited since setup wrote them, in this plan removed or kept. */
  changed: string[];
  /** Directory of the run's backup, real path; null when nothing is backed up. */
  backupDir: string | null;
  /** What engine-setup will be told or will ask after a run that keeps a database. */
  answers: string[];
}

/** What was asked for, after options, configuration file and questions. */
export interface Wishes {
  /** `undefined` until an interactive run has asked. */
  keepDatabases: boolean | undefined;
  keepPki: boolean;
  keepChanged: boolean;
  /** Databases that upgrades left go too, where the others do. */
  dropOldDatabases: boolean;
  backup: boolean;
  force: string[];
  timeoutMs: number;
  unattended: boolean;
}
