/** How a whole host stands, to be held against how it stood before or is to stand. */
import { lstatSync } from 'node:fs';
import { type LabHost, PROJECT } from './host.ts';
import { OVIRT_UNITS } from './units.ts';

export interface Picture {
  /** The whole file system of the box but what the kernel and the test itself keep there, by path; with the content of what lies in /etc. */
  files: ReadonlyMap<string, string>;
  /** Databases, roles and memberships. */
  databases: string;
  /** Text of the engine's database; empty if there is none. */
  dump: string;
  /** What the two databases of OVN say of TLS and connections. */
  ovn: string;
  /** Of each unit of oVirt whether it runs, and whether it is enabled. */
  units: { active: string[]; enabled: string[] };
  /** The one that the web server has read. */
  certificate: string;
}

const SKIPPED = [
  ...['/proc', '/sys', '/dev', '/run', '/tmp', '/lab', PROJECT],
  ...['/var/lib/pgsql/lab', '/var/log/journal', '/var/tmp', '/root'],
];

/** What runs leave of themselves, and what moves by itself: logs, systemd's time stamps, and the files of OVN's databases, which grow with each change. */
const ASIDE = /^\/var\/(?:log|lib\/(?:systemd|engine-cleanup|ovn|dbus|private))(?:\/|$)/;

const DATABASES = `SELECT 'database ' || datname || ' ' || datdba::regrole FROM pg_database
  UNION SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^pg_'
  UNION SELECT 'member ' || member::regrole || ' of ' || roleid::regrole FROM pg_auth_members ORDER BY 1`;

const END = '\u0001\n';

/** Asked for in one command: each takes longer to be started than to be done. */
export function pictureOf({ box, bin }: LabHost): Picture {
  const postgres = (words: string): string => `runuser -u postgres -- ${bin}/${words}`;
  const units = OVIRT_UNITS.join(' ');
  const commands = [
    `find / -xdev \\( ${SKIPPED.map((path) => `-path ${path}`).join(' -o ')} \\) -prune -o -printf '%p\\t%y %m %U:%G %l %s\\n'`,
    'find /etc -xdev -type f -exec sha256sum {} +',
    postgres(`psql -X -At -h /run/postgresql -d postgres -c "${DATABASES}"`),
    `${postgres('pg_dump -h /run/postgresql engine')} 2>/dev/null || :`,
    'for tool in ovn-nbctl ovn-sbctl; do $tool --timeout=30 get-ssl; $tool get-connection; done 2>&1',
    `systemctl is-active ${units} || :`,
    `systemctl is-enabled ${units} || :`,
    'cat /run/httpd-lab',
  ];
  const script = commands.map((command) => `${command}\nprintf '\\001\\n'\n`).join('');
  const [paths, sums, databases, dump, ovn, active, enabled, certificate] = box
    .must(['sh', '-ec', script])
    .split(END) as [string, string, string, string, string, string, string, string];
  return {
    files: listed(paths, sums),
    databases,
    dump: dump.replace(/^\\(?:un)?restrict .*$/gm, ''),
    ovn,
    units: { active: active.trim().split('\n'), enabled: enabled.trim().split('\n') },
    certificate: certificate.trim(),
  };
}

function listed(paths: string, sums: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of paths.split('\n')) {
    const [path, what] = line.split('\t');
    // A directory's size says how many names it ever held, nothing that anybody put there.
    if (path && what) files.set(path, what.startsWith('d ') ? what.replace(/ \d+$/, '') : what);
  }
  for (const line of sums.split('\n')) {
    const [sum, path] = line.split('  ');
    if (sum && path) files.set(path, `${files.get(path)} ${sum}`);
  }
  return files;
}

/**
 * Paths whose entries differ, each with both. What the machine itself has written since the box was booted, such as a log that its tests are written to, is none of them: where a box has no
 * file of its own, that of the machine is seen.
 */
export function differingFiles({ since }: LabHost, should: Picture, is: Picture): Map<string, string> {
  const paths = [...new Set([...should.files.keys(), ...is.files.keys()])].filter(
    (path) => should.files.get(path) !== is.files.get(path) && !writtenByMachine(path, since),
  );
  return new Map(
    paths.map((path) => [path, `${is.files.get(path) ?? 'absent'}, not ${should.files.get(path) ?? 'absent'}`]),
  );
}

function writtenByMachine(path: string, since: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isDirectory() && stats.ctimeMs >= since;
}

/** Everything in which a host differs from how it is to stand, as words. */
export function differences(host: LabHost, should: Picture, is = pictureOf(host)): string[] {
  const files = [...differingFiles(host, should, is)].filter(([path]) => !ASIDE.test(path));
  const rest = (['databases', 'dump', 'ovn', 'units', 'certificate'] as const)
    .map((what) => [what, JSON.stringify(is[what]), JSON.stringify(should[what])] as const)
    .filter(([, now, then]) => now !== then);
  return [
    ...files.map(([path, text]) => `${path}: ${text}`),
    ...rest.map(([what, now, then]) => `${what}: ${now.slice(0, 1000)}, not ${then.slice(0, 1000)}`),
  ];
}
