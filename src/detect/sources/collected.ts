/** What the sources of credentials add up to. Passwords go into the vault at once. */
import type { Credentials, Vault } from '../../model/credentials.ts';
import type { FileFact } from '../../model/facts.ts';
import type { ComponentId } from '../../model/layout.ts';
import type { DetectContext } from '../context.ts';
import type { RawCredentials } from '../read/jdbc.ts';

export interface FoundCredentials {
  /** Every place that holds credentials of a database, the best first. */
  byComponent: Map<ComponentId, Credentials[]>;
  /** Logins with rights over whole databases, of setup's password file, the best first. */
  adminLogins: Map<ComponentId, Credentials[]>;
  /** An answer file says that somebody else provides the database. */
  providedByOthers: Set<ComponentId>;
  /** Switched off inside its own drop-in. */
  switchedOff: Set<ComponentId>;
  /** What the newest answer file that tells says: set up on this host, or not. */
  answered: Map<ComponentId, boolean>;
  /** Password files that were found with them: setup's temporary ones in /tmp, and older ones of its own beside its password file. */
  pgpass: FileFact[];
}

/**
 * One kind of place. It adds what it finds and never fails: a file that cannot be read is noted, or is a fault where nothing can be said without it. Sources are asked one after the
 * other, so a later one knows what the earlier ones found.
 */
export type CredentialSource = (
  context: DetectContext,
  collected: Collected,
  /** Copies of setup's files that were found. */
  copies: readonly FileFact[],
) => Promise<void>;

/** Where credentials were read. */
export type Place = Pick<Credentials, 'source' | 'origin' | 'mtimeMs'>;

/** The best first. A copy is by its nature older than what it is a copy of. */
const ORIGINS: Credentials['origin'][] = [
  'drop-in',
  'password-file',
  'properties',
  'copy',
  'borrowed',
  'answer-file',
  'pgpass',
];

function better(a: Credentials, b: Credentials): number {
  return ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) || b.mtimeMs - a.mtimeMs;
}

export class Collected implements FoundCredentials {
  readonly byComponent = new Map<ComponentId, Credentials[]>();
  readonly adminLogins = new Map<ComponentId, Credentials[]>();
  readonly providedByOthers = new Set<ComponentId>();
  readonly switchedOff = new Set<ComponentId>();
  readonly answered = new Map<ComponentId, boolean>();
  readonly pgpass: FileFact[] = [];
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Adds what a place holds; nothing where it holds none. */
  add(component: ComponentId, raw: RawCredentials | null, place: Place): void {
    this.#addTo(this.byComponent, component, raw, place);
  }

  /** Adds a login that may administer the component's database. */
  addAdmin(component: ComponentId, raw: RawCredentials, place: Place): void {
    this.#addTo(this.adminLogins, component, raw, place);
  }

  #addTo(
    lists: Map<ComponentId, Credentials[]>,
    component: ComponentId,
    raw: RawCredentials | null,
    place: Place,
  ): void {
    if (raw === null) return;
    const { password, ...rest } = raw;
    const secret = password === undefined ? null : this.#vault.put(password);
    const list = lists.get(component) ?? [];
    list.push({ ...rest, ...place, secret });
    lists.set(component, list);
  }

  /** The component is switched off: credentials found so far are none that setup uses. */
  switchOff(component: ComponentId): void {
    this.switchedOff.add(component);
    this.byComponent.delete(component);
    this.adminLogins.delete(component);
  }

  sort(): void {
    for (const lists of [this.byComponent, this.adminLogins]) for (const list of lists.values()) list.sort(better);
  }
}
