/** What the README says about databases: dropped ones are made again by whoever dropped them, cleared ones are filled by their role. */
import type { AdminServer } from '../model/credentials.ts';
import type { BackedUpDatabase, StepOf } from '../model/plan.ts';
import { shellWord } from '../model/shell.ts';
import { databaseOption, loginOptions, PASSWORDS, variables } from './login.ts';
import { othersName } from './others.ts';
import { command, membersOf, type ReadmeInput, type Section } from './section.ts';

/** The databases that were dumped before this happened to them, with the name of the dump. */
function dumped(input: ReadmeInput, action: BackedUpDatabase['action']): (BackedUpDatabase & { dump: string })[] {
  return input.databases.flatMap((database) => {
    const member = membersOf(input, 'database').find(
      (one) => one.component === database.component && one.database === database.name,
    );
    return member && database.action === action ? [{ ...database, dump: member.name }] : [];
  });
}

/** The postgres account may not enter the backup: it works in `/`, and reads what the shell of root has opened for it. */
const AS_POSTGRES = ['runuser', '-u', 'postgres', '--', 'env', '--chdir=/'];

const PSQL_OPTIONS = ['--no-psqlrc', '--set=ON_ERROR_STOP=1'];

function socketOptions({ socketDirs }: ReadmeInput, port: number): string[] {
  const dir = socketDirs.get(port);
  return [...(dir === undefined ? [] : [`--host=${dir}`]), `--port=${port}`];
}

/** Runs the script of a server's roles and databases, as whoever dropped them. */
function scriptCommand(input: ReadmeInput, { server, file }: StepOf<'roles-dump'>): string {
  const { psql } = input.tools;
  if ('socket' in server) {
    const options = [...PSQL_OPTIONS, ...socketOptions(input, server.socket), '--dbname=postgres'];
    return command([...AS_POSTGRES, psql, ...options], file);
  }
  const { credentials } = server;
  const options = [...PSQL_OPTIONS, ...loginOptions(credentials), `--file=${file}`];
  return command([...variables(credentials, hasPasswords(input)), psql, ...options]);
}

/** Fills a database that the script has made. */
function fillCommands(input: ReadmeInput, server: AdminServer, name: string, dump: string): string[] {
  const { pgRestore } = input.tools;
  if ('socket' in server) {
    const options = [...socketOptions(input, server.socket), databaseOption(name), '--exit-on-error'];
    return [command([...AS_POSTGRES, pgRestore, ...options], dump)];
  }
  const credentials = { ...server.credentials, database: name };
  const restore = [...variables(credentials, hasPasswords(input)), pgRestore, ...loginOptions(credentials)];
  if (server.superuser) return [command([...restore, '--exit-on-error', dump])];
  const list = dump.replace(/dump$/, 'list');
  return [
    `${command([pgRestore, '--list', dump])} | grep --invert-match ' COMMENT - EXTENSION ' > ${list}`,
    command([...restore, `--use-list=${list}`, '--exit-on-error', dump]),
  ];
}

