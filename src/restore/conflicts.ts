/** Why a restore does not start. Pure. */
import type { Refusal } from '../model/errors.ts';
import { realPath } from '../model/paths.ts';
import type { DatabaseFinding, Findings, RolesFinding } from './findings.ts';

/** True if the script of a server has to be run: something that it makes is missing. */
export function isIncomplete({ file, asBefore, roles, databases, ...present }: RolesFinding): boolean {
  if (file === null || asBefore) return false;
  return present.presentRoles.length < roles.length || present.presentDatabases.length < databases.length;
}

export function nameOf({ credentials: { database, host, port } }: Pick<DatabaseFinding, 'credentials'>): string {
  return `database "${database}" on ${host}:${port}`;
}

/** What is neither as it was before the run nor as the run left it, as a phrase each. */
export function conflictsOf(findings: Findings, root: string): string[] {
  const files = findings.files.flatMap(({ outside, files: group }) =>
    group
      .filter(({ verdict }) => verdict === 'changed')
      .map(({ path, present }) => `${outside ? path : realPath(root, path)}${present === null ? ' (gone)' : ''}`),
  );
  const databases = findings.databases
    .filter(({ verdict, trouble }) => verdict === 'changed' && trouble === null)
    .map((database) => `${nameOf(database)} (not empty)`);
  const roles = findings.roles.filter(isIncomplete).flatMap(({ changedRoles }) => changedRoles);
  const ovn = findings.ovn.filter(({ verdict, trouble }) => verdict === 'changed' && trouble === null);
  const rows = findings.rows.filter(({ verdict, trouble }) => verdict === 'changed' && trouble === null);
  return [
    ...files,
    ...databases,
    ...roles.map((role) => `role "${role}" (with another password or other rights)`),
    ...ovn.map(({ target }) => `the rows of the ${target}`),
    ...rows.map((row) => `the rows of the Data Warehouse in ${nameOf(row)}`),
  ];
}

/** The most that one message names. */
const SHOWN = 50;

function overwrite(conflicts: readonly string[], run: string): Refusal {
  const more = conflicts.length > SHOWN ? ` and ${conflicts.length - SHOWN} more` : '';
  const one = conflicts.length === 1;
  return {
    check: 'overwrite',
    message: `${one ? 'This was' : 'These were'} changed since run ${run}: ${conflicts.slice(0, SHOWN).join(', ')}${more}. Nothing was changed.`,
    hint: `If engine-setup has run since, run engine-cleanup first. With --force overwrite ${one ? 'it goes' : 'they go'} into a backup of this restore, and ${one ? 'is' : 'are'} replaced.`,
    forcible: true,
  };
}

/** A plain role cannot make its database again. */
function isLost({ way, now, before, trouble }: DatabaseFinding): boolean {
  return trouble === null && way.as === 'role' && now === 'absent' && before.state !== 'absent';
}

export function refusalsOf(findings: Findings, conflicts: readonly string[], run: string, root: string): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (check: string, message: string, hint: string): void =>
    void refusals.push({ check, message: `${message} Nothing was changed.`, hint, forcible: false });
  for (const { trouble } of [...findings.databases, ...findings.roles, ...findings.rows]) {
    if (trouble === null || refusals.some(({ message }) => message.startsWith(trouble))) continue;
    refuse(
      'database',
      `${trouble.replace(/[.!]?$/, '.')}`,
      'See that the server runs and lets in whoever did the cleanup, then run engine-cleanup restore again.',
    );
  }
  for (const database of findings.databases.filter(isLost)) {
    const { role, database: name } = database.credentials;
    refuse(
      'database',
      `There is no ${nameOf(database)} any more, and its role cannot make it.`,
      `Let a superuser run: CREATE DATABASE "${name}" OWNER "${role}" TEMPLATE template0 ENCODING 'UTF8'`,
    );
  }
  if (findings.missingDirs.length > 0) {
    const dirs = findings.missingDirs.map((dir) => realPath(root, dir));
    refuse(
      'directory',
      `Files are to be put back into ${dirs.length === 1 ? 'a directory that is' : 'directories that are'} not there: ${dirs.slice(0, SHOWN).join(', ')}.`,
      'Install the packages that bring them, those that were there when the host was cleaned up.',
    );
  }
  return conflicts.length > 0 ? [...refusals, overwrite(conflicts, run)] : refusals;
}
