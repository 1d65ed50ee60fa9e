/** What a backup says of itself: its manifest, as it is written and as restore reads it. */
import type { Release } from './layout.ts';
import type { PlannedDatabase } from './plan.ts';

export interface BackupMember {
  name: string;
  kind:
    | 'database'
    | 'others'
    | 'files'
    | 'outside'
    | 'roles'
    | 'rows'
    | 'ovn'
    | 'passwords'
    | 'trust'
    | 'answers'
    | 'readme';
  sizeBytes: number;
  sha256: string;
  /** For a database. */
  component?: string;
  database?: string;
}

/**
 * What stands at a path, in one word that can be compared: `sha256:…` of a file's bytes, `link:…` with the text of a link, `dir`, or `other` (device, FIFO, socket).
 * Null: nothing.
 */
export type FileState = string | null;

/** A file or link as it was when it went into the archive. */
export interface ArchivedFile {
  /** Host path, or with `outside` a path of the machine. */
  path: string;
  state: string;
  mode: number;
  uid: number;
  gid: number;
  /** ms since the epoch. */
  mtimeMs: number;
  sizeBytes: number;
  /** The archive has it as another name of this one (a hard link), which has to be unpacked with it. */
  link?: string;
  outside?: true;
}

export interface ServiceBefore {
  unit: string;
  /** It ran, and the run stopped it. */
  ran: boolean;
  /** It would have been started at the next boot. */
  enabled: boolean;
  /** The systemd of the running machine starts and enables it. Elsewhere what enabled it is in the archive. */
  systemd: boolean;
  /** Real path of the SysV script that starts it; with neither, nothing is known that could. */
  script: string | null;
}

export interface DirectoryBefore {
  /** Real path. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
  /** The archive of the files has it, with its attributes, ACLs and label. */
  archived?: true;
}

/** What a way back needs to know of the host and that is gone when the run has ended. */
export interface Survey {
  /** In the order in which they were stopped. */
  services: ServiceBefore[];
  /** The web server, where the run changes what it serves while it runs. */
  webServer: Pick<ServiceBefore, 'unit' | 'systemd' | 'script'> | null;
  /** Directories that the run removes, parents first. */
  directories: DirectoryBefore[];
}

/** `manifest.json`: written last, so a backup without one is not whole. */
export interface Manifest extends Survey {
  schema: 'engine-cleanup/backup@1';
  run: string;
  version: string;
  root: string;
  release: Release | null;
  createdAt: string;
  /** Of the text of `plan.json`. */
  planSha256: string;
  databases: Pick<PlannedDatabase, 'component' | 'name' | 'host' | 'port' | 'role' | 'local' | 'action'>[];
  /** What the archives hold. */
  files: ArchivedFile[];
  members: BackupMember[];
}
