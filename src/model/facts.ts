/** What was found on the host: plain data, no secrets, no judgement. The plan is a pure function of it. */
import type { DatabaseFact } from './database-facts.ts';
import type { ComponentId, KeepWith, Phase, Release } from './layout.ts';
import type { PkiFacts } from './pki-facts.ts';

export type * from './database-facts.ts';
export type * from './pki-facts.ts';

export interface Facts {
  root: string;
  /** ISO time the host was read. */
  readAt: string;
  caller: { uid: number; user: string; mayWrite: boolean };
  release: Release | null;
  /** What the release was told by ("post-install marker", "package ovirt-engine-4.5.7" …). */
  releaseWhy: string;
  setup: 'complete' | 'failed' | 'none';
  package: 'installed' | 'removed' | 'reinstalled' | 'unknown';
  packageVersion: string | null;
  /** Of the package that brings engine-setup. */
  setupPackageVersion: string | null;
  components: ComponentId[];
  marker: MarkerFacts | null;
  records: RecordSummary;
  files: FileFact[];
  /** Outside of the root: the caller's own password files of a killed developer-mode setup. */
  outside: OutsideFile[];
  lines: LineFact[];
  services: ServiceFact[];
  /** Processes that run from below the root without a service we know. */
  strays: { pid: number; program: string }[];
  databases: DatabaseFact[];
  /** `DWH_UUID` of this host's DWH. */
  dwhUuid: string | null;
  pki: PkiFacts;
  ovn: OvnFact[];
  /** Where other parts of the same installation run. */
  otherHosts: OtherHost[];
  /** Components that setup takes for configured though their configuration is not (or no longer) setup's. */
  hollow: HollowFact[];
  kept: KeptFact[];
  /** Directories setup makes that no package owns, with the names in them. */
  directories: { path: string; identity: Identity; entries: string[] }[];
  tools: ToolFacts;
  space: SpaceFacts;
  /** The web server's TLS configuration: absent, pointing to the engine's certificates (whoever wrote that), or not. */
  sslConf: 'absent' | 'ours' | 'plain';
  webServer: { unit: string; active: boolean; usesOurCertificates: boolean } | null;
  /** Anything the operator should know that is no reason to stop. */
  notes: { code: string; message: string }[];
  /** Things that make a run impossible whatever is asked for (unreadable record, damaged marker …). */
  faults: { check: string; message: string; hint: string; forcible: boolean }[];
}

export interface MarkerFacts {
  path: string;
  version: string | null;
  /** Values by key, types resolved; secrets replaced by null. */
  values: Record<string, string | number | boolean | null | string[]>;
}

export interface RecordSummary {
  /** Record files, oldest first. */
  paths: string[];
  /** Records that exist but hold no section (setup was killed while closing up). */
  empty: string[];
  /** Files the merged records name, with whether the file exists and still has the recorded hash. */
  entries: { path: string; current: boolean }[];
  /** Number of line edits the records hold. */
  lines: number;
  /** An earlier dropping run rewrote them to what it kept: there is no database any more whose credentials could be missed. */
  databasesGone: boolean;
}

/** What makes a file the same file again: a removal acts only on what was seen. */
export interface Identity {
  type: 'file' | 'link' | 'dir' | 'other';
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
}

export interface FileFact {
  path: string;
  identity: Identity;
  mode: number;
  uid: number;
  gid: number;
  linkTarget?: string;
  /** It leads nowhere, and setup stops at such a link here. */
  dangling?: true;
  phase: Phase;
  /** Evidence that it is setup's or the engine's, as a phrase after the path. */
  why: string;
  component: ComponentId;
  keep?: KeepWith;
  /** Named by a record. */
  recorded: boolean;
  /** Differs from the hash its record names. */
  changed: boolean;
  /** Package config that setup fills: put back to what the package brings (package installed) instead of removed. */
  reset: boolean;
  /** What that is, unless it is nothing. */
  pristine?: string;
  /** Of one that would be emptied: the copy beside it that is what the package brings. */
  original?: string;
  /** A copy of another file (timestamped or temporary). */
  copyOf?: string;
  /** Holds credentials of these databases. */
  credentialsOf?: ComponentId[];
  /** Only a section of it is setup's, and goes: its SHA-256. */
  section?: { sha256: string };
}

/** A component that setup takes for configured by what it left behind, though its configuration is not setup's. */
export interface HollowFact {
  component: ComponentId;
  /** Its configuration file; null where there is none. */
  config: { path: string; identity: Identity | null };
  /** Setup's own, which package removal put aside; null where there is none. */
  aside: string | null;
}

/** A password file of setup in the machine's own /tmp. Its path is one of that machine, and means another file below the root. */
export interface OutsideFile {
  path: string;
  identity: Identity;
  mode: number;
  uid: number;
  /** The login it is for. */
  names: { host: string; port: number; database: string; role: string };
}

/** A component on another host, which a cleanup of one of this host concerns: the two name the rule of the layout. */
export interface OtherHost {
  here: ComponentId;
  there: ComponentId;
  /** Null where its name is nowhere on this host. */
  host: string | null;
}

/** Rows by which a database of OVN listens. */
export interface OvnRows {
  tls: { privateKey: string; certificate: string; caCert: string } | null;
  connections: string[];
  /** How often every one of them is asked whether it lives, ms, where somebody chose that. */
  inactivityProbeMs?: number;
}

/** A database of OVN that may listen with the engine's keys. */
export interface OvnFact {
  /** Names the database in the layout. */
  tool: string;
  /** Setup's, as the key says; null where that cannot be told, or more is there. */
  rows: OvnRows | null;
  /** Why setup's rows cannot be taken out, as a phrase after "stays as it is:". */
  trouble: string | null;
}

export interface KeptFact {
  path: string;
  why: string;
  /** Command for sh that removes it by hand, where that does no harm. */
  remove?: string;
}

export interface LineEdit {
  /** What setup wrote; null when it only deleted a line. */
  added: string | null;
  /** What was there before; null when setup only added. */
  removed: string | null;
  /** `added` is the beginning of a line whose rest is a secret: what follows it stands in no plan and no report. */
  secret?: true;
}

/** Edits of one shared file that are still to be undone (lines that are no longer there are not listed). */
export interface LineFact {
  path: string;
  identity: Identity;
  sha256: string;
  component: ComponentId;
  edits: LineEdit[];
  why: string;
  /** They hold credentials, and go last. */
  phase?: 'credentials';
  keep?: 'database';
}

export interface ServiceFact {
  unit: string;
  component: ComponentId;
  order: number;
  manager: 'systemd' | 'sysv' | 'process';
  active: boolean;
  enabled: boolean;
  masked: boolean;
  /** In a restart loop that never succeeds. */
  failedLoop: boolean;
  /** What the service manager was told to do with it and has not ended, other than to stop it. */
  job?: string;
  pids: number[];
  /** Host paths of the links that enable it, where disabling removes them. */
  links?: readonly string[];
}

export interface ToolFacts {
  pgDump: { path: string; version: number } | null;
  pgRestore: { path: string; version: number } | null;
  psql: { path: string; version: number } | null;
  tar: { path: string } | null;
  /** Programs that are there and did not tell their version, so that they are not used: path, and what went wrong. */
  silent?: readonly { path: string; why: string }[];
}

export interface SpaceFacts {
  /** Where the backup goes (real path). */
  backupDir: string;
  /** What keeps a backup from being made there, as a phrase after the path. */
  trouble: string | null;
  freeBytes: number;
  /** Bytes of all files that would be archived. */
  filesBytes: number;
}
