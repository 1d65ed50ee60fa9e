/** systemd's unit files and the links that enable them, read from the disk where no systemd can be asked: below a root, or in a container. */
import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { hostPath, nameOf } from '../../model/paths.ts';
import { resolveBelow } from './below.ts';

/** Where unit files lie, the one that counts first (systemd.unit(5)). */
const ADMIN = '/etc/systemd/system';
const VENDOR = ['/usr/local/lib/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

export interface UnitFile {
  exists: boolean;
  masked: boolean;
  /** Host paths of the links that enable it: in `*.wants`, `*.requires`, and its aliases. */
  links: string[];
}

/** The unit files of services named without `.service`. */
export function readUnitFiles(root: string, units: readonly string[]): Map<string, UnitFile> {
  const links = adminLinks(root);
  return new Map(units.map((unit) => [unit, readUnitFile(root, `${unit}.service`, links)]));
}

interface Link {
  /** Real path. */
  path: string;
  target: string;
}

function readUnitFile(root: string, name: string, links: readonly Link[]): UnitFile {
  const own = links.find(({ path }) => nameOf(path) === name && !isWanted(path));
  const masked = own?.target === '/dev/null';
  const enabling = links.filter(({ path, target }) =>
    nameOf(path) === name ? isWanted(path) : nameOf(target) === name,
  );
  const isFile = [ADMIN, ...VENDOR].some((dir) => {
    const path = resolveBelow(root, `${dir}/${name}`);
    return path !== null && lstatSync(path).isFile();
  });
  return { exists: isFile || masked, masked, links: enabling.map(({ path }) => hostPath(root, path)) };
}

/** The link lies in `multi-user.target.wants` or the like. */
function isWanted(path: string): boolean {
  return /\.(?:wants|requires)\/[^/]+$/.test(path);
}

/** All links below the administrator's directory: there systemctl makes them. */
function adminLinks(root: string): Link[] {
  const top = resolveBelow(root, ADMIN);
  if (top === null) return [];
  const dirs = readdirSync(top, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isWanted(`${entry.name}/any`))
    .map(({ name }) => `${top}/${name}`);
  return [top, ...dirs].flatMap((dir) =>
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink())
      .map(({ name }) => ({ path: `${dir}/${name}`, target: readlinkSync(`${dir}/${name}`) })),
  );
}

/** The program systemctl is on this machine: it changes links below a root without a running systemd. */
export function hasSystemctl(): boolean {
  return ['/usr/bin/systemctl', '/bin/systemctl'].some((path) => existsSync(path));
}
