/** What may be left on a host after a cleanup, each with its reason. Everything else that differs from the host before setup is a failure. */
import type { Allowed } from './left.ts';

/** Of a machine that runs, of package managers and of a database server: they say nothing of setup or cleanup. */
export const MACHINE: Allowed = [
  [/^\/(?:dev|proc|sys|run|tmp|lab)$/, 'not on the disk'],
  [/^\/var\/tmp$/, 'temporary'],
  [/^\/var\/(?:lib|cache)\/(?:dnf|rpm)$/, "the package managers' own state"],
  [/^\/var\/cache\/ldconfig$/, 'made anew at each installation'],
  [/^\/var\/lib\/(?:systemd|dbus|private)$/, 'machine state'],
  [/^\/etc\/(?:machine-id|hostname|resolv\.conf|localtime|\.updated)$/, 'machine state'],
  [/^\/var\/\.updated$/, 'machine state'],
  [/^\/etc\/(?:passwd|group|shadow|gshadow)-?$/, 'accounts that packages make stay when packages go'],
  [
    /^\/var(?:\/opt\/rh\/[^/]+)?\/lib\/pgsql\/data$/,
    'the data of the database server, which is compared by its catalogue',
  ],
];

/** Whatever the run: docs/left-on-purpose.md. */
export const ALWAYS: Allowed = [
  [/^\/var\/log\//, 'logs'],
  [/^\/var\/lib\/engine-cleanup$/, "the runs of engine-cleanup and their backups, the cleanup's own"],
];

/** What setup or packages leave and a cleanup does not take back: docs/left-on-purpose.md. */
const LEFT: Allowed = [
  [/^\/var\/lib\/ovirt-engine\/backups\/engine-\d{14}\.\w+\.(?:dump|sql)$/, "setup's dump before an upgrade"],
  [/^\/etc\/pki\/ovirt-engine-backups$/, 'copies of the PKI that package removal made'],
  [/^\/etc\/sysctl\.d\/ovirt-(?:engine|postgresql)\.conf$/, 'PostgreSQL may not start at the next boot without it'],
  [/^\/var\/lib\/ovirt-engine\/setup\/answers\/\d{14}-setup\.conf$/, 'of use when setup is run again'],
  [/^\/etc\/httpd\/conf\.d\/ssl\.conf\.\d{14}$/, "may be an administrator's own copy, and holds no secret"],
  [/^\/etc\/httpd\/conf\.d\/ssl\.conf\.rpmsave$/, 'the same, made by package removal'],
  [/^\/etc\/exports\.d(?:\/ovirt-engine-iso-domain\.exports)?$/, 'the export of the ISO domain'],
  [/^\/etc\/grafana\/conf\/provisioning(?:\/datasources)?$/, "empty, in a directory of another product's"],
  [/^\/var\/lib\/exports$/, 'the ISO domain: user data'],
  [/\.target\.wants\/(?:httpd|openvswitch|ovn-northd)\.service$/, 'other programs may use them'],
];

/** Of 3.0 to 3.2, whose setup keeps no record: docs/left-on-purpose.md. */
const SCRIPTED: Allowed = [
  [/^\/etc\/exports$/, 'the export of the ISO domain'],
  [/^\/etc\/sysconfig\/nfs$/, 'other exports may need it'],
  [/^\/etc\/sysconfig\/iptables$/, 'which rules are needed now nobody knows'],
  [/^\/etc\/sysctl\.(?:conf|d\/00-ovirt-engine\.conf)$/, 'PostgreSQL may not start at the next boot without it'],
  [/^\/etc\/ovirt-engine\/(?:isouploader|imageuploader|logcollector)\.conf$/, "another package's, and written again"],
  [
    /^\/etc\/ovirt-engine\/(?:(?:isouploader|logcollector)\.conf|web-conf\.js)\.rpmsave$/,
    'the same, put aside; it may be edited by hand',
  ],
  [/^\/etc\/(?:sysconfig\/ovirt-engine|ovirt-engine\/web-conf\.js)$/, "the package's, and written again"],
  [/^\/usr\/share\/jboss-as\/standalone\/configuration\/standalone\.xml$/, "another package's, and written again"],
  [/^\/usr\/share\/jboss-as\/modules\/sun\/jdk\/main\/module\.xml$/, "another package's, and written again"],
  [
    /^\/(?:usr\/share\/ovirt-engine\/conf|var\/lib\/ovirt-engine\/backups)\/(?:iptables|nfs)\.backup\.[\w-]+$/,
    'copies of shared files that setup wrote over',
  ],
  [
    /^\/(?:usr\/share\/ovirt-engine\/db-|var\/lib\/ovirt-engine\/)backups\/tmp\w+\.sql$/,
    "setup's dump before an upgrade",
  ],
  [/^\/etc\/pki\/ovirt-engine\/(?:ca)?cert\.template$/, "the package's, and written again"],
  [/^\/etc\/pki\/ovirt-engine\/(?:serial|database)\.txt$/, 'openssl made it anew, as root', 'owner and mode'],
  [
    /^\/etc\/pki\/ovirt-engine\/private$/,
    "setup gave it to the engine's account alone, and does so again",
    'owner and mode',
  ],
  [/^\/etc\/rc\d\.d\/K\d\d[\w-]+$/, 'by these links SysV init knows that a service is not to be started'],
];

/** Somebody's own file, which setup of 3.0 and 3.1 renames; what is in these files is asked of them themselves. */
const RENAMED: Allowed = [[/^\/root\/\.pgpass(?:\.\d{4}(?:_\d\d){5})?$/, "setup's, and what it renamed"]];

/** What a package puts aside of its files when it goes after the last cleanup. The next one would take it. */
const PUT_ASIDE: Allowed = [[/^\/etc\/sysconfig\/ovirt-engine\.rpmsave$/, 'its package went after the cleanup']];

/** Where the packages are not those of before any setup. */
const OF_THE_PACKAGE: Allowed = [
  [/^\/usr\/share\/ovirt-engine-setup\/version$/, "the package's own"],
  [/^\/etc\/lab-repositories$/, 'what the lab offers'],
];

/** With `-d`. */
const WITH_DATABASE: Allowed = [
  [
    /^\/var\/lib\/ovirt-engine-reports\/(?:ovirt-engine-reports\.war|modules|build-conf)$/,
    'setup upgrades its database with it',
  ],
  [/^\/etc\/grafana\/grafana\.ini\.rpmsave$/, 'its package went after the cleanup; the next one puts it back'],
  [/^\/etc\/ovirt-engine\/\.pgpass$/, 'credentials, of 3.2'],
  [/^\/etc\/sysconfig\/ovirt-engine\.rpmsave$/, 'the encrypted password that the package put aside, of 3.2'],
  [/^\/etc\/ovirt-engine(?:-dwh|-reports)?\/.*\.conf\.d\/1\d-setup-.*database\.conf$/, 'credentials'],
  [/\/engine\.conf\.d\/(?:10-setup-(?:cinderlib|managedblock)|12-setup-keycloak)\.conf$/, 'credentials'],
  [/\/engine\.conf\.d\/10-setup-protocols\.conf$/, 'the name by which setup knows the engine again'],
  [/\/ovirt-engine-dwhd\.conf\.d\/10-setup-uuid\.conf$/, 'the identity that the engine database knows'],
  [/^\/etc\/ovirt-engine-setup\.conf\.d\/20-setup-ovirt-post\.conf$/, 'what setup was told, and would ask again'],
  [/^\/etc\/ovirt-engine\/uninstall\.d(?:\/\d{14}-uninstall\.conf)?$/, 'the record of what is kept'],
  [/^\/etc\/ovirt-engine\/(?:aaa|extensions\.d)\/internal.*\.properties$/, 'accounts that the database refers to'],
  [
    /^\/(?:etc\/grafana\/grafana\.ini|var\/lib\/grafana\/grafana\.db)$/,
    'setup does not write the one beside the other',
  ],
  [/^\/etc\/ovirt-provider-ovn\/conf\.d\/10-setup-.*\.conf$/, 'setup does not write it again beside a kept database'],
  [/^\/var\/lib\/ovirt-engine\/dbmd5$/, 'checksums of its schema'],
];

/** With `--keep-pki`. */
const WITH_KEYS: Allowed = [
  [/^\/etc\/pki\/(?:ovirt-engine|ovirt-vmconsole)$/, 'the CA, keys and certificates, whole'],
  [/\/engine\.conf\.d\/10-setup-pki\.conf$/, 'where they are'],
];

export type Kept = 'database' | 'database and keys';

export interface Circumstances {
  keeps: Kept | undefined;
  /** A release of 3.0 to 3.2. */
  scripted: boolean;
  /** The engine's package was removed after the last cleanup. */
  removedSince: boolean;
  otherVersion: boolean;
}

export function allowedWith({ keeps, scripted, removedSince, otherVersion }: Circumstances): Allowed {
  return [
    ...ALWAYS,
    ...LEFT,
    ...(scripted ? [...SCRIPTED, ...RENAMED] : []),
    ...(scripted && removedSince ? PUT_ASIDE : []),
    ...(otherVersion ? OF_THE_PACKAGE : []),
    ...(keeps === undefined ? [] : WITH_DATABASE),
    ...(keeps === 'database and keys' ? WITH_KEYS : []),
  ];
}
