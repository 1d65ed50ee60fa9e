/** Closing, dumping, dropping or clearing the databases. Pure. */

import type { Credentials } from '../model/credentials.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';

export interface DatabaseSubject {
  fact: DatabaseFact;
  layout: DatabaseLayout;
  planned: PlannedDatabase;
}

/** True if there is something in the database to back up and remove; an empty one is as setup needs it. */
export function holdsSomething({ fact, planned }: DatabaseSubject): boolean {
  if (planned.action === 'drop') return true;
  if (planned.action !== 'clear') return false;
  return fact.content === null || fact.content.ownedObjects > 0 || !fact.content.publicSchema;
}

/** Credentials to act with; where none survived (a drop by the local superuser), those of the default names, without a password. */
function credentialsOf({ fact, planned }: DatabaseSubject): Credentials {
  return (
    fact.credentials ?? {
      host: planned.host,
      port: planned.port,
      database: planned.name,
      role: planned.role,
      secured: false,
      validation: false,
      source: '',
      origin: 'drop-in',
      mtimeMs: 0,
      secret: null,
    }
  );
}

function label({ planned }: DatabaseSubject): string {
  return `database "${planned.name}" on ${planned.host}:${planned.port}`;
}

/** Reopens databases that an earlier, killed run closed and that this run keeps. */
export function planUnseals(subjects: readonly DatabaseSubject[], list: StepList): string[] {
  return subjects
    .filter(({ fact, planned }) => planned.action === 'keep' && fact.admin.database?.connectionLimit === 0)
    .map((subject) =>
      list.add(
        {
          kind: 'database-unseal',
          id: `unseal:${subject.fact.component}`,
          title: `Reopen ${label(subject)}, which an earlier run closed`,
          target: subject.planned.name,
          destructive: false,
          database: subject.planned.name,
          port: subject.planned.port,
        },
        [],
      ),
    );
}

/** Closes what a superuser can close, so that nothing is written between the dump and the drop. */
export function planSeals(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  for (const subject of subjects) {
    if (subject.planned.action !== 'drop') continue;
    list.add(
      {
        kind: 'database-seal',
        id: `close:${subject.fact.component}`,
        title: `Close ${label(subject)} to new connections`,
        target: subject.planned.name,
        destructive: false,
        component: subject.fact.component,
        database: subject.planned.name,
        port: subject.planned.port,
      },
      needs,
    );
  }
}

/** Dumps of everything that will be dropped or cleared, and of the roles that go. Returns the dump file by component. */
export function planDumps(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
): Map<string, string> {
  const files = new Map<string, string>();
  for (const subject of subjects) {
    const { fact, planned } = subject;
    if (!holdsSomething(subject)) continue;
    const file = `${fact.component}.dump`;
    files.set(fact.component, file);
    list.add(
      {
        kind: 'database-dump',
        id: `dump:${fact.component}`,
        title: `Back up ${label(subject)}`,
        target: planned.name,
        destructive: false,
        component: fact.component,
        as: planned.action === 'drop' ? 'admin' : 'role',
        credentials: credentialsOf(subject),
        file,
        ownedTables: fact.content?.ownedTables ?? 0,
        sizeBytes: planned.sizeBytes ?? 0,
        exclude: planned.action === 'clear' ? (fact.content?.foreignObjects ?? []) : [],
      },
      [...needs, `close:${fact.component}`],
    );
  }
  planRolesDumps(subjects, list, needs);
  return files;
}

/** What goes from one local server. */
interface Leaving {
  roles: string[];
  databases: string[];
}

