/** What was found of one database: as its role sees it, and as the local superuser does. Plain data, no secrets. */
import type { AdminServer, Credentials } from './credentials.ts';
import type { ComponentId } from './layout.ts';

export type Reach =
  | { state: 'connected' }
  | { state: 'absent'; message: string } // 3D000
  | { state: 'rejected'; message: string } // 28P01, 28000
  | { state: 'sealed'; message: string } // 53300 because of a connection limit of 0
  | { state: 'half-dropped'; message: string } // 55000: the server died while it dropped it
  | { state: 'unreachable'; message: string; hint?: string; code?: string } // `hint`: the way on, a sentence; `code`: SQLSTATE or errno, where there is one
  | { state: 'no-credentials'; message: string };

export interface DatabaseFact {
  component: ComponentId;
  title: string;
  /** Switched on on this host by marker, drop-in or evidence. */
  enabled: boolean;
  /** Nothing on this host speaks of it: a database or role of the default name that the local superuser sees. Setup stumbles over it, so it is told; it is never acted upon. */
  speculative: boolean;
  /** Not ours to drop or clear, with the reason ("credentials of another host's database"). */
  foreign: string | null;
  credentials: Credentials | null;
  /** All places that hold credentials of this database, the chosen one first. */
  candidates: Credentials[];
  /** Logins of setup's password file with rights over whole databases (3.0–3.2), the best first; `database` is where they log in. */
  adminLogins: Credentials[];
  /** Other databases that older or lesser places name, as a phrase each. */
  others: string[];
  /** The server is on this machine. */
  local: boolean;
  /** An answer file says that the database was provided by somebody else. */
  providedByOthers: boolean;
  reach: Reach;
  /** The server rejects what setup's own file says, though a copy of it logs in: setup itself would stop. */
  dropInRejected: boolean;
  content: DatabaseContent | null;
  admin: AdminView;
  /** Newest dump that setup itself made, if any. */
  newestDump: string | null;
}

/** Made by the server's administrator for himself: nothing but his own login is known of it, and a role that is not its alone. */
export function isAdministrators({ credentials, adminLogins }: DatabaseFact): boolean {
  return credentials !== null && adminLogins.some(({ role }) => role === credentials.role);
}

/** What somebody with rights over whole databases sees of the same database: the `postgres` account of this machine, else a login of setup's password file. */
export interface AdminView {
  available: boolean;
  /** Why it is not available. */
  why: string;
  /** The way in; null where it is not available. */
  via: AdminServer | null;
  database: AdminDatabase | null;
  role: RoleView | null;
  readOnlyRoles: RoleView[];
  /** Databases that upgrades left under another name, as owner and content say; dropped only where the operator agrees. */
  leftovers: LeftoverDatabase[];
  /** Other databases with our default name stem that hold a schema of this kind; reported, never dropped. */
  siblings: string[];
  serverVersion: number | null;
}

export interface AdminDatabase {
  exists: boolean;
  owner: string | null;
  connectionLimit: number;
  sizeBytes: number;
  /** It holds the relations that tell this kind of database. */
  recognised: boolean;
  /** It holds a relation that only this kind of database has, or none at all: a setup that died leaves no more. */
  partial: boolean;
  /** Tables in `public`. */
  tables: number;
  /** The login may dump and drop it: a superuser, or an owner beside whom nobody has anything in it. */
  mayDrop: boolean;
}

export interface LeftoverDatabase extends AdminDatabase {
  name: string;
}

export interface RoleView {
  name: string;
  exists: boolean;
  superuser: boolean;
  /** Databases other than this one that it owns, or in which it owns or is granted something. */
  elsewhere: string[];
}

export interface Session {
  pid: number;
  role: string;
  application: string;
  client: string;
  /** Visible state; other roles' sessions show none to a plain role. */
  state: string;
}

/** Rows of one kind that setup stumbles over. */
export interface Stumble {
  /** Name of the check, by which the layout has the words. */
  check: string;
  count: number;
  /** The first of them, where there is something to show. */
  names: string[];
}

export type Stumbles =
  | { state: 'asked'; found: Stumble[] }
  | { state: 'failed'; message: string } // the server did not answer these questions, in time or at all
  | { state: 'unasked' }; // it holds no table, or no verdict follows

/** An object of another owner that falls with ours. */
export interface Cascade {
  /** A word and the quoted name: `view public.report`. */
  name: string;
  /** SQL that makes it again, for a superuser. */
  definition: string;
}

export interface DatabaseContent {
  /** Numeric, as `server_version_num`: 150004. */
  serverVersion: number;
  /** Tells this database of this running server from every other one (src/host/postgres/server-id.ts). */
  serverId: string;
  sizeBytes: number;
  owner: string;
  tables: number;
  /** Tables of all schemas the role owns, for the read-back of the dump. */
  ownedTables: number;
  /** Objects the role owns in any schema, extensions apart. */
  ownedObjects: number;
  /** Sequences, composite types, views, schemas that make a rerun fail although there is no table. */
  obstacles: string[];
  ownedSchemas: string[];
  publicSchema: boolean;
  mayCreateInPublic: boolean;
  /** Extensions that setup needs to find in it and that are not there. */
  missingExtensions: string[];
  /** Objects of other owners inside the database. */
  foreignObjects: string[];
  /** Tables, views and the like in any schema whose owner's rights the role does not have: setup upgrades no database with such. */
  misowned: string[];
  /** Objects of other owners that hang on ours and would fall with them. */
  cascades: Cascade[];
  sessions: Session[];
  /** What a finished setup has and this database lacks; empty when complete. */
  missing: string[];
  /** Number of values encrypted with the engine's key, by `table.column`. */
  encrypted: Record<string, number>;
  /** What setup stumbles over when it upgrades the database, as the layout lists it. */
  stumbles: Stumbles;
  /** The signature relations of this kind of database exist. */
  recognised: boolean;
  dwh: { hostname: string | null; uuid: string | null; running: boolean } | null;
  /** The machine of a hosted engine: in global maintenance, running outside of it, running nowhere, not there (or of no concern: just restored from a backup). */
  hostedEngine: 'maintenance' | 'active' | 'idle' | 'none' | 'unknown';
  /** Id of the provider that has the name setup gives its own, `ovirt-provider-ovn`; null where there is none. */
  ovnProvider: string | null;
  /** Days before its end from which setup renews a certificate; null where the database does not say. */
  renewalDays: number | null;
  /** Locks one transaction may take in all, and what clearing needs. */
  lockCapacity: number;
}
