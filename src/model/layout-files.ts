/** Files, lines in files of others, and what stays: how a layout names them. */
import type { ComponentId, Release } from './layout.ts';

/** The place of a file in the order of removal. The order of this list is the order of the plan. */
export const PHASES = [
  'keystores', // keys, certificates, trust stores: everything of the PKI but ca.pem
  'ca', // ca.pem, last of the PKI: as long as it is there a half-removed PKI is recognised as ours
  'links',
  'drop-ins', // configuration written by setup
  'state', // checksums, caches, what a killed setup strewed about
  'records', // uninstall records
  'marker', // the post-install marker
  'credential-copies', // copies of credentials, before the files that setup itself reads: alone, an old copy would be taken for the truth
  'credentials', // last of all: every file that holds credentials of a database
] as const;
export type Phase = (typeof PHASES)[number];

/** With what a file is kept: with a kept database, with a kept PKI, or always (listed as kept). */
export type KeepWith = 'database' | 'pki' | 'always';

/** One known path, or family of paths, of a component. */
export interface FileRule {
  /** Host path; `*` matches within one component, `**` (as the last component only) everything below. */
  path: string;
  phase: Phase;
  /** Why we believe it is setup's or the engine's; for `keep: 'always'`, why it stays. Shown in the plan. */
  why: string;
  keep?: KeepWith;
  /**
   * `reset`: a package's configuration file that setup or openssl fills: put back to what the package brings when that is installed, else removed.
   * `package`: owned by a package even where rpm cannot be asked.
   */
  packaged?: 'reset' | 'package';
  /** What the package brings, for `reset`. Default: nothing. */
  pristine?: string;
  /** The file's name must match it too. */
  named?: RegExp;
  /** The file's content must match, else it is somebody else's file of the same name. */
  marker?: RegExp;
  /** Not a file setup copies, so `<path>.<timestamp>` beside it is not ours either. Default: copies are looked for. */
  noCopies?: boolean;
  /** Ours only if this key of the post-install marker is true. */
  when?: string;
  /** Setup makes it empty long before the marker says so: an empty one is ours without `when`. */
  madeEmpty?: true;
  /** Only a link is ours. */
  only?: 'link';
  /** Setup makes this link where nothing can be reached by it, and stops at one that leads nowhere (3.0). */
  stopsDangling?: true;
  /** Names the database whose credentials the file holds. */
  credentialsOf?: ComponentId;
  /** First and last release whose setup writes it. Never a filter: a host that was upgraded has what older setups wrote. Where nothing names the release, it is told by them. */
  since?: Release;
  until?: Release;
}

/** A line in a shared file that setup writes without recording it, or that is known well enough to be reverted without a record. */
export interface LineRule {
  /** Host path of the shared file (may contain `*` in the last component). */
  path: string;
  /** Lines that match are setup's. */
  added: RegExp;
  /** A line directly before an added one that matches is setup's commented-out original: group 1 is the original line. */
  original?: RegExp;
  /**
   * Setup wrote over a line of others and kept copies of the file (3.1, 3.2). That line comes back from the oldest of these; where there is none, as the package brings it. `packaged` null: what is
   * added does not tell that it is setup's, so that the first such line comes back from a copy, and nothing else.
   */
  replaced?: { copies: string; line: RegExp; packaged: string | null };
  /** What `added` matches is only the beginning of the line, and the rest of it is a secret. */
  secret?: true;
  /** It holds credentials, and goes with the files that do: last of all. */
  phase?: 'credentials';
  keep?: 'database';
  why: string;
  component: ComponentId;
}

/** What a cleanup leaves on purpose. */
export interface KeepRule {
  /** Host path or pattern. */
  path: string;
  why: string;
  /** A directory whose content is only of use to look back: the command that removes it is told. Everything else stays for good reason. */
  removable?: true | 'files';
  /** Each entry is kept for itself, with a command of its own. */
  each?: true;
  /** Told only where this path is there too: elsewhere the place has nothing to do with setup. */
  beside?: string;
}

/** What setup made outside of the file system and a cleanup leaves: a key of the post-install marker names it. */
export interface NamedKeepRule {
  /** Key whose value lists names, separated by commas. */
  key: string;
  /** What each name is: "docker container". */
  what: string;
  why: string;
  /** Words of the command that removes one; the name comes after them. */
  remove: readonly string[];
}
