/** What the layouts of 3.0 to 3.2 have in common: the releases that scripts set up, which write no marker, no records and no answer files. Read at engine_3.0, ovirt-engine-3.1.0 and -3.2.0. */
import type { ComponentLayout, KeepRule, Layout, PkiLayout, Release } from '../../model/layout.ts';
import { POSTGRESQL, WEB_SERVER } from '../otopi/common.ts';
import { reports33Directories } from '../otopi/directories.ts';
import { kept } from './kept.ts';
import { AS7, ETC, PKI, SHARE, STATE } from './paths.ts';

export interface ScriptedFacts {
  release: Release;
  /** In the order in which the plan names them. */
  components: readonly ComponentLayout[];
  pki: PkiLayout;
  kept: readonly KeepRule[];
  brought: readonly string[];
}

export function scripted({ release, components, pki, kept: more, brought }: ScriptedFacts): Layout {
  const isMarked = components.some(({ database }) => database?.passwordFiles?.some(({ begin }) => begin));
  return {
    releases: [release],
    brought,
    ...(isMarked ? { upgradedBy: ['3.3', '3.4', '3.5', '3.6'] } : {}),
    packageName: 'ovirt-engine',
    setupPackageName: 'ovirt-engine-setup',
    setupUpdatesEngine: false,
    main: 'engine',
    marker: null,
    versionKey: '',
    secretKeys: [],
    markerTraps: { enabled: null, webServer: null, provider: null },
    otherHosts: [],
    records: null,
    answers: null,
    upgradeQuestions: [],
    keptGroups: [],
    pki,
    databaseServer: POSTGRESQL,
    components,
    directories: reports33Directories,
    packagedDirectories: [],
    undoneKeys: [],
    anchors: [PKI, ETC, SHARE, STATE],
    sharedAnchors: [
      '/etc/httpd',
      '/etc/firewalld',
      '/etc/yum',
      '/etc/sysconfig',
      '/etc/security',
      AS7,
      '/usr/local/jboss',
      '/usr/share/jasperreports-server',
      '/tmp',
    ],
    kept: [...kept, ...more],
    keptByName: [],
    shared: [],
    webServer: WEB_SERVER,
  };
}
