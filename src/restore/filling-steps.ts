/** Databases: made and filled as they were, and rows in those that stayed. Pure. */
import { join } from 'node:path';
import type { Warning } from '../model/errors.ts';
import type { StepList } from '../plan/build.ts';
import { nameOf } from './conflicts.ts';
import { isDropped, isRun } from './database-steps.ts';
import type { Chain } from './file-steps.ts';
import type { Findings } from './findings.ts';
import type { Acts } from './plan.ts';

/** Makes roles and databases again, and fills the databases. */
export function planFilling(findings: Findings, acts: Acts, list: StepList, chain: Chain): void {
  for (const [index, roles] of findings.roles.entries()) {
    const { server, file } = roles;
    if (file === null || !isRun(roles, findings, acts)) continue;
    const dropped = findings.databases
      .filter((one) => isDropped(one, acts))
      .map(({ credentials }) => credentials.database);
    const missing = (names: readonly string[], present: readonly string[]): string[] =>
      names.filter((name) => !present.includes(name));
    const names = [
      ...roles.roles.map((role) => `role "${role}"`),
      ...roles.databases.map((name) => `database "${name}"`),
    ];
    list.add(
      {
        kind: 'roles-make',
        id: `make:roles:${index + 1}`,
        title: `Make ${names.join(', ')} again`,
        target: names[0] ?? file,
        destructive: true,
        server,
        file,
        roles: roles.roles,
        madeRoles: missing(roles.roles, roles.presentRoles),
        databases: roles.databases,
        madeDatabases: missing(roles.databases, roles.presentDatabases).filter((name) => !dropped.includes(name)),
      },
      chain(),
    );
  }
  for (const database of findings.databases) {
    const { key, component, credentials, way, exclude, before } = database;
    if (before.state !== 'full' || !acts(database)) continue;
    list.add(
      {
        kind: 'database-fill',
        id: `fill:${key}`,
        title: `Fill ${nameOf(database)} from its backup`,
        target: credentials.database,
        destructive: true,
        key,
        component,
        credentials,
        way,
        exclude,
        file: before.dump,
        others: before.others,
      },
      chain(),
    );
  }
}

/** What other owners had on a database that was cleared: a plain role cannot make it in their name. @param backup its real path */
export function othersWarnings({ databases }: Findings, acts: Acts, backup: string): Warning[] {
  return databases.flatMap((database) => {
    const { before, credentials } = database;
    if (before.state !== 'full' || before.others === null || !acts(database)) return [];
    const script = join(backup, before.others);
    const message = `Objects of other owners fell with ${nameOf(database)}, and are not put back: only a superuser can make them in their owners' names. When this has ended, run psql as a superuser in database "${credentials.database}" with ${script}.`;
    return [{ code: 'cascade', message }];
  });
}

/** Rows in engine databases that stayed. */
export function planRows({ rows }: Findings, acts: Acts, list: StepList, chain: Chain): void {
  for (const [index, row] of rows.entries()) {
    const { credentials, before, now } = row;
    if (now === null || !acts(row)) continue;
    list.add(
      {
        kind: 'rows-put',
        id: `rows:${index + 1}`,
        title: `Set the rows of the Data Warehouse in ${nameOf(row)} as they were`,
        target: credentials.database,
        destructive: true,
        credentials,
        rows: before,
        was: now,
      },
      chain(),
    );
  }
}
