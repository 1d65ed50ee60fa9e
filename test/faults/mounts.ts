/** Mounts that one program alone sees. */
import { mkdirSync } from 'node:fs';

/** What goes before the program so that it alone has these mounts. */
export function within(...mounts: string[]): string[] {
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', `${mounts.join('; ')}; exec "$@"`, 'sh'];
}

export function tmpfs(options: string, dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return `mount -t tmpfs -o mode=0700,${options} none '${dir}'`;
}
