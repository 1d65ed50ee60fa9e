/** Where a program of PostgreSQL finds its libraries. */
import { existsSync } from 'node:fs';
import { parentOf } from '../model/paths.ts';

/** What is installed here, the dynamic loader finds by itself. */
const SYSTEM = ['/', '/usr', '/usr/local'];

/**
 * The variable for the dynamic loader, where one is needed: as it is for ourselves, and for a software collection (`/opt/rh/rh-postgresql10/root/usr/bin`), whose
 * programs start only with the `lib64` beside them.
 * @param file path of the program
 */
export function libraryPath(file: string): { LD_LIBRARY_PATH?: string } {
  const prefix = parentOf(parentOf(file));
  const own = SYSTEM.includes(prefix) || !existsSync(`${prefix}/lib64`) ? [] : [`${prefix}/lib64`];
  const inherited = process.env.LD_LIBRARY_PATH;
  const dirs = inherited === undefined ? own : [...own, inherited];
  return dirs.length === 0 ? {} : { LD_LIBRARY_PATH: dirs.join(':') };
}
