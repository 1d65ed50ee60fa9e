/** What the layouts of all releases that otopi sets up have in common, 3.3 to 4.5. Each release adds what differs. */
import type {
  ComponentLayout,
  DatabaseServerLayout,
  Layout,
  MarkerTraps,
  OtherHostRule,
  PkiLayout,
  Release,
  UpgradeQuestion,
} from '../../model/layout.ts';
import { anchors, directories, packagedDirectories, shared, sharedAnchors } from './directories.ts';
import { PROVIDER_NAME } from './engine-rows.ts';
import { containers, keptWith } from './kept.ts';
import { CONF, ETC, HTTPD, PKI, SETUP_CONF, STATE } from './paths.ts';

export interface ReleaseFacts {
  releases: readonly Release[];
  /** In the order in which the plan names them. */
  components: readonly ComponentLayout[];
  pki: PkiLayout;
  databaseServer: DatabaseServerLayout;
  traps: MarkerTraps;
  undoneKeys: readonly string[];
  upgradeQuestions?: readonly UpgradeQuestion[];
  otherHosts?: readonly OtherHostRule[];
  /** Directories of components that only this release has. */
  directories?: readonly string[];
}

/** All of these have a marker, records and answer files. */
export type OtopiLayout = Layout & { marker: string; records: string; answers: string };

/** Key by which setup takes the web server for configured (3.4 and newer; 3.3 asks each time). */
export const APACHE = 'OVESETUP_APACHE/configured';
/** The same for fapolicyd (4.5). */
export const FAPOLICYD = 'OVESETUP_FAPOLICYD/configured';

/** Setup says by this key since 3.5 whether the engine is set up here. */
export const ENABLED: MarkerTraps['enabled'] = {
  key: 'OVESETUP_ENGINE_CORE/enable',
  dropIn: `${CONF}/10-setup-protocols.conf`,
  silentUntil: '4.5.6',
};

export const PROVIDER: MarkerTraps['provider'] = {
  key: 'OVESETUP_OVN/ovirtProviderOvn',
  idKey: 'OVESETUP_OVN/ovirtProviderOvnId',
  name: PROVIDER_NAME,
  // Its plug-in enrols keys only where it adds the provider; it adds none where the marker names one (`network/ovirtproviderovn.py`, 4.2 to 4.5).
  keysLost:
    'engine-setup takes the OVN provider of the kept database for installed and never enrols its keys again. After it, make ovn-ndb, ovn-sdb and ovirt-provider-ovn with pki-enroll-pkcs12.sh and pki-pkcs12-extract.sh in /usr/share/ovirt-engine/bin, and restart ovirt-provider-ovn. --keep-pki keeps them.',
};

/** Asked since 4.1 of whoever upgrades. */
export const VACUUM: UpgradeQuestion = { name: 'ENGINE_VACUUM_FULL', about: 'a full vacuum' };

export const POSTGRESQL: DatabaseServerLayout = { unit: 'postgresql', dataDir: '/var/lib/pgsql/data' };

export const WEB_SERVER: Layout['webServer'] = {
  unit: 'httpd',
  config: `${HTTPD}/ssl.conf`,
  ours: /^\s*SSLCertificateFile\s+"?\/etc\/pki\/ovirt-engine\//m,
  reads: ['/etc/httpd', PKI],
};

export function otopi(facts: ReleaseFacts): OtopiLayout {
  return {
    releases: facts.releases,
    brought: [],
    packageName: 'ovirt-engine',
    setupPackageName: 'ovirt-engine-setup',
    setupUpdatesEngine: true,
    main: 'engine',
    marker: `${SETUP_CONF}/20-setup-ovirt-post.conf`,
    versionKey: 'OVESETUP_CORE/generatedByVersion',
    // An administrator's name with its profile, which Keycloak's client treats as part of a secret.
    secretKeys: ['OVESETUP_CONFIG/keycloakOvirtAdminWithProfile'],
    markerTraps: facts.traps,
    records: `${ETC}/uninstall.d`,
    answers: `${STATE}/setup/answers`,
    upgradeQuestions: facts.upgradeQuestions ?? [],
    keptGroups: ['exportfs', 'iso_domain', 'iso_images', 'nfs_config'],
    pki: facts.pki,
    databaseServer: facts.databaseServer,
    components: facts.components,
    otherHosts: facts.otherHosts ?? [],
    directories: [...directories, ...(facts.directories ?? [])],
    packagedDirectories,
    undoneKeys: facts.undoneKeys,
    anchors,
    sharedAnchors,
    kept: keptWith(facts.databaseServer),
    keptByName: [containers],
    shared,
    webServer: WEB_SERVER,
  };
}
