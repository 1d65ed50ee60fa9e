/** The local server, as its superuser: reached over the socket by the account the server runs as. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../base/abort.ts';
import { exec } from '../base/exec.ts';
import { withPeer } from './hba.ts';
import { postgresProgram } from './programs.ts';

export interface LocalServerOptions {
  socketDir: string;
  port: number;
  /** The server's own configuration may be changed: not for a server that is not this host's. */
  configurable: boolean;
}

export class LocalServer {
  readonly #options: LocalServerOptions;

  constructor(options: LocalServerOptions) {
    this.#options = options;
  }

  get configurable(): boolean {
    return this.#options.configurable;
  }

  get port(): number {
    return this.#options.port;
  }

  /** The socket's lock file: process id of the server, its data directory … */
  #lock(): { pid: number; data: string; uid: number; gid: number } {
    const path = join(this.#options.socketDir, `.s.PGSQL.${this.#options.port}.lock`);
    try {
      const [pid = '', data = ''] = readFileSync(path, 'utf8').split('\n');
      const { uid, gid } = statSync(path);
      return { pid: Number(pid), data, uid, gid };
    } catch {
      throw new SetupError(`There is no PostgreSQL server at ${path}.`);
    }
  }

  /** Directory with pg_hba.conf and postgresql.conf. */
  get dataDir(): string {
    return this.#lock().data;
  }

  get account(): { uid: number; gid: number } {
    const { uid, gid } = this.#lock();
    return { uid, gid };
  }

  /** Makes the server read its configuration again, and waits until it has. */
  reload(): void {
    process.kill(this.#lock().pid, 'SIGHUP');
    exec('sleep', ['0.2']); // there is no way to ask a server that lets nobody in
  }

  /** Rows of the last statement, as text. A missing right or object is the caller's to judge by the code. */
  try(sql: string, database = 'postgres'): { rows: string[][]; code: number; message: string } {
    const { uid, gid } = this.#lock();
    const root = process.getuid?.() === 0;
    const { socketDir, port } = this.#options;
    const args = ['-X', '-q', '-A', '-t', '-F', '\t', '-w', '-v', 'ON_ERROR_STOP=1'];
    const { code, stdout, stderr } = exec(
      postgresProgram('psql'),
      [...args, '-h', socketDir, '-p', String(port), '-U', 'postgres', '-d', database, '-f', '-'],
      { cwd: '/', input: sql, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...(root ? { uid, gid } : {}) },
    );
    const rows = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
    return { rows, code, message: stderr.trim() };
  }

  /**
   * Rows of the last statement.
   * @throws SetupError with what the server says
   */
  superuser(sql: string, database = 'postgres'): string[][] {
    const { rows, code, message } = this.try(sql, database);
    if (code !== 0) throw new SetupError(`As the database superuser: ${message}`);
    return rows;
  }

  /** Whether anything is found. */
  has(sql: string, database = 'postgres'): boolean {
    return this.superuser(sql, database).length > 0;
  }

  /** Changes one of the server's own files; false where it may not, or nothing changes. */
  edit(
    name: 'pg_hba.conf' | 'postgresql.conf',
    change: (text: string) => string,
    write: (path: string, text: string) => void,
  ): boolean {
    if (!this.configurable) return false;
    const path = join(this.dataDir, name);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) return false;
    write(path, after);
    return true;
  }

  /** Does something while the account of the operating system gets in, whatever pg_hba.conf says; that is as before afterwards. */
  asPeer<T>(write: (path: string, text: string) => void, work: () => T): T {
    if (!this.configurable || this.try('select 1').code === 0) return work();
    const path = join(this.dataDir, 'pg_hba.conf');
    const before = readFileSync(path, 'utf8');
    write(path, withPeer(before));
    this.reload();
    try {
      return work();
    } finally {
      write(path, before);
      this.reload();
    }
  }
}
