/**
 * The local superuser: each call is one psql that runs as the account `postgres` and speaks over the local socket (docs/decisions/0008-superuser.md).
 * Statements go in on standard input, rows come back as JSON, so that no value is taken for a separator.
 */
import { HostError } from '../../model/errors.ts';
import type { AdminConnection, ProgramLogin, QueryRow } from '../port.ts';
import type { Account } from './account.ts';
import { APPLICATION } from './connection.ts';
import { serverError } from './errors.ts';
import { complaint, type ProgramEnd, runProgram } from './program.ts';
import { asJson, connectionString } from './quote.ts';

/** The server ends a statement at its limit and says so; only one that says nothing is given up this much later, ms. */
const GRACE_MS = 2000;

export interface AdminOptions {
  /** Path of psql. */
  psql: string;
  account: Account;
  /** Directory of the socket; null: psql's own default. */
  socketDir: string | null;
  port: number;
  database: string;
  timeoutMs: number;
}

/** How the account logs in: no password, and only to a server that it runs itself. */
export function adminLogin({ account, socketDir, port, database }: AdminOptions): ProgramLogin {
  const connection = connectionString({
    ...(socketDir === null ? {} : { host: socketDir }),
    port: String(port),
    user: 'postgres',
    dbname: database,
    requirepeer: account.name,
    application_name: APPLICATION,
  });
  return { connection, env: { HOME: account.home, PGCLIENTENCODING: 'UTF8' }, account, fds: [] };
}

/** A connection of the local superuser; nothing runs until it is asked something. */
export function adminConnection(options: AdminOptions): AdminConnection {
  const login = adminLogin(options);
  return {
    // No secret is in it, so there is nothing to open or close.
    login: async () => ({ ...login, close: () => undefined }),
    async query<T extends QueryRow>(sql: string): Promise<T[]> {
      return JSON.parse(await psql(options, login, `${asJson(sql)};\n`)) as T[];
    },
    async execute(sql: string): Promise<void> {
      await psql(options, login, `${sql}\n;\n`);
    },
  };
}

/** Messages are read, so they come untranslated; names mean what they say, whatever the settings of server and account are. */
function prelude(timeoutMs: number): string {
  return `SET lc_messages = 'C'; SET search_path = pg_catalog; SET standard_conforming_strings = on; SET statement_timeout = ${timeoutMs};\n`;
}

async function psql(options: AdminOptions, login: ProgramLogin, sql: string): Promise<string> {
  const chunks: Buffer[] = [];
  const end = await runProgram(
    {
      file: options.psql,
      args: [
        '--no-psqlrc',
        '--quiet',
        '--no-align',
        '--tuples-only',
        '--no-password',
        '--set=ON_ERROR_STOP=1',
        '--set=VERBOSITY=verbose',
        `--dbname=${login.connection}`,
      ],
      login,
      input: prelude(options.timeoutMs) + sql,
      silenceMs: options.timeoutMs + GRACE_MS,
    },
    (chunk) => {
      chunks.push(chunk);
    },
  );
  if (end.code === 0) return Buffer.concat(chunks).toString('utf8');
  throw psqlError(options, end);
}

/** `ERROR:  42P01: relation "x" does not exist`, as psql writes it with VERBOSITY=verbose. */
const SERVER_ERROR =
  /^(?:psql:[^\n]*?: )?[A-Z]+: {1,2}([0-9A-Z]{5}): ([^\n]*)(?:\nDETAIL: {1,2}([^\n]*(?:\n(?!HINT:|LOCATION:)[^\n]+)*))?/m;

function psqlError({ psql, port, database, timeoutMs }: AdminOptions, { code, stderr, ended }: ProgramEnd): HostError {
  const where = `the local superuser, database "${database}" on port ${port}`;
  if (ended !== null) {
    return new HostError(`${where}: no answer within ${timeoutMs / 1000} s`, {
      hint: 'Look whether the server hangs, or allow more time with --timeout.',
      code: 'ETIMEDOUT',
    });
  }
  const [, state, message, detail] = SERVER_ERROR.exec(stderr) ?? [];
  if (state !== undefined) return serverError({ code: state, message, detail }, where);
  return new HostError(`${where}: ${complaint(psql, stderr) || `psql ended with status ${code}`}`, {
    hint: 'Start the server, or let pg_hba.conf allow the account postgres over the socket (method peer).',
    code: code === null ? null : `exit ${code}`,
  });
}