/** Writes down, for each local server, the roles that go and the databases to be made again: also where the role itself stays. */
function planRolesDumps(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  const servers = new Map<number, Leaving>();
  for (const subject of subjects) {
    const { planned } = subject;
    const roles = leavingRoles(subject);
    if (planned.action !== 'drop' && roles.length === 0) continue;
    const leaving = servers.get(planned.port) ?? { roles: [], databases: [] };
    leaving.roles.push(...roles.filter((role) => !leaving.roles.includes(role)));
    if (planned.action === 'drop') leaving.databases.push(planned.name);
    servers.set(planned.port, leaving);
  }
  for (const [port, { roles, databases }] of servers) {
    const alone = servers.size === 1;
    const file = alone ? 'roles.sql' : `roles-${port}.sql`;
    const names = roles.length > 0 ? roles : databases.map((name) => `"${name}"`);
    const what =
      roles.length > 0
        ? `Back up ${plural(roles, 'the role')}`
        : `Write down the settings of ${plural(databases, 'database')}`;
    list.add(
      {
        kind: 'roles-dump',
        id: alone ? 'dump:roles' : `dump:roles:${port}`,
        title: `${what} ${names.join(', ')}${alone ? '' : ` on port ${port}`}`,
        target: file,
        destructive: false,
        port,
        roles,
        file,
      },
      needs,
    );
  }
}

function plural(names: readonly string[], one: string): string {
  return names.length === 1 ? one : `${one}s`;
}

/** The roles that are dropped on account of a database: with it, or because they were left alone. */
function leavingRoles(subject: DatabaseSubject): string[] {
  if (subject.planned.action === 'drop') return rolesOf(subject);
  return isOrphan(subject) ? [subject.planned.role] : [];
}

/** The roles that go with a dropped database: its own, and read-only ones that our own files name. */
function rolesOf({ fact, planned }: DatabaseSubject): string[] {
  const names = fact.admin.role?.exists && !fact.admin.role.superuser ? [planned.role] : [];
  return [
    ...names,
    ...fact.admin.readOnlyRoles.filter(({ exists, superuser }) => exists && !superuser).map(({ name }) => name),
  ];
}

/** A role without its database makes setup invent another name for both: it goes where we may drop it. */
function isOrphan({ fact, planned, layout }: DatabaseSubject): boolean {
  const role = fact.admin.role;
  const named = fact.credentials !== null || role?.name === layout.defaultRole;
  return (
    planned.action === 'absent' &&
    fact.admin.available &&
    named &&
    role?.exists === true &&
    !role.superuser &&
    role.elsewhere.length === 0
  );
}

/** Drops and clears; every one needs the checked backup of everything. Returns the ids of the final steps. */
export function planRemovals(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
  wishes: Wishes,
): string[] {
  const ends: string[] = [];
  for (const subject of subjects) {
    const { fact, planned } = subject;
    const own = [...needs, `close:${fact.component}`, `dump:${fact.component}`];
    if (planned.action === 'clear' && holdsSomething(subject)) {
      ends.push(
        list.add(
          {
            kind: 'database-clear',
            id: `clear:${fact.component}`,
            title: `Clear ${label(subject)}`,
            target: planned.name,
            destructive: true,
            component: fact.component,
            credentials: credentialsOf(subject),
            backedUp: wishes.backup,
            cascades: fact.content?.cascades ?? [],
          },
          own,
        ),
      );
    } else if (planned.action === 'drop') {
      ends.push(
        list.add(
          {
            kind: 'database-drop',
            id: `drop:${fact.component}`,
            title: `Drop ${label(subject)}`,
            target: planned.name,
            destructive: true,
            component: fact.component,
            database: planned.name,
            port: planned.port,
            role: planned.role,
          },
          own,
        ),
      );
    }
  }
  return [...ends, ...planRoleDrops(subjects, list, [...needs, ...list.ids('database-drop')])];
}

/** Drops each role once on each server. The same name on another server is another role. */
function planRoleDrops(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): string[] {
  const leaving = new Map<string, { role: string; port: number }>();
  for (const subject of subjects) {
    const { port } = subject.planned;
    for (const role of leavingRoles(subject)) leaving.set(`${port} ${role}`, { role, port });
  }
  const all = [...leaving.values()];
  return all.map(({ role, port }) => {
    const alone = all.filter((one) => one.role === role).length === 1;
    return list.add(
      {
        kind: 'role-drop',
        id: alone ? `drop-role:${role}` : `drop-role:${role}:${port}`,
        title: `Drop role "${role}"${alone ? '' : ` on port ${port}`}`,
        target: role,
        destructive: true,
        role,
        port,
      },
      needs,
    );
  });
}
