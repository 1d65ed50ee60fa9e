/** The only door to the machine, as the rest of the program sees it. Everything takes host paths (see model/paths.ts). */
import type { Credentials } from '../model/credentials.ts';
import type { Identity, OvnRows } from '../model/facts.ts';
import type { OtherProgram, ProgramAtWork } from '../model/programs.ts';

export interface FileStat {
  identity: Identity;
  mode: number;
  uid: number;
  gid: number;
  /** Names the file has (hard links). */
  links: number;
}

/**
 * "Absent" is a value (null); "unreadable" is a thrown HostError with the errno as code. Every path is walked from the root without following a link at
 * any component: a link on the way is a HostError with code `ELOOP`, for reading as for writing, because what lies behind it is not absent.
 */
export interface Files {
  root: string;
  real(path: string): string;
  /** lstat; a missing component anywhere is absent. */
  stat(path: string): Promise<FileStat | null>;
  /** Names in a directory, sorted bytewise; null if it does not exist or is no directory. Names that are not UTF-8 are left out: none of ours is. */
  list(path: string): Promise<string[] | null>;
  /**
   * Every host path that matches a pattern, sorted bytewise: `*` within a component, `**` as last component every file and link below (directories are
   * walked, not named). Links are not followed, mounts not crossed below the first wildcard.
   */
  glob(pattern: string): Promise<string[]>;
  /** The text of a link; null if absent or no link. */
  readLink(path: string): Promise<string | null>;
  /**
   * Bytes of a regular file; null if absent. Anything else at that name (link, directory, FIFO, device) is an error and is never opened; larger than `limit`
   * (default 16 MiB) is an error too.
   */
  readBytes(path: string, limit?: number): Promise<Buffer | null>;
  readText(path: string): Promise<string | null>;
  /**
   * SHA-256 or MD5 of a file's bytes, hex. Of a link: of its target's bytes, found as the installation itself would, never outside the root; null if that
   * leads to no regular file, and if the path is absent.
   */
  digest(path: string, algorithm: 'sha256' | 'md5'): Promise<string | null>;
  /**
   * Unlinks one file or link, and waits until that is on disk. The path must stay on the mount of `anchor` (a directory above it, or itself) and must still
   * be what `expect` says (type, device, inode, size, time); else a HostError and nothing is removed.
   */
  remove(path: string, expect: Identity, anchor: string): Promise<'removed' | 'absent'>;
  /**
   * Unlinks many files and links, each as `remove` does, and waits until all are gone from the disk: once for each directory. Returns those that could not be removed;
   * what is absent is no failure.
   */
  removeAll(
    removals: readonly { path: string; expect: Identity; anchor: string }[],
  ): Promise<{ path: string; error: unknown }[]>;
  /** Removes a directory if it is empty and no mount. */
  removeDir(path: string, anchor: string): Promise<'removed' | 'absent' | 'not-empty'>;
  /**
   * Replaces a file's content atomically (temporary file beside it, fsync, rename, fsync of the directory), keeping owner, mode, xattrs and ACLs of the old
   * file, or with the given owner and mode; a new file without given ones is 0600. A link is not replaced. `expectSha256`: refuses if the file is no
   * longer what was read.
   */
  replace(
    path: string,
    bytes: Buffer,
    how: { anchor: string; expectSha256?: string; meta?: { mode: number; uid: number; gid: number } },
  ): Promise<void>;
  /** Bytes this caller may still write on the file system of a path, or of the nearest directory above that exists. */
  freeBytes(path: string): Promise<number>;
  /** Makes the missing directories above `path` (below the anchor's parent), each with owner and mode of its counterpart above `like`. */
  makeParents(path: string, like: string, anchor: string): Promise<void>;
  /** Makes a symbolic link where nothing or a link is; the target is only text. */
  link(path: string, target: string, anchor: string): Promise<void>;
  /**
   * Puts copies of files, links and empty directories of ours in their places, with owner, mode, times, extended attributes, ACLs and label: complete beside it, then renamed over what is there,
   * which must still be what `expect` says (null: nothing). `staged`: real path of what is copied; it does not stay.
   */
  putAll(puts: readonly { path: string; staged: string; expect: Identity | null; anchor: string }[]): Promise<void>;
  /** Makes a directory; one that is there stays as it is. Its parent must exist. */
  makeDir(path: string, meta: { mode: number; uid: number; gid: number }, anchor: string): Promise<void>;
  /** Host paths of the anchors' mount check at detection: true if path lies on another mount than its anchor, or is a mount itself. */
  onOtherMount(path: string, anchor: string): Promise<boolean>;
}

export interface UnitState {
  unit: string;
  manager: 'systemd' | 'sysv' | 'process';
  exists: boolean;
  active: boolean;
  enabled: boolean;
  masked: boolean;
  failedLoop: boolean;
  /** What the service manager was told to do with it and has not ended, other than to stop it: `start`, `restart` … */
  job?: string;
  pids: number[];
  /** Host paths of the links that enable it, where disabling removes them one by one; systemd keeps its own. */
  links?: readonly string[];
}

