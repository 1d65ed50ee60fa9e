/** The account of this machine that PostgreSQL runs as, and its socket. Nothing is asked of a server here. */
import { existsSync, readFileSync } from 'node:fs';

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** `/usr/lib/passwd` holds the system accounts on image-based systems. */
const PASSWD = ['/etc/passwd', '/usr/lib/passwd'];

/** EL and Debian, and what PostgreSQL itself defaults to. */
const SOCKET_DIRS = ['/run/postgresql', '/var/run/postgresql', '/tmp'];

/** An account by its name; null if this machine has none. */
export function findAccount(name: string): Account | null {
  for (const path of PASSWD) {
    const line = linesOf(path).find((one) => one.startsWith(`${name}:`));
    const [, , uid, gid, , home] = line?.split(':') ?? [];
    if (uid && gid) return { name, uid: Number(uid), gid: Number(gid), home: home || '/' };
  }
  return null;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** True if this process may start programs as the account. */
export function mayBecome({ uid }: Account): boolean {
  const own = process.getuid?.();
  return own === 0 || own === uid;
}

/**
 * Directory of the socket of the server on a port; null if it is in none of the known places, which leaves it to psql's own default. Anybody can make a
 * socket in /tmp: whoever connects checks who listens (`requirepeer`).
 */
export function socketDirectory(port: number, dirs: readonly string[] = SOCKET_DIRS): string | null {
  return dirs.find((dir) => existsSync(`${dir}/.s.PGSQL.${port}`)) ?? null;
}
