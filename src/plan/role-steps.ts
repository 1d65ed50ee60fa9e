/** The roles that go with the databases: written down first, and dropped last. Pure. */
import type { StepList } from './build.ts';
import type { DatabaseSubject } from './database-steps.ts';

/** What goes from one local server. */
interface Leaving {
  roles: string[];
  databases: string[];
}

/** Writes down, for each local server, the roles that go and the databases to be made again: also where the role itself stays. */
export function planRoleDumps(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
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
  const { role } = fact.admin;
  // One that holds something elsewhere stays, as the warning says.
  const names = role?.exists && !role.superuser && role.elsewhere.length === 0 ? [planned.role] : [];
  return [
    ...names,
    ...fact.admin.readOnlyRoles.filter(({ exists, superuser }) => exists && !superuser).map(({ name }) => name),
  ];
}

/** A role without its database makes setup invent another name for both: it goes where we may drop it. */
function isOrphan({ fact, planned, layout, kept }: DatabaseSubject): boolean {
  const role = fact.admin.role;
  const named = fact.credentials !== null || role?.name === layout.defaultRole;
  return (
    !kept &&
    planned.action === 'absent' &&
    fact.admin.available &&
    named &&
    role?.exists === true &&
    !role.superuser &&
    role.elsewhere.length === 0
  );
}

/** Drops each role once on each server. The same name on another server is another role. */
export function planRoleDrops(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
): string[] {
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
