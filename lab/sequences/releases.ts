/** The releases that the sequences are tried on: one line each. */
import { EDITIONS, type EditionName } from '../packages/editions.ts';
import { has } from '../packages/model.ts';
import type { Component } from '../stand-in/base/options.ts';

export interface SequenceRelease {
  edition: EditionName;
  /** An older one of the same release, from which it is upgraded; without it the sequences about two versions are left out. */
  older?: EditionName;
  /** Installed beside the engine and what it needs, as an administrator would. */
  packages: readonly string[];
  /** What engine-setup is told to set up. */
  components: readonly Component[];
  /** A line of the catalogue that a cleanup may leave whatever it does. */
  mayStay?: string;
  /** Host path of the data directory of its PostgreSQL. */
  dataDir: string;
}

/** Of 3.0 to 3.2, which have neither marker nor records nor answer files. */
export function isScripted({ edition }: SequenceRelease): boolean {
  return has(EDITIONS[edition].release, { until: '3.2' });
}

/** Its password file is root's own: 3.0 and 3.1. */
export function hasOwnPasswordFile({ edition }: SequenceRelease): boolean {
  return has(EDITIONS[edition].release, { until: '3.1' });
}

/** An upgrade renames the engine's database while it works. */
export function renames({ edition }: SequenceRelease): boolean {
  return has(EDITIONS[edition].release, { since: '3.1', until: '3.2' });
}

export const RELEASES: readonly SequenceRelease[] = [
  {
    edition: '3.0',
    packages: [],
    components: ['engine', 'iso'],
    mayStay: 'role engine superuser', // such a role is never dropped
    dataDir: '/var/lib/pgsql/data',
  },
  {
    edition: '3.2',
    older: '3.2.1',
    packages: ['firewalld'],
    components: ['engine', 'iso'],
    dataDir: '/var/lib/pgsql/data',
  },
  {
    edition: '3.6',
    older: '3.6.6',
    packages: ['ovirt-engine-dwh', 'ovirt-engine-reports', 'firewalld'],
    components: ['engine', 'dwh', 'reports', 'websocket-proxy', 'vmconsole-proxy', 'iso'],
    dataDir: '/var/lib/pgsql/data',
  },
  {
    edition: '4.3',
    older: '4.3.9',
    packages: ['firewalld'],
    components: ['engine', 'dwh', 'cinderlib', 'websocket-proxy', 'vmconsole-proxy', 'ovn-provider'],
    dataDir: '/var/opt/rh/rh-postgresql10/lib/pgsql/data',
  },
  {
    edition: '4.5.7',
    older: '4.5.6',
    packages: ['firewalld'],
    components: [
      'engine',
      'dwh',
      'grafana',
      'keycloak',
      'managedblock',
      'websocket-proxy',
      'vmconsole-proxy',
      'ovn-provider',
    ],
    dataDir: '/var/lib/pgsql/data',
  },
];
