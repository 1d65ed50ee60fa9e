/** The roles that go with the databases: written down first, and dropped last. Pure. */
import type { AdminServer } from '../model/credentials.ts';
import { isAdministrators } from '../model/database-facts.ts';
import type { Warning } from '../model/errors.ts';
import { sqlName } from '../model/sql.ts';
import type { StepList } from './build.ts';
import type { DatabaseSubject } from './database-steps.ts';
import { isSuperuser, placeOf, serverKey } from './servers.ts';

/** What goes from one server. */
interface Leaving {
  server: AdminServer;
  roles: string[];
  databases: string[];
}

/** Writes down, for each server, the roles that go and the databases to be made again: also where the role itself stays. */
export function planRoleDumps(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  const servers = new Map<string, Leaving>();
  for (const subject of subjects) {
    const { planned } = subject;
    const server = subject.fact.admin.via;
    const roles = leavingRoles(subject, subjects);
    if (server === null || (planned.action !== 'drop' && roles.length === 0)) continue;
    const leaving = servers.get(serverKey(subject)) ?? { server, roles: [], databases: [] };
    if (isSuperuser(server) && !isSuperuser(leaving.server)) leaving.server = server;
    leaving.roles.push(...roles.filter((role) => !leaving.roles.includes(role)));
    if (planned.action === 'drop') leaving.databases.push(planned.name);
    servers.set(serverKey(subject), leaving);
  }
  for (const [key, { server, roles, databases }] of servers) {
    const alone = servers.size === 1;
    const file = alone ? 'roles.sql' : `roles-${key.replaceAll(/[^\w.-]/g, '-')}.sql`;
    const names = roles.length > 0 ? roles : databases.map((name) => `"${name}"`);
    const what =
      roles.length > 0
        ? `Back up ${plural(roles, 'the role')}`
        : `Write down the settings of ${plural(databases, 'database')}`;
    list.add(
      {
        kind: 'roles-dump',
        id: alone ? 'dump:roles' : `dump:roles:${key}`,
        title: `${what} ${names.join(', ')}${alone ? '' : ` ${placeOf(key)}`}`,
        target: file,
        destructive: false,
        server,
        roles,
        databases,
        file,
      },
      needs,
    );
  }
}

function plural(names: readonly string[], one: string): string {
  return names.length === 1 ? one : `${one}s`;
}

/** The roles that are dropped on account of a database: with it, or because they were left alone. Only a superuser can write down a password hash, and without it a role is not dropped. */
function leavingRoles(subject: DatabaseSubject, subjects: readonly DatabaseSubject[]): string[] {
  const { planned, fact } = subject;
  if (!isSuperuser(fact.admin.via)) return [];
  if (planned.action === 'drop') return rolesOf(subject, subjects);
  return isOrphan(subject, subjects) ? [planned.role] : [];
}

/** Where else the role of a database owns or is granted something, when what this plan drops is gone. */
export function elsewhere(subject: DatabaseSubject, subjects: readonly DatabaseSubject[]): string[] {
  const dropped = subjects
    .filter((one) => one.planned.action === 'drop' && serverKey(one) === serverKey(subject))
    .map(({ planned }) => planned.name);
  return (subject.fact.admin.role?.elsewhere ?? []).filter((name) => !dropped.includes(name));
}

/** The roles that go with a dropped database: its own, and read-only ones that our own files name. */
function rolesOf(subject: DatabaseSubject, subjects: readonly DatabaseSubject[]): string[] {
  const { fact, planned } = subject;
  const { role } = fact.admin;
  // One that holds something elsewhere stays, as the warning says.
  const names = role?.exists && !role.superuser && elsewhere(subject, subjects).length === 0 ? [planned.role] : [];
  return [
    ...names,
    ...fact.admin.readOnlyRoles.filter(({ exists, superuser }) => exists && !superuser).map(({ name }) => name),
  ];
}

/** A role without its database makes setup invent another name for both: it goes where we may drop it. */
function isOrphan(subject: DatabaseSubject, subjects: readonly DatabaseSubject[]): boolean {
  const { fact, planned, layout, kept } = subject;
  const role = fact.admin.role;
  const named = fact.credentials !== null || role?.name === layout.defaultRole;
  return (
    !kept &&
    planned.action === 'absent' &&
    fact.admin.available &&
    named &&
    role?.exists === true &&
    !role.superuser &&
    elsewhere(subject, subjects).length === 0
  );
}

/** Drops each role once on each server. The same name on another server is another role. */
export function planRoleDrops(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
): string[] {
  const leaving = new Map<string, { role: string; key: string; server: AdminServer }>();
  for (const subject of subjects) {
    const { via } = subject.fact.admin;
    const key = serverKey(subject);
    if (via === null) continue;
    for (const role of leavingRoles(subject, subjects)) leaving.set(`${key} ${role}`, { role, key, server: via });
  }
  const all = [...leaving.values()];
  return all.map(({ role, key, server }) => {
    const alone = all.filter((one) => one.role === role).length === 1;
    return list.add(
      {
        kind: 'role-drop',
        id: alone ? `drop-role:${role}` : `drop-role:${role}:${key}`,
        title: `Drop role "${role}"${alone ? '' : ` ${placeOf(key)}`}`,
        target: role,
        destructive: true,
        role,
        server,
      },
      needs,
    );
  });
}

/** A role that stays though its database is dropped. */
export function roleWarnings(subject: DatabaseSubject, subjects: readonly DatabaseSubject[]): Warning[] {
  const { planned, fact, layout } = subject;
  const { role, via } = fact.admin;
  // Of the server's administrator nobody thinks that it goes.
  if (planned.action !== 'drop' || !role?.exists || isAdministrators(fact)) return [];
  const others = elsewhere(subject, subjects);
  if (others.length > 0) {
    const stays = `Role "${planned.role}" also owns or is granted something in ${others.join(', ')}: it stays.`;
    const isRemade = layout.madeAnew && planned.local && role.name === layout.defaultRole;
    const stops = isRemade ? ' engine-setup, which makes this role anew, will stop at that.' : '';
    return [{ code: 'role-elsewhere', message: stays + stops }];
  }
  if (role.superuser) {
    return [
      {
        code: 'role-superuser',
        message: `Role "${role.name}" stays: it is a superuser, and such a role is never dropped; its password was in setup's files. To be rid of it, as another superuser: DROP ROLE ${sqlName(role.name)};`,
      },
    ];
  }
  const isOwnLogin = via !== null && 'credentials' in via && via.credentials.role === role.name;
  if (isSuperuser(via) || isOwnLogin) return [];
  return [
    {
      code: 'role-stays',
      message: `Role "${planned.role}" stays: the login that drops its database is no superuser, and could not write down its password.`,
    },
  ];
}