/** Roles and databases that were dropped, on every server. */
export function droppedSection(input: ReadmeInput): Section | null {
  const made = input.plan.steps.filter((step) => step.kind === 'roles-dump');
  const scripts = made.filter(({ file }) => membersOf(input, 'roles').some(({ name }) => name === file));
  const lines = scripts.map((step) => scriptCommand(input, step));
  let trusted = false;
  for (const { name, dump, component } of dumped(input, 'drop')) {
    const drop = input.plan.steps.find(
      (step) => step.kind === 'database-drop' && step.component === component && step.database === name,
    );
    if (drop?.kind !== 'database-drop') continue;
    lines.push(...fillCommands(input, drop.server, name, dump));
    trusted ||= 'socket' in drop.server || drop.server.superuser;
  }
  if (lines.length === 0) return null;
  const local = scripts.some(({ server }) => 'socket' in server);
  const logins = scripts.flatMap(({ server }) => ('credentials' in server ? [server] : []));
  const hosts = [...new Set(logins.map(({ credentials: { host, port } }) => `${host}:${port}`))];
  const where = [...(local ? ['on this host'] : []), ...hosts.map((host) => `on ${host}`)].join(' and ');
  const notes = [
    `PostgreSQL must run ${where || 'on this host'}. ${scripts.map(({ file }) => file).join(', ')}: the roles that went with their old passwords, and the databases, empty; may be run again.`,
  ];
  if (trusted) {
    notes.push(
      'The databases are filled by a superuser, and code that their owners left in them (functions of CHECK constraints and domains) runs as one: fill only those whose owner is trusted.',
    );
  }
  if (logins.length > 0) notes.push(passwordNote(input));
  if (logins.some(({ superuser }) => !superuser)) {
    notes.push(
      'A login that is no superuser may not comment on extensions, so these entries are left out; before PostgreSQL 13 a superuser must first make the extensions in the database.',
    );
  }
  return { title: 'Dropped roles and databases', lines: [...notes, '', ...lines] };
}

function hasPasswords(input: ReadmeInput): boolean {
  return membersOf(input, 'passwords').length > 0;
}

/** Where libpq finds the passwords that the commands below need. */
function passwordNote(input: ReadmeInput): string {
  if (!hasPasswords(input)) return 'The password is asked for.';
  return `The passwords are taken from ${PASSWORDS}. One that is missing there is asked for.`;
}

/** Lines of a table of contents that are a role's, or nobody's: what clearing has dropped. */
function ownEntries(role: string): string {
  const name = role.replace(/[^\w-]/g, '\\$&');
  return `grep --extended-regexp ${shellWord(`^;|( ${name}| )$`)} | grep --invert-match ' EXTENSION '`;
}

/** Databases that were emptied: their role fills them again. */
export function clearedSection(input: ReadmeInput): Section | null {
  const cleared = dumped(input, 'clear');
  if (cleared.length === 0) return null;
  const lines: string[] = [];
  const fallen: string[] = [];
  for (const { credentials, dump } of cleared) {
    if (credentials === null) continue;
    const list = dump.replace(/dump$/, 'list');
    const { pgRestore } = input.tools;
    const options = [...loginOptions(credentials), `--use-list=${list}`, '--no-owner', '--single-transaction', dump];
    lines.push(
      `${command([pgRestore, '--list', dump])} | ${ownEntries(credentials.role)} > ${list}`,
      command([...variables(credentials, hasPasswords(input)), pgRestore, ...options]),
    );
    const others = othersName(dump);
    if (input.members.some(({ name }) => name === others)) fallen.push(`${others} (in "${credentials.database}")`);
  }
  const notes = [
    'Database, role and extensions are still there, and so is what others own in it, so their entries are left out: a plain role may not make them.',
    'Should one be met all the same, take its line out of the list.',
    passwordNote(input),
  ];
  if (fallen.length > 0)
    notes.push(
      `Objects of other owners that hung on something of ours went with it. After these commands a superuser makes them again with psql: ${fallen.join(', ')}.`,
    );
  return { title: 'Cleared databases', lines: [...notes, '', ...lines] };
}

/** Rows of the Data Warehouse that were changed in an engine database that stays. */
export function rowsSection(input: ReadmeInput): Section | null {
  const rows = membersOf(input, 'rows')[0];
  if (!rows) return null;
  const lines: string[] = [];
  for (const step of input.plan.steps) {
    if (step.kind !== 'dwh-rows') continue;
    const options = [...PSQL_OPTIONS, ...loginOptions(step.credentials), `--file=${rows.name}`];
    lines.push(command([...variables(step.credentials, hasPasswords(input)), input.tools.psql, ...options]));
  }
  return {
    title: 'Rows of the Data Warehouse in an engine database that stays',
    lines: [passwordNote(input), '', ...lines],
  };
}
