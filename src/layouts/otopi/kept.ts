/** What a cleanup leaves on purpose, 3.3 to 4.5. */
import type { DatabaseServerLayout, KeepRule, NamedKeepRule } from '../../model/layout.ts';
import { DWH_STATE, PKI, REPORTS_STATE, SETUP_CONF, STATE } from './paths.ts';

export const earlierRuns: KeepRule = {
  path: '/var/lib/engine-cleanup/*',
  why: 'earlier run of engine-cleanup, with its backup',
  removable: true,
  each: true,
};

const lookingBack: readonly KeepRule[] = [
  earlierRuns,
  { path: `${STATE}/backups/*`, why: 'earlier backup made by setup, cleanup or engine-backup', removable: true },
  { path: `${DWH_STATE}/backups/*`, why: 'earlier backup made by setup or cleanup', removable: true },
  { path: `${REPORTS_STATE}/backups/*`, why: 'earlier backup made by setup or cleanup', removable: true },
  { path: '/var/lib/ovirt-engine-keycloak/backups/*', why: 'earlier backup made by setup or cleanup', removable: true },
  { path: `${PKI}-backups/*`, why: 'copy of the PKI that package removal made', removable: true },
  { path: `${STATE}/setup/answers/*`, why: "setup's answers, of use when it is run again", removable: true },
  { path: `${STATE}/setup-history.txt`, why: 'when setup was run (3.3 to 3.5)', removable: true },
  { path: '/var/log/ovirt-engine', why: 'logs', removable: 'files' },
];

export const isoDomain: readonly KeepRule[] = [
  { path: '/etc/exports.d/ovirt-engine-iso-domain.exports', why: 'NFS export of the ISO domain' },
  { path: '/etc/exports', why: 'NFS exports, that of the ISO domain among them', beside: '/var/lib/exports/iso' },
  { path: '/var/lib/exports/iso', why: 'the ISO domain: user data' },
  { path: '/etc/sysconfig/nfs', why: 'NFS ports, used by the exports that stay' },
];

/** Setup of an all-in-one host made the machine a hypervisor, too. */
const ALL_IN_ONE = `${SETUP_CONF}/20-setup-aio.conf`;

const allInOne: readonly KeepRule[] = [
  { path: '/var/lib/images', why: 'the local storage domain: user data', beside: ALL_IN_ONE },
  {
    path: '/root/.ssh/authorized_keys',
    why: "keys that may log in, the engine's own among them",
    beside: ALL_IN_ONE,
  },
];

const machine: readonly KeepRule[] = [
  { path: '/etc/sysctl.d/ovirt-engine.conf', why: 'kernel settings PostgreSQL may need at the next boot' },
  { path: '/etc/sysctl.d/ovirt-postgresql.conf', why: 'kernel settings PostgreSQL may need at the next boot' },
  {
    path: '/etc/sysconfig/iptables',
    why: 'firewall rules, which setup may have written (up to 4.3)',
    beside: '/etc/ovirt-engine/iptables.example',
  },
];

export function serverFiles({ dataDir }: DatabaseServerLayout): KeepRule[] {
  return [
    { path: `${dataDir}/postgresql.conf`, why: "PostgreSQL's own configuration" },
    { path: `${dataDir}/pg_hba.conf`, why: "PostgreSQL's own access rules" },
  ];
}

export function keptWith(databaseServer: DatabaseServerLayout): KeepRule[] {
  return [...lookingBack, ...isoDomain, ...allInOne, ...machine, ...serverFiles(databaseServer)];
}

/** Containers for Cinder and Glance, 3.6 to 4.1: they hold images and volumes of the users. */
export const containers: NamedKeepRule = {
  key: 'OVESETUP_REMOVE/deployedDCList',
  what: 'docker container',
  why: 'deployed by setup for Cinder or Glance, with data of its own',
  remove: ['docker', 'rm', '--force', '--volumes'],
};
