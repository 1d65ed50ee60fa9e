/** What engine-setup of one release puts on a host, as data. A new release or component is a new file in `layouts/`. */

/** Every release of oVirt Engine the program has a name for, the oldest first. Which of them it knows is said by `layouts/`. */
export const RELEASES = [
  '3.0',
  '3.1',
  '3.2',
  '3.3',
  '3.4',
  '3.5',
  '3.6',
  '4.0',
  '4.1',
  '4.2',
  '4.3',
  '4.4',
  '4.5',
] as const;
export type Release = (typeof RELEASES)[number];

export type ComponentId =
  | 'engine'
  | 'dwh'
  | 'grafana'
  | 'keycloak'
  | 'managedblock'
  | 'cinderlib'
  | 'websocket-proxy'
  | 'vmconsole-proxy'
  | 'ovn-provider'
  | 'imageio'
  | 'fence-kdump'
  | 'reports';

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
   * `reset`: a package's configuration file that setup or openssl fills: put back to its empty form when the package is installed, else removed.
   * `package`: owned by a package even where rpm cannot be asked.
   */
  packaged?: 'reset' | 'package';
  /** The file's content must match, else it is somebody else's file of the same name. */
  marker?: RegExp;
  /** Not a file setup copies, so `<path>.<timestamp>` beside it is not ours either. Default: copies are looked for. */
  noCopies?: boolean;
  /** Ours only if this key of the post-install marker is true. */
  when?: string;
  /** Only a link is ours (`link`), or only if it is one of the component's that are set up here (`component`). */
  only?: 'link';
  /** Names the database whose credentials the file holds. */
  credentialsOf?: ComponentId;
}

/** A line in a shared file that setup writes without recording it, or that is known well enough to be reverted without a record. */
export interface LineRule {
  /** Host path of the shared file (may contain `*` in the last component). */
  path: string;
  /** Lines that match are setup's. */
  added: RegExp;
  /** A line directly before an added one that matches is setup's commented-out original: group 1 is the original line. */
  original?: RegExp;
  why: string;
  component: ComponentId;
}

export interface ServiceLayout {
  unit: string;
  /** Stopped in ascending order. */
  order: number;
  /** Another product's unit that setup only configures: left alone unless the component is set up on this host. */
  shared?: boolean;
}

export interface DatabaseLayout {
  /** Name in messages: "engine database". */
  title: string;
  defaultName: string;
  defaultRole: string;
  /** `ENGINE_DB_`, `DWH_DB_` … */
  prefix: string;
  /** Prefixes of setup's environment in answer files: `OVESETUP_DB/` and the question names `OVESETUP_ENGINE_DB_`. */
  answerPrefix: string;
  questionPrefix: string;
  /** Drop-ins that hold the credentials on the component's own host, the authoritative one first. */
  credentials: readonly string[];
  /** Drop-ins by which the other host reaches the database; there it is foreign. */
  elsewhere?: readonly string[];
  /** Property files with a JDBC url, user and password of this database. */
  properties?: readonly string[];
  /** Key that switches the database on inside its drop-in (`MANAGEDBLOCK_DB_ENABLE`). */
  enableKey?: string;
  /** Schemas of this database other than public that setup makes. */
  schemas: readonly string[];
  /** What tells this kind of database from any other: all of these relations exist in `public`. */
  signature: readonly string[];
  /** What a finished setup leaves; anything missing means half-built. */
  complete: CompletenessLayout | null;
  /** Compatibility levels that setup upgrades from, and the `table.column` pairs that hold them; it stops at any other. */
  levels?: { columns: readonly string[]; supported: readonly string[] };
  /** `table.column` pairs that hold values encrypted with the engine's key. */
  encrypted: readonly string[];
  /** Roles without their own credentials login that our own files name (Grafana's): prefix and drop-ins. */
  readOnlyRoles?: readonly { prefix: string; credentials: readonly string[]; defaultName: string }[];
  /** Name stem of setup's own dumps: `/var/lib/ovirt-engine/backups/engine-*.dump`. */
  dumps: string;
}

export interface CompletenessLayout {
  relations: readonly string[];
  schemas: readonly string[];
  /** An administrator with the SuperUser role, present in `public.users`. */
  administrator: boolean;
  /** Every row of `schema_version` finished, exactly one current. */
  schemaVersion: boolean;
}

export interface ComponentLayout {
  id: ComponentId;
  title: string;
  /** Keys of the post-install marker that say whether the component is set up on this host. */
  enabledBy: readonly string[];
  /** Question of setup (4.3 and newer, in answer files) whether the component is set up on this host. */
  enableQuestion?: string;
  /** Where no marker exists: any of these paths shows the component. */
  shownBy: readonly string[];
  services: readonly ServiceLayout[];
  database?: DatabaseLayout;
  /** The Data Warehouse registers itself in the engine's table `dwh_history_timekeeping`: its unit, and the file that holds its identity. */
  timekeeping?: { unit: string; identity: string };
  files: readonly FileRule[];
  lines?: readonly LineRule[];
}

export interface PkiLayout {
  /** `/etc/pki/ovirt-engine` */
  dir: string;
  ca: string;
  caKey: string;
  engineStore: string;
  storePassword: string;
  /** Present without `ca`: setup asks, and an unattended setup aborts. */
  halfSigns: readonly string[];
  /**
   * What setup makes together with the CA and at no other time, beside CA and key: without it, enrolment fails or the engine trusts nobody, and setup does not ask. Not in it is what
   * each setup makes again: keystores, the keys extracted from them, the ssh key.
   */
  whole: readonly string[];
  /** Certificate and key that go together: one without the other is silently never made again. */
  pairs: readonly (readonly [string, string])[];
  /** Where package removal copies the tree. */
  copies: string;
}

/** What a cleanup leaves on purpose. */
export interface KeepRule {
  /** Host path or pattern. */
  path: string;
  why: string;
  /** A directory whose content is only of use to look back: the command that removes it is told. Everything else stays for good reason. */
  removable?: true;
  /** Each entry is kept for itself, with a command of its own. */
  each?: true;
}

export interface Layout {
  releases: readonly Release[];
  /** Package whose state is asked. */
  packageName: string;
  /** Package that brings engine-setup; its version must be the engine's. */
  setupPackageName: string;
  marker: string;
  /** Directory of the uninstall records. */
  records: string;
  answers: string;
  /** Groups of the record whose files are never removed. */
  keptGroups: readonly string[];
  pki: PkiLayout;
  components: readonly ComponentLayout[];
  /** Directories setup makes; removed when empty. Children before parents is worked out by the plan. */
  directories: readonly string[];
  /** Those of them that packages own where setup comes from packages: left alone where rpm cannot be asked. */
  packagedDirectories: readonly string[];
  /** Marker keys whose effect a cleanup undoes, dropped from a kept marker. */
  undoneKeys: readonly string[];
  /** Where the product's files lie: a removal never leaves the mount of the anchor it lies in. */
  anchors: readonly string[];
  /** Anchors in directories of other products: what lies there is setup's only by a rule, or by a record whose hash it still has. */
  sharedAnchors: readonly string[];
  /** Never removed, but listed as kept. */
  kept: readonly KeepRule[];
  /** Directories in which setup's files and an administrator's stand side by side: the latter are listed as kept. */
  shared: readonly string[];
  /** The web server in front of the engine: not ours, but setup edits its configuration and it serves our certificates. */
  webServer: {
    unit: string;
    /** Its TLS configuration (host path), and a line of it that uses our certificates. */
    config: string;
    ours: RegExp;
    /** Directories it reads: a change below them needs a reload. */
    reads: readonly string[];
  };
}
