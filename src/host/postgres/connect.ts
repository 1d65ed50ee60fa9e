/** Every way to a database server: as a role over TCP, and as the local superuser over the socket. */
import type { AdminConnection, Databases } from '../port.ts';
import { executable, programDirs } from '../tools.ts';
import { type Account, findAccount, mayBecome, socketDirectory } from './account.ts';
import { adminConnection } from './admin.ts';
import { openConnection } from './connection.ts';

export interface DatabasesOptions {
  /** Path of psql; without it, the first on PATH or where PostgreSQL's packages put it. */
  psql?: string;
  /** The local superuser's account; null for none. Without it, the account `postgres` of this machine. */
  account?: Account | null;
  /** Where the server's socket lies; without it, the usual places. */
  socketDir?: string;
}

/** The door to the database servers. Nothing is looked up or loaded before it is used. */
export function createDatabases(options: DatabasesOptions = {}): Databases {
  let psql: string | null | undefined = options.psql;
  let account: Account | null | undefined = options.account;
  return {
    connect: openConnection,
    admin(port, database, timeoutMs): AdminConnection | null {
      if (account === undefined) account = findAccount('postgres');
      if (account === null || !mayBecome(account)) return null;
      if (psql === undefined) psql = findPsql();
      if (psql === null) return null;
      const socketDir = options.socketDir ?? socketDirectory(port);
      return adminConnection({ psql, account, socketDir, port, database, timeoutMs });
    },
  };
}

function findPsql(): string | null {
  return (
    programDirs()
      .map((dir) => executable(dir, 'psql'))
      .find((path) => path !== null) ?? null
  );
}
