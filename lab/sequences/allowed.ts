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

/** With `-d`. */
const WITH_DATABASE: Allowed = [
  [
    /^\/var\/lib\/ovirt-engine-reports\/(?:ovirt-engine-reports\.war|modules|build-conf)$/,
    'setup upgrades its database with it',
  ],
  [/^\/etc\/grafana\/grafana\.ini\.rpmsave$/, 'its package went after the cleanup; the next one puts it back'],
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

export function allowedWith(keeps: Kept | undefined): Allowed {
  return [
    ...ALWAYS,
    ...LEFT,
    ...(keeps === undefined ? [] : WITH_DATABASE),
    ...(keeps === 'database and keys' ? WITH_KEYS : []),
  ];
}
