/** The README of a backup: how to put everything back by hand, without this program. */
import type { BackedUpDatabase } from '../model/plan.ts';
import { shellWord } from '../model/shell.ts';
import type { BackupMember } from './backup.ts';

export interface ReadmeInput {
  run: string;
  version: string;
  root: string;
  /** Real path of the backup. */
  dir: string;
  databases: readonly BackedUpDatabase[];
  members: readonly BackupMember[];
}

function filesSection(root: string): string[] {
  return [
    '## Files',
    '',
    'Every file the run removed or edited, as it was before, with owner, mode, extended attributes and ACLs. List, then extract:',
    '',
    '    tar --list --verbose --gzip --file=files.tar.gz',
    `    tar --extract --gzip --same-permissions --numeric-owner --acls --xattrs --xattrs-include='*' --selinux --file=files.tar.gz --directory=${shellWord(root)}`,
    '',
  ];
}

function droppedSection(dropped: readonly BackedUpDatabase[], hasRoles: boolean): string[] {
  if (dropped.length === 0) return [];
  const port = dropped[0]!.port;
  const lines = ['## Dropped databases', '', 'As root on the database host, with PostgreSQL running:', ''];
  if (hasRoles) lines.push(`    runuser -u postgres -- psql --port=${port} --dbname=postgres < roles.sql`);
  for (const { name, component } of dropped) {
    lines.push(
      `    runuser -u postgres -- pg_restore --port=${port} --dbname=${shellWord(name)} --exit-on-error < ${component}.dump`,
    );
  }
  return [...lines, '', 'roles.sql makes the roles with their old passwords, and the empty databases.', ''];
}

function clearedSection(cleared: readonly BackedUpDatabase[]): string[] {
  if (cleared.length === 0) return [];
  const lines = [
    '## Cleared databases',
    '',
    'Database and role are still there. The extension is too, so its entries are left out (a plain role may not comment on it):',
    '',
  ];
  for (const { name, component, host, port, role } of cleared) {
    lines.push(
      `    pg_restore --list ${component}.dump | grep --invert-match ' EXTENSION ' > /tmp/${component}.list`,
      `    pg_restore --host=${shellWord(host)} --port=${port} --username=${shellWord(role)} --dbname=${shellWord(name)} --use-list=/tmp/${component}.list --no-owner --single-transaction ${component}.dump`,
    );
  }
  return [...lines, '', "The password is in setup's drop-in inside files.tar.gz.", ''];
}

function answersSection(members: readonly BackupMember[]): string[] {
  const files = members.filter(({ kind }) => kind === 'answers');
  if (files.length === 0) return [];
  return [
    '## Answers for engine-setup',
    '',
    'To let engine-setup use the same database again:',
    '',
    ...files.map(({ name }) => `    engine-setup --config-append="$PWD/${name}"`),
    '',
  ];
}

function rowsSection(members: readonly BackupMember[]): string[] {
  const rows = members.find(({ kind }) => kind === 'rows');
  if (!rows) return [];
  return [
    '## Rows of the Data Warehouse in an engine database that stays',
    '',
    `${rows.name} sets them to what they were. Its first line names the database to run it in, as the role or as a superuser.`,
    '',
  ];
}

/** Text of the README. */
export function readme(input: ReadmeInput): string {
  const has = (kind: BackupMember['kind']): boolean => input.members.some((member) => member.kind === kind);
  const dumped = (database: BackedUpDatabase): boolean =>
    input.members.some((member) => member.kind === 'database' && member.component === database.component);
  const dropped = input.databases.filter((database) => database.action === 'drop' && dumped(database));
  const cleared = input.databases.filter((database) => database.action === 'clear' && dumped(database));
  return [
    `# Backup of engine-cleanup run ${input.run}`,
    '',
    `Made by engine-cleanup ${input.version} of the installation below ${input.root}. It holds passwords and private keys: keep it safe,`,
    'and remove it when it is no longer needed:',
    '',
    `    rm -r ${shellWord(input.dir)}`,
    '',
    'The commands below are run inside this directory. First see that it is whole:',
    '',
    '    sha256sum --check SHA256SUMS',
    '',
    'Stop the services of the engine before putting anything back.',
    '',
    ...(has('files') ? filesSection(input.root) : []),
    ...droppedSection(dropped, has('roles')),
    ...clearedSection(cleared),
    ...rowsSection(input.members),
    ...answersSection(input.members),
  ].join('\n');
}
