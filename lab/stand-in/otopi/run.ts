/** State of one run of otopi's setup: what the steps have found, decided and made so far. */
import type { Context, Outcome } from '../base/context.ts';
import { readConfiguration } from '../base/drop-in.ts';
import type { Component } from '../base/options.ts';
import { type Traits, traitsOf } from '../base/releases.ts';
import type { Credentials } from '../database/credentials.ts';
import { Session } from '../database/session.ts';
import { UninstallRecord } from './record.ts';
import { type PlannedFile, Transaction } from './transaction.ts';

export const MARKER = '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf';
/** Name of the engine where no answer gives one. */
const DEFAULT_FQDN = 'engine.example.test';

/** What is known of one database. */
export interface DatabaseState {
  /** Null: setup makes it itself, on the local server. */
  credentials: Credentials | null;
  isNew: boolean;
  /** Where the credentials come from: setup's own drop-in, or answers. */
  from: 'drop-in' | 'answers' | 'provisioned';
}

export class OtopiRun {
  readonly context: Context;
  readonly traits: Traits;
  readonly record = new UninstallRecord();
  readonly transaction: Transaction;
  readonly fqdn: string;
  readonly components: ReadonlySet<Component>;
  /** By component; the engine's is always there once it was decided. */
  readonly databases = new Map<Component, DatabaseState>();
  readonly outcome: Outcome = { taken: null, damage: [], failed: null, databases: {} };
  readonly #sessions: Session[] = [];
  /** Organisation of a CA made in this run; null where it was there. */
  organization: string | null = null;
  /** Id of the administrator; null where this run does not know it. */
  adminId: string | null = null;
  engineEnabled = false;
  /** Setup updates the engine's package before it changes anything else. */
  updatesEngine = false;
  ssoSecret = '';
  dwhUuid = '';

  constructor(context: Context) {
    this.context = context;
    this.traits = traitsOf(context.release.version);
    this.transaction = new Transaction(context.host, (path, group) => this.record.addFile(path, group));
    const said = context.answers.text({ key: 'OVESETUP_CONFIG/fqdn', question: 'OVESETUP_NETWORK_FQDN_this' });
    this.fqdn = said ?? DEFAULT_FQDN;
    this.components = new Set(context.options.components ?? ['engine', 'websocket-proxy', 'vmconsole-proxy']);
  }

  get version(): string {
    return this.context.release.version;
  }

  /** The engine's configuration as it is on the disk. */
  configuration(): Map<string, string> {
    return readConfiguration(this.context.host, '/etc/ovirt-engine/engine.conf');
  }

  session(credentials: Credentials): Session {
    const session = new Session(credentials, this.context.sessions);
    this.#sessions.push(session);
    return session;
  }

  /** Takes away the password files of all sessions: what a run that is killed does not come to. */
  closeSessions(): void {
    for (const session of this.#sessions.splice(0)) session.close();
  }

  write(file: PlannedFile): void {
    this.transaction.add(file);
  }

  /** Credentials of a database that was decided and made. */
  credentialsOf(component: Component): Credentials {
    const found = this.databases.get(component)?.credentials;
    if (!found) throw new Error(`the database of ${component} was not made`);
    return found;
  }
}
