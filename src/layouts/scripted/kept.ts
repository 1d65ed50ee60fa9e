/** What a cleanup leaves on purpose, 3.0 to 3.2. */
import type { KeepRule } from '../../model/layout.ts';
import { POSTGRESQL } from '../otopi/common.ts';
import { earlierRuns, isoDomain, serverFiles } from '../otopi/kept.ts';
import { ETC, PKI, SHARE, STATE } from './paths.ts';

const lookingBack: readonly KeepRule[] = [
  earlierRuns,
  { path: `${STATE}/backups/*`, why: 'earlier backup made by setup or an upgrade', removable: true },
  { path: `${SHARE}/db-backups/*`, why: 'dump of a database made by setup or an upgrade', removable: true },
  {
    path: `${SHARE}/conf/*.backup.*`,
    why: 'copy of a shared file that setup made before it wrote it',
    removable: true,
    each: true,
  },
  { path: `${PKI}-backups/*`, why: 'copy of the PKI that package removal made', removable: true },
  { path: '/var/log/ovirt-engine', why: 'logs', removable: 'files' },
];

const machine: readonly KeepRule[] = [
  {
    path: '/etc/sysctl.conf',
    why: 'kernel settings, kernel.shmmax among them, which PostgreSQL may need at the next boot',
  },
  { path: '/etc/sysctl.d/00-ovirt-engine.conf', why: 'kernel settings PostgreSQL may need at the next boot' },
  { path: '/etc/sysconfig/iptables', why: 'firewall rules, which setup may have written' },
];

/** Configuration files of packages that setup edits in place, without a record and without a line that is only its own. The next setup writes the same places again. */
export function edited(paths: readonly string[], what: string): KeepRule[] {
  return paths.map((path) => ({
    path,
    why: `configuration file of a package, with ${what} that setup wrote into it and writes again`,
  }));
}

/** What the removal of a package puts aside of such a file where no secret of setup's is in it: an administrator may have edited it too. */
export function putAside(paths: readonly string[]): KeepRule[] {
  return paths.map((path) => ({
    path: `${path}.rpmsave`,
    why: 'configuration file that setup had edited, put aside by the removal of its package',
    removable: true,
  }));
}

const tools = ['isouploader', 'logcollector', 'imageuploader'].map((name) => `${ETC}/${name}.conf`);

export const kept: readonly KeepRule[] = [
  ...lookingBack,
  ...isoDomain,
  ...machine,
  ...edited(tools, 'the address of the engine'),
  ...putAside(tools),
  ...serverFiles(POSTGRESQL),
];
