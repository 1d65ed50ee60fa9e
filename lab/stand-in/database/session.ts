/**
 * A database as its role sees it, through psql. The password goes through a file in the temporary directory, in the form and with the name that the real
 * setup uses: a run that is killed leaves it there.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../base/abort.ts';
import { exec } from '../base/exec.ts';
import { randomSuffix } from '../base/names.ts';
import { type Credentials, pgpassText } from './credentials.ts';
import { postgresProgram } from './programs.ts';

export interface SessionOptions {
  /** Directory of temporary files. */
  tmp: string;
  /** CA of a server whose certificate is checked. */
  ca: string | null;
  /** A password file that is there; without it, one is made for the session. */
  passFile?: string;
}

/** TLS as the real one asks for it: unsecured means "whatever the server wants". */
function sslMode({ secured, validated }: Credentials): string {
  if (!secured) return 'allow';
  return validated ? 'verify-full' : 'require';
}

export class Session {
  readonly credentials: Credentials;
  /** Made for this session; null where it uses another one. */
  readonly #own: string | null;
  readonly #env: NodeJS.ProcessEnv;

  constructor(credentials: Credentials, { tmp, ca, passFile }: SessionOptions) {
    this.credentials = credentials;
    this.#own = passFile === undefined ? join(tmp, `tmp${randomSuffix()}`) : null;
    if (this.#own !== null) writeFileSync(this.#own, pgpassText(credentials), { mode: 0o600 });
    this.#env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME ?? '/root',
      LC_ALL: 'C.UTF-8',
      PGPASSFILE: this.#own ?? passFile,
      PGSSLMODE: sslMode(credentials),
      PGCONNECT_TIMEOUT: '10',
      PGOPTIONS: '-c client_min_messages=warning',
      ...(ca === null ? {} : { PGSSLROOTCERT: ca }),
    };
  }

  /** Arguments and environment for PostgreSQL's programs. */
  connection(): { args: string[]; env: NodeJS.ProcessEnv } {
    const { host, port, role, database } = this.credentials;
    return { args: ['-w', '-h', host, '-p', String(port), '-U', role, '-d', database], env: this.#env };
  }

  /** Runs statements; the outcome is the caller's to judge. */
  try(sql: string): { rows: string[][]; code: number; message: string } {
    const { args, env } = this.connection();
    const how = ['-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', ...args, '-f', '-'];
    const { code, stdout, stderr } = exec(postgresProgram('psql'), how, { env, input: sql });
    const rows = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
    return { rows, code, message: stderr.trim() };
  }

  /**
   * Rows of the statements, as text.
   * @throws SetupError with what the server says
   */
  run(sql: string): string[][] {
    const { rows, code, message } = this.try(sql);
    if (code !== 0) throw new SetupError(message.replace(/^psql:<stdin>:\d+: ERROR: +/, ''));
    return rows;
  }

  /** First field of the first row; null where there is none. */
  value(sql: string): string | null {
    return this.run(sql)[0]?.[0] ?? null;
  }

  /** Null if it can be reached, else why not. */
  whyUnreachable(): string | null {
    const { code, message } = this.try('select 1');
    return code === 0 ? null : message;
  }

  /** Tables in schema public: none makes it a new database. */
  tables(): number {
    return Number(this.value("select count(*) from pg_catalog.pg_tables where schemaname = 'public'"));
  }

  close(): void {
    if (this.#own !== null) rmSync(this.#own, { force: true });
  }
}
