/** The releases the stand-in can be, and what differs between them, as data. Sources: the host model, by version of the change. */
import { UsageError } from './abort.ts';
import { within } from './versions.ts';

/** The last version of each release, and the end of its packages' names. */
const RELEASES: Readonly<Record<string, readonly [version: string, dist: string]>> = {
  '3.0': ['3.0.0', 'fc16'],
  '3.1': ['3.1.0', 'fc17'],
  '3.2': ['3.2.2', 'el6'],
  '3.3': ['3.3.5', 'el6'],
  '3.4': ['3.4.4', 'el6'],
  '3.5': ['3.5.8', 'el6'],
  '3.6': ['3.6.13', 'el7'],
  '4.0': ['4.0.7', 'el7'],
  '4.1': ['4.1.11', 'el7'],
  '4.2': ['4.2.8', 'el7'],
  '4.3': ['4.3.11', 'el7'],
  '4.4': ['4.4.10', 'el8'],
  '4.5': ['4.5.8', 'el9'],
};

export const RELEASE_NAMES: readonly string[] = Object.keys(RELEASES);

export interface Release {
  /** `4.5` */
  name: string;
  /** `4.5.8` */
  version: string;
  /** `el9` */
  dist: string;
}

/**
 * @param text `4.5`, or a full version such as `4.4.3` or `4.5.8-1.el9`
 * @throws UsageError for one that never was
 */
export function releaseOf(text: string): Release {
  const trimmed = text.trim();
  const [, name, more] = /^(\d+\.\d+)((?:\.\d+)*)/.exec(trimmed) ?? [];
  const known = name === undefined ? undefined : RELEASES[name];
  if (name === undefined || known === undefined) throw new UsageError(`there is no release "${trimmed}"`);
  return { name, version: more === '' ? known[0] : `${name}${more}`, dist: known[1] };
}

/** True for the releases whose setup is one program without plug-ins and records: 3.0 to 3.2. */
export function isScripted({ version }: Release): boolean {
  return within(version, null, '3.3');
}

/** What differs between the releases of otopi's setup. */
export interface Traits {
  /** Hash of the uninstall record. */
  hash: 'md5' | 'sha256';
  /** Keystores are registered for the record by names without extension, which do not exist and so are left out. */
  recordBug: boolean;
  /** `engine.cer` and `jboss.cer` are in the record. */
  certificatesRecorded: boolean;
  /** Files of the PKI but without `ca.pem`: asks, and the default is No. */
  halfPkiQuestion: boolean;
  /** A second CA, for QEMU. */
  qemuCa: boolean;
  /** A failed setup takes back the CA only; what it enrolled stays. */
  partialRollback: boolean;
  uuidOssp: boolean;
  /** Asks about a full vacuum on the way of an upgrade. */
  vacuumQuestion: boolean;
  /** Answer files hold what was asked; before, setup's environment. */
  answersAsQuestions: boolean;
  /** Beside a full database the engine is only set up again if its name is the one in the drop-in, or an answer says so. */
  enableByName: boolean;
  /** Accounts in a schema of their own, `aaa_jdbc`. */
  aaa: boolean;
  sso: boolean;
  vmconsole: boolean;
  fenceKdump: boolean;
  imageio: boolean;
  ovn: boolean;
  hostedEngineCheck: boolean;
  /** Text files of the CA are recorded too (`cacert.conf`, `cert.conf`). */
  confRecorded: boolean;
  /** Dumps in PostgreSQL's own format; plain SQL before. */
  customDump: boolean;
  passwordLength: number;
  /** Characters that get a backslash in a drop-in's password. */
  escaped: RegExp;
  /** `root:ovirt 0640`; `ovirt 0600` before. */
  groupReadable: boolean;
  /** The drop-in with the credentials is written after the schema. */
  credentialsAfterSchema: boolean;
  requestLog: boolean;
  versionlock: string;
  sysctl: string;
  /** Events of setup are written to `setup-history.txt`. */
  history: boolean;
  /** Trust stores are Java's own format. */
  jksTrustStore: boolean;
  managedBlock: boolean;
  cinderlib: boolean;
  /** Compatibility levels of data centers and clusters that it upgrades from; null: does not look. */
  levels: readonly string[] | null;
}

/** Levels that 4.5 upgrades from. */
const LEVELS = ['4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8'] as const;

export function traitsOf(version: string): Traits {
  const from = (first: string, end: string | null = null): boolean => within(version, first, end);
  return {
    hash: from('4.3') ? 'sha256' : 'md5',
    recordBug: from('3.5.3', '4.4.4'),
    certificatesRecorded: !from('3.5.3'),
    halfPkiQuestion: from('4.4'),
    qemuCa: from('4.4'),
    partialRollback: from('3.5.3'),
    uuidOssp: from('4.2'),
    vacuumQuestion: from('4.1'),
    answersAsQuestions: from('4.3'),
    enableByName: from('3.5'),
    aaa: from('3.6'),
    sso: from('4.0'),
    vmconsole: from('3.6'),
    fenceKdump: from('3.5'),
    imageio: from('4.4'),
    ovn: from('4.2'),
    hostedEngineCheck: from('3.6'),
    confRecorded: !from('4.4', '4.5'),
    customDump: from('3.5'),
    passwordLength: from('3.4') ? 22 : 8,
    escaped: from('4.0') ? /[:\\]/g : /["\\$]/g,
    groupReadable: from('4.0'),
    credentialsAfterSchema: from('4.0'),
    requestLog: from('4.1'),
    versionlock: from('4.4') ? '/etc/dnf/plugins/versionlock.list' : '/etc/yum/pluginconf.d/versionlock.list',
    sysctl: from('3.5', '4.4') ? '/etc/sysctl.d/ovirt-postgresql.conf' : '/etc/sysctl.d/ovirt-engine.conf',
    history: !from('3.6'),
    jksTrustStore: !from('4.4'),
    managedBlock: from('4.5.7'),
    cinderlib: from('4.3', '4.5.7'),
    levels: from('4.5') ? LEVELS : null,
  };
}