export interface Services {
  /** State of many units in one call; absent ones have `exists: false`. */
  states(units: readonly string[]): Promise<UnitState[]>;
  /** Those of the units that the service manager has a job for, as `UnitState.job` tells it; the rest of their state is not asked for. */
  jobs(units: readonly string[]): Promise<{ unit: string; job: string }[]>;
  stop(unit: string, timeoutMs: number): Promise<void>;
  /** `byScript`: an earlier run stopped it by its script, which proved that the script is about this root. */
  start(unit: string, timeoutMs: number, byScript?: boolean): Promise<void>;
  /** Real path of the SysV script that starts a stopped service again; null where systemd does that, or where nothing is known that could. */
  startScript(unit: string): string | null;
  disable(unit: string): Promise<void>;
  /** Through systemd; elsewhere a service is enabled by its links, which are files. */
  enable(unit: string): Promise<void>;
  /** Reload if active. */
  reload(unit: string, timeoutMs: number): Promise<void>;
  /** Processes whose program or pid file lies below the root (never for `/`). */
  strays(known: readonly number[]): Promise<{ pid: number; program: string }[]>;
}

/** Programs that no run may share the host with. */
export interface Programs {
  /** Those of the known ones that are at work on this installation now; not this program, nor what it was started by. */
  atWork(known: readonly OtherProgram[]): ProgramAtWork[];
  /** The process that changes packages now; null if none does. */
  packageTransaction(): { pid: number } | null;
}

export interface Packages {
  /** Owner of each path that has one; null when package state cannot be told (no rpm, or no rpm database below the root). `%ghost` counts as unowned. */
  owners(paths: readonly string[]): Promise<Map<string, string> | null>;
  /** Hash of each file as its package brings it; without those that no package brings, and empty when package state cannot be told. */
  digests(paths: readonly string[]): Promise<Map<string, { algorithm: 'sha256' | 'md5'; hex: string }>>;
  /** Version-release and install time (ms) of an installed package; 'unknown' when it cannot be told. */
  version(name: string): Promise<{ version: string; installedAt: number } | null | 'unknown'>;
}

/** What `connect` needs besides the credentials. */
export interface ConnectOptions {
  password: string | undefined;
  timeoutMs: number;
  /** PEM of additional trusted CAs (the engine's own), beside the system's. */
  extraCa: string[];
}

export interface QueryRow {
  [column: string]: unknown;
}

/** One session on a database. Statement time is limited; errors are HostErrors with the SQLSTATE as code. */
export interface Connection {
  query<T extends QueryRow = QueryRow>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export interface Databases {
  connect(credentials: Credentials, options: ConnectOptions): Promise<Connection>;
  /** psql as the `postgres` account over the local socket; null if this machine has none or this process may not be it. */
  admin(port: number, database: string, timeoutMs: number): AdminConnection | null;
}

/** Somebody with rights over whole databases: the `postgres` account over the local socket, or a login of setup's password file. Each call is a session of its own. */
export interface AdminConnection {
  /** Rows of one SELECT, with the types of JSON: a number of any size is a number. */
  query<T extends QueryRow = QueryRow>(sql: string): Promise<T[]>;
  /** One statement without a result. */
  execute(sql: string): Promise<void>;
  /** How pg_dump logs in the same way. `dir`: a directory of ours alone, where files with secrets are made for a moment. */
  login(dir: string): Promise<OpenLogin>;
}

/** A login whose files are closed after the program has ended. */
export interface OpenLogin extends ProgramLogin {
  close(): void;
}

/** How one of PostgreSQL's programs logs in to one database. */
export interface ProgramLogin {
  /** Value of `--dbname`: host, port, role and database, never a password. */
  connection: string;
  /** Variables beside PATH and locale. They name files; no secret is in them. */
  env: Readonly<Record<string, string>>;
  /** The account it runs as; null: the caller's. */
  account: { uid: number; gid: number } | null;
  /** Open files it inherits as descriptors 3, 4, … */
  fds: readonly number[];
}

export interface Ovn {
  /** Rows of the database that the tool is for; null if the tool is not installed. @throws HostError where its server does not answer, and always below a root. */
  read(tool: string): Promise<OvnRows | null>;
  /** Has it listen so and not otherwise: the row of TLS and all of connections are replaced. None at all takes them out. */
  setRows(tool: string, rows: OvnRows): Promise<void>;
}

export interface Host {
  files: Files;
  /** The running machine's own, whatever the root: read for comparison, and changed in one place only (model/outside.ts). */
  machine: Files;
  services: Services;
  programs: Programs;
  packages: Packages;
  databases: Databases;
  /** Of the running machine. */
  ovn: Ovn;
}
