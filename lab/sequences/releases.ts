/** The releases that the sequences are tried on: one line each. */
import type { EditionName } from '../packages/editions.ts';
import type { Component } from '../stand-in/base/options.ts';

export interface SequenceRelease {
  edition: EditionName;
  /** An older one of the same release, from which it is upgraded; without it the sequences about two versions are left out. */
  older?: EditionName;
  /** Installed beside the engine and what it needs, as an administrator would. */
  packages: readonly string[];
  /** What engine-setup is told to set up. */
  components: readonly Component[];
  /** Host path of the data directory of its PostgreSQL. */
  dataDir: string;
}

export const RELEASES: readonly SequenceRelease[] = [
  {
    edition: '3.6',
    packages: ['ovirt-engine-dwh', 'ovirt-engine-reports', 'firewalld'],
    components: ['engine', 'dwh', 'reports', 'websocket-proxy', 'vmconsole-proxy', 'iso'],
    dataDir: '/var/lib/pgsql/data',
  },
  {
    edition: '4.3',
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
