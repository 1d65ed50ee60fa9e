/** What an upgrade from 3.2 leaves beside the files of setup 3.3 (its plug-ins `legacy/*.py`, 3.3.5). It stays through all later upgrades. */
import type { FileRule } from '../../model/layout.ts';
import { ETC, FIREWALLD, HTTPD } from './paths.ts';

export const legacyFiles: readonly FileRule[] = [
  {
    // The upgrade empties it; its copy `.pgpass.<timestamp>` still holds the password. One with lines in it belongs to a host that was not upgraded.
    path: `${ETC}/.pgpass`,
    phase: 'credential-copies',
    why: 'password file of 3.2, emptied by the upgrade',
    marker: /^\s*$/,
    until: '3.2',
  },
  {
    path: '/etc/sysconfig/ovirt-engine.rpmsave',
    phase: 'credential-copies',
    why: 'configuration of 3.2 with the encrypted database password, put aside by the upgrade',
    until: '3.2',
  },
  {
    // The upgrade removes the file and leaves its copy.
    path: `${HTTPD}/ovirt-engine.conf`,
    phase: 'drop-ins',
    why: 'web server drop-in of 3.2',
    marker: /ovirt-engine|:8702\b/,
    until: '3.2',
  },
  {
    path: `${FIREWALLD}/ovirt.xml`,
    phase: 'drop-ins',
    why: 'firewalld service of 3.2',
    marker: /ovirt/i,
    until: '3.2',
  },
];
