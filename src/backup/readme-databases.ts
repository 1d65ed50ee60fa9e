/** What the README says about databases: dropped ones are made again by the local superuser, cleared ones are filled by their role. */
import type { BackedUpDatabase } from '../model/plan.ts';
import { databaseOption, loginOptions, PASSWORDS, variables } from './login.ts';
import { command, membersOf, type ReadmeInput, type Section } from './section.ts';

/** The databases that were dumped before this happened to them, with the name of the dump. */
function dumped(input: ReadmeInput, action: BackedUpDatabase['action']): (BackedUpDatabase & { dump: string })[] {
  return input.databases.flatMap((database) => {
    const member = membersOf(input, 'database').find(({ component }) => component === database.component);
    return member && database.action === action ? [{ ...database, dump: member.name }] : [];
  });
}

/** The postgres account may not enter the backup: it works in `/`, and reads what the shell of root has opened for it. */
const AS_POSTGRES = ['runuser', '-u', 'postgres', '--', 'env', '--chdir=/'];

function socketOptions({ socketDirs }: ReadmeInput, port: number): string[] {
  const dir = socketDirs.get(port);
  return [...(dir === undefined ? [] : [`--host=${dir}`]), `--port=${port}`];
}

/** Roles and databases that were dropped, on every local server. */
export function droppedSection(input: ReadmeInput): Section | null {
  const { psql, pgRestore } = input.tools;
  const lines: string[] = [];
  for (const step of input.plan.steps) {
    if (step.kind !== 'roles-dump') continue;
    if (!membersOf(input, 'roles').some(({ name }) => name === step.file)) continue;
    const options = ['--no-psqlrc', '--set=ON_ERROR_STOP=1', ...socketOptions(input, step.port), '--dbname=postgres'];
    lines.push(command([...AS_POSTGRES, psql, ...options], step.file));
  }
  for (const { name, port, dump } of dumped(input, 'drop')) {
    const options = [...socketOptions(input, port), databaseOption(name), '--exit-on-error'];
    lines.push(command([...AS_POSTGRES, pgRestore, ...options], dump));
  }
  if (lines.length === 0) return null;
  const roles = membersOf(input, 'roles').map(({ name }) => name);
  return {
    title: 'Dropped roles and databases',
    lines: [
      `PostgreSQL must run on this host. ${roles.join(', ')}: the roles with their old passwords, and the databases, empty; may be run again.`,
      '',
      ...lines,
    ],
  };
}

/** Where libpq finds the passwords that the commands below need. */
function passwordNote(input: ReadmeInput): string {
  if (membersOf(input, 'passwords').length === 0) return 'The password is asked for.';
  return `The passwords are taken from ${PASSWORDS}. One that is missing there is asked for.`;
}

/** Databases that were emptied: their role fills them again. */
export function clearedSection(input: ReadmeInput): Section | null {
  const cleared = dumped(input, 'clear');
  if (cleared.length === 0) return null;
  const hasPasswords = membersOf(input, 'passwords').length > 0;
  const lines: string[] = [];
  for (const { component, credentials, dump } of cleared) {
    if (credentials === null) continue;
    const list = `${component}.list`;
    const { pgRestore } = input.tools;
    const options = [...loginOptions(credentials), `--use-list=${list}`, '--no-owner', '--single-transaction', dump];
    lines.push(
      `${command([pgRestore, '--list', dump])} | grep --invert-match ' EXTENSION ' > ${list}`,
      command([...variables(credentials, hasPasswords), pgRestore, ...options]),
    );
  }
  return {
    title: 'Cleared databases',
    lines: [
      'Database, role and extensions are still there, so the entries of the extensions are left out: a plain role may not comment on them.',
      passwordNote(input),
      '',
      ...lines,
    ],
  };
}

/** Rows of the Data Warehouse that were changed in an engine database that stays. */
export function rowsSection(input: ReadmeInput): Section | null {
  const hasPasswords = membersOf(input, 'passwords').length > 0;
  const rows = membersOf(input, 'rows')[0];
  if (!rows) return null;
  const lines: string[] = [];
  for (const step of input.plan.steps) {
    if (step.kind !== 'dwh-rows') continue;
    const options = ['--no-psqlrc', '--set=ON_ERROR_STOP=1', ...loginOptions(step.credentials), `--file=${rows.name}`];
    lines.push(command([...variables(step.credentials, hasPasswords), input.tools.psql, ...options]));
  }
  return {
    title: 'Rows of the Data Warehouse in an engine database that stays',
    lines: [passwordNote(input), '', ...lines],
  };
}
