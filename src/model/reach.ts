/** What a failed connection says. Pure. */
import type { DatabaseFact } from './database-facts.ts';

/** No server answered: `code` is an errno, or there is none. A SQLSTATE is an answer, and so is a certificate that nobody vouches for. */
export function isSilent(code: string | undefined): boolean {
  return code === undefined || (code.startsWith('E') && !code.startsWith('ERR_'));
}

/** `datconnlimit` of a database whose drop was begun and not finished: the server lets nobody in, and only takes the drop (PostgreSQL 11.21, 12.16, 13.12, 14.9, 15.4 and newer). */
export const HALF_DROPPED = -2;

/** The server died while it dropped the database: nothing of it can be read any more, not even for a backup. */
export function isHalfDropped({ reach, admin }: Pick<DatabaseFact, 'reach' | 'admin'>): boolean {
  return reach.state === 'half-dropped' || admin.database?.connectionLimit === HALF_DROPPED;
}
