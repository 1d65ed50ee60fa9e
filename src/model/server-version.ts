/** Versions of PostgreSQL as `server_version_num` has them: 150004, 90224. Pure. */

/** Oldest server that can be looked into: before 9.2 there are no rows as JSON, and pg_stat_activity is another one. */
export const OLDEST_SERVER = 90200;

/** What differs between releases that read each other's data: `15`, `9.2`. */
export function releaseOf(version: number): string {
  const major = Math.floor(version / 10000);
  return major >= 10 ? String(major) : `${major}.${Math.floor(version / 100) % 100}`;
}
