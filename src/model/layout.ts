/** What engine-setup of one release puts on a host, as data. A new release or component is a new file in `layouts/`. */
import type { DatabaseLayout, DatabaseServerLayout } from './layout-database.ts';
import type { FileRule, KeepRule, LineRule, NamedKeepRule } from './layout-files.ts';
import type { OtherHostRule } from './layout-other-hosts.ts';
import type { OvnLayout } from './layout-ovn.ts';
import type { PkiLayout } from './layout-pki.ts';

export type * from './layout-database.ts';
export type * from './layout-files.ts';
export { PHASES } from './layout-files.ts';
export type * from './layout-other-hosts.ts';
export type * from './layout-ovn.ts';
export type * from './layout-pki.ts';

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

export interface ServiceLayout {
  unit: string;
  /** Stopped in ascending order. */
  order: number;
  /** Another product's unit that setup only configures: left alone unless the component is set up on this host. */
  shared?: boolean;
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
  /** The Data Warehouse registers itself in the engine's table `dwh_history_timekeeping`: its unit, the file that holds its identity, and the key of that. */
  timekeeping?: { unit: string; identity: string; key: string };
  ovn?: readonly OvnLayout[];
  files: readonly FileRule[];
  lines?: readonly LineRule[];
  /**
   * Setup takes the component for configured where `state` is there and not empty (null: where its database is full), and then does not write `configs`: where none of them is setup's own (matches
   * `ours`) the component is left unconfigured, and nothing is said.
   */
  configuredBy?: { state: string | null; configs: readonly [string, ...string[]]; ours: RegExp };
}

/** Values of the post-install marker that mislead a later setup, or that it cannot do without; null where the release has no such value. */
export interface MarkerTraps {
  /**
   * Key that says whether the main component is set up here: beside a full database setup does not ask. A host name in the drop-in says the same. Without
   * either, releases up to `silentUntil` leave the component unconfigured and say nothing.
   */
  enabled: { key: string; dropIn: string; silentUntil: string } | null;
  /** Key by which setup takes the web server for configured, whatever its configuration says. */
  webServer: string | null;
  /** The network provider that setup adds to a new database: the key that says whether it is wanted, the one that names its id once it is there, its name, and what is lost without its keys. */
  provider: { key: string; idKey: string; name: string; keysLost: string } | null;
}

/** A question that setup asks of a full database only: an answer file of the first installation lacks it. */
export interface UpgradeQuestion {
  name: string;
  /** What it is about, as a phrase after "asks about". */
  about: string;
}

export interface Layout {
  releases: readonly Release[];
  /** Places that packages bring in these releases, and in no newer one: where nothing else tells the release, and nothing of setup is left, they do. */
  brought: readonly string[];
  /**
   * Releases whose packages may be there before their setup ran: with the section of the password file, which that setup would have emptied, it is this one that set up the host. None
   * where the password file has no marks and may be anybody's.
   */
  upgradedBy?: readonly Release[];
  /** Package whose state is asked. */
  packageName: string;
  /** Package that brings engine-setup; its version must be the engine's. */
  setupPackageName: string;
  /** An engine older than setup is updated by setup itself. */
  setupUpdatesEngine: boolean;
  /** The component whose database decides whether setup takes the host for an upgrade. What belongs to no other component is its own. */
  main: ComponentId;
  /** Host path of the post-install marker; null in releases that write none. */
  marker: string | null;
  /** Key of the marker that holds setup's version. */
  versionKey: string;
  /** Keys of the marker that hold secrets and whose names do not say so. */
  secretKeys: readonly string[];
  markerTraps: MarkerTraps;
  /** Directory of the uninstall records; null in releases that write none. */
  records: string | null;
  /** Directory of setup's answer files; null in releases that write none. */
  answers: string | null;
  upgradeQuestions: readonly UpgradeQuestion[];
  /** Groups of the record whose files are never removed. */
  keptGroups: readonly string[];
  pki: PkiLayout;
  databaseServer: DatabaseServerLayout;
  components: readonly ComponentLayout[];
  /** What is left to be done on other hosts. */
  otherHosts: readonly OtherHostRule[];
  /** Directories setup makes; removed when empty. `**` as the last component stands for every directory below. Children before parents is worked out by the plan. */
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
  /** The same for what the marker names. */
  keptByName: readonly NamedKeepRule[];
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
