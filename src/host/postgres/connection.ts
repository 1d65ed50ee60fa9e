/** One session on a database, as a role over TCP. Everything it does has a time limit, also against a server that is frozen. */
import type { Client } from 'pg';
import type { Credentials } from '../../model/credentials.ts';
import { HostError } from '../../model/errors.ts';
import type { Connection, ConnectOptions, QueryRow } from '../port.ts';
import { CONNECTION_LOST, PASSWORD_REJECTED, rawError, serverError } from './errors.ts';
import { withoutNul } from './quote.ts';
import { tlsOptions } from './trust.ts';

/** What other users of the server see of us. */
export const APPLICATION = 'engine-cleanup';

/** The server ends a statement at its limit and says so; only one that says nothing is given up this much later, ms. */
const GRACE_MS = 2000;
/** For a goodbye that nothing depends on, ms. */
const CLOSE_MS = 1000;

/** `database "engine" on db.example.com:5432`, for messages. */
export function placeOf({ database, host, port }: Pick<Credentials, 'database' | 'host' | 'port'>): string {
  return `database "${database}" on ${host}:${port}`;
}

function noPassword(credentials: Credentials): HostError {
  return new HostError(
    `role "${credentials.role}" cannot log in to ${placeOf(credentials)}: it needs a password, and ${credentials.source || 'no file'} holds none`,
    { hint: "Put the password into setup's drop-in.", code: PASSWORD_REJECTED },
  );
}

/** Opens a session. @throws HostError with the SQLSTATE or errno as its code */
export async function openConnection(credentials: Credentials, options: ConnectOptions): Promise<Connection> {
  const { timeoutMs, password } = options;
  const { Client } = await import('pg');
  const client = new Client({
    host: credentials.host || 'localhost',
    port: credentials.port,
    user: withoutNul(credentials.role),
    database: withoutNul(credentials.database),
    // A function, because without a password the driver would look into PGPASSWORD and somebody's ~/.pgpass.
    password: () => {
      if (!password) throw noPassword(credentials);
      return withoutNul(password);
    },
    ssl: await tlsOptions(credentials, options.extraCa),
    application_name: APPLICATION,
    statement_timeout: timeoutMs,
    keepAlive: true,
    // Names mean what they say, whatever the role's settings are; and PGOPTIONS of our environment is not used.
    options: '-c search_path=pg_catalog -c standard_conforming_strings=on -c client_encoding=UTF8',
  });
  const session = new Session(client, placeOf(credentials), timeoutMs);
  try {
    await session.within(client.connect(), timeoutMs);
    return session;
  } catch (error) {
    session.destroy();
    throw serverError(error, `role "${credentials.role}" cannot log in to ${placeOf(credentials)}`);
  }
}

class Session implements Connection {
  readonly #client: Client;
  readonly #place: string;
  readonly #timeoutMs: number;
  /** Why the session is gone; null while it lives. */
  #lost: unknown = null;

  constructor(client: Client, place: string, timeoutMs: number) {
    this.#client = client;
    this.#place = place;
    this.#timeoutMs = timeoutMs;
    client.on('error', (error) => {
      this.#lost ??= error;
    });
  }

  /** Rows of the last statement. */
  async query<T extends QueryRow = QueryRow>(sql: string, values?: readonly unknown[]): Promise<T[]> {
    try {
      if (this.#lost !== null) throw this.#lost;
      const answer = values === undefined ? this.#client.query(sql) : this.#client.query(sql, [...values]);
      const result: unknown = await this.within(answer, this.#timeoutMs + GRACE_MS);
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last as { rows: T[] } | undefined)?.rows ?? [];
    } catch (error) {
      if (this.#lost === null) throw serverError(error, this.#place);
      const { code, message } = rawError(error);
      throw new HostError(`${this.#place}: the session was lost: ${message}`, {
        hint: "Look into the server's log why it ended the session, then run this again.",
        code: code ?? CONNECTION_LOST,
        cause: error,
      });
    }
  }

  /** Says goodbye, or does without: an open transaction is rolled back either way. */
  async close(): Promise<void> {
    try {
      await this.within(this.#client.end(), Math.min(CLOSE_MS, this.#timeoutMs));
    } catch {
      this.destroy();
    }
  }

  /** Waits at most this long; a session that does not answer in time is given up for good. */
  async within<T>(answer: Promise<T>, limitMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = Object.assign(new Error(`no answer within ${limitMs / 1000} s`), { code: 'ETIMEDOUT' });
        this.#lost ??= error;
        reject(error);
        this.destroy();
      }, limitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cuts the connection without a word. */
  destroy(): void {
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}
