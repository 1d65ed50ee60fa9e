/** What no setup of any release has made, whatever a record says: removing it would harm the machine, its users, or the backups of earlier runs. */
import { isBelow } from '../model/paths.ts';

const FILES = [
  'passwd',
  'shadow',
  'group',
  'gshadow',
  'subuid',
  'subgid',
  'fstab',
  'crypttab',
  'sudoers',
  'hosts',
  'hostname',
  'machine-id',
]
  .concat('resolv.conf', 'nsswitch.conf', 'ld.so.conf', 'ld.so.cache', 'login.defs', 'profile', 'bashrc', 'inittab')
  .flatMap((name) => [`/etc/${name}`, `/etc/${name}-`]);

const DIRECTORIES = [
  ...['/bin', '/boot', '/dev', '/home', '/lib', '/lib64', '/proc', '/root/.ssh', '/sbin', '/sys'],
  ...['/usr/bin', '/usr/lib', '/usr/lib64', '/usr/libexec', '/usr/sbin'],
  ...['/etc/pam.d', '/etc/rpm', '/etc/selinux', '/etc/ssh', '/etc/sudoers.d', '/etc/yum.repos.d'],
  ...['/var/lib/engine-cleanup', '/var/lib/pgsql', '/var/lib/rpm'],
];

/** True for a file of the system or of its users. */
export function isNeverOurs(path: string): boolean {
  return FILES.includes(path) || DIRECTORIES.some((dir) => isBelow(path, dir));
}
