/** How a database is reached. The password itself is never part of these records: it stays in the vault under `secret`. */

export interface Credentials {
  host: string;
  port: number;
  database: string;
  role: string;
  /** `*_DB_SECURED`: TLS is used. */
  secured: boolean;
  /** `*_DB_SECURED_VALIDATION`: the server's certificate is verified. */
  validation: boolean;
  /** The file (host path) the credentials were read from. */
  source: string;
  /**
   * What kind of file that is: setup's own drop-in or (3.0–3.2) password file, the account profile, a copy of these, another component's drop-in, or another
   * place that happens to hold them.
   */
  origin: 'drop-in' | 'password-file' | 'properties' | 'copy' | 'borrowed' | 'answer-file' | 'pgpass';
  /** Modification time of the source, ms since the epoch: the newest copy is preferred when no server answers. */
  mtimeMs: number;
  /** Key into the vault; null when the file holds no password. */
  secret: string | null;
}

/** A way into a server with rights beyond those of a database's own role: what may drop the database and make it again. */
export type AdminServer =
  /** The account `postgres` of this machine, over the local socket of this port. */
  | { socket: number }
  /** A login of setup's password file; `database` is where it logs in when none is named. A plain role may drop only what it owns, and cannot close it to itself. */
  | { credentials: Credentials; superuser: boolean };

/** Keeps passwords in memory, apart from everything that is printed, logged or written. */
export class Vault {
  readonly #secrets = new Map<string, string>();

  /** Stores a password and returns the key under which it can be had again. Equal passwords share a key. */
  put(secret: string): string {
    for (const [key, known] of this.#secrets) if (known === secret) return key;
    const key = `secret-${this.#secrets.size + 1}`;
    this.#secrets.set(key, secret);
    return key;
  }

  /** The password of a key; undefined for null or an unknown key. */
  get(key: string | null): string | undefined {
    return key === null ? undefined : this.#secrets.get(key);
  }

  /** Replaces every known secret in a text that came from outside (a server's or a tool's message) by `***`. */
  redact(text: string): string {
    let clean = text;
    // The longest first: a secret that is part of another would leave the rest of it.
    const secrets = [...this.#secrets.values()].filter(({ length }) => length >= 4).sort((a, b) => b.length - a.length);
    for (const secret of secrets) clean = clean.replaceAll(secret, '***');
    return clean;
  }

  toJSON(): string {
    return '[vault]';
  }
}
