/** Databases: what is in the way is backed up, then dropped or cleared. Pure. */
import type { AdminServer } from '../model/credentials.ts';
import type { BackedUpDatabase } from '../model/plan.ts';
import type { StepList } from '../plan/build.ts';
import { isSuperuser } from '../plan/servers.ts';
import { isIncomplete, nameOf } from './conflicts.ts';
import type { DatabaseFinding, Findings, RolesFinding } from './findings.ts';
import type { Acts } from './plan.ts';

function sameServer(one: AdminServer, other: AdminServer): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What is in it goes first: into the backup, then away. */
function isEmptied(database: DatabaseFinding, acts: Acts): boolean {
  return acts(database) && database.now === 'full';
}

/** It is dropped: to be made anew by its script, or because it was not there before. */
export function isDropped(database: DatabaseFinding, acts: Acts): boolean {
  if (database.way.as === 'role' || !acts(database)) return false;
  return database.now === 'full' || (database.now === 'empty' && database.before.state === 'absent');
}

function ownerLogin({ way, credentials }: DatabaseFinding): DatabaseFinding['credentials'] | null {
  if (way.as === 'role' || isSuperuser(way.server) || !('credentials' in way.server)) return null;
  return { ...way.server.credentials, database: credentials.database };
}

/** The script of a server is run where something that it makes is missing, or is about to go. */
export function isRun(roles: RolesFinding, { databases }: Findings, acts: Acts): boolean {
  if (roles.file === null) return false;
  return isIncomplete(roles) || databases.some((one) => isDropped(one, acts) && belongsTo(one, roles));
}

function belongsTo({ way, credentials }: DatabaseFinding, { server, databases }: RolesFinding): boolean {
  return way.as === 'admin' && sameServer(way.server, server) && databases.includes(credentials.database);
}

/** Backs up what is in the way. Returns what the README of the backup is to say of it. */
export function planDumps(
  findings: Findings,
  acts: Acts,
  list: StepList,
  needs: readonly string[],
): BackedUpDatabase[] {
  const emptied = findings.databases.filter((one) => isEmptied(one, acts));
  for (const { key, way, credentials } of findings.databases.filter((one) => isDropped(one, acts))) {
    if (way.as === 'role' || !isSuperuser(way.server)) continue;
    const { database } = credentials;
    list.add(
      {
        kind: 'database-seal',
        id: `close:${key}`,
        title: `Close database "${database}" to new connections`,
        target: database,
        destructive: false,
        key,
        database,
        server: way.server,
      },
      needs,
    );
  }
  for (const database of emptied) {
    const { key, component, credentials, exclude, way } = database;
    const owner = ownerLogin(database);
    list.add(
      {
        kind: 'database-dump',
        id: `dump:${key}`,
        title: `Back up ${nameOf(database)} as it is now`,
        target: credentials.database,
        destructive: false,
        key,
        component,
        ...(way.as === 'role' || owner !== null ? { as: 'role' } : { as: 'admin', server: way.server }),
        credentials: owner ?? credentials,
        file: `${key.replace(':', '-')}.dump`,
        ownedTables: 0,
        sizeBytes: 0,
        exclude,
      },
      [...needs, `close:${key}`],
    );
  }
  planRoleDumps(findings, acts, list, needs);
  return emptied.map(({ component, credentials, way }) => {
    const { database: name, host, port, role } = credentials;
    const action = way.as === 'role' ? 'clear' : 'drop';
    return { component, name, host, port, role, local: false, action, credentials, reach: 'connected' };
  });
}

/** Roles that the script alters or that go, and databases that go. */
function planRoleDumps(findings: Findings, acts: Acts, list: StepList, needs: readonly string[]): void {
  for (const [index, one] of findings.roles.entries()) {
    const { server, presentRoles, databases: known } = one;
    const databases = findings.databases
      .filter(
        (database) =>
          isDropped(database, acts) && database.way.as === 'admin' && sameServer(database.way.server, server),
      )
      .map(({ credentials }) => credentials.database);
    const gone = one.file === null ? known.some((name) => databases.includes(name)) : isRun(one, findings, acts);
    const roles = isSuperuser(server) && gone ? presentRoles : [];
    if (roles.length + databases.length === 0 || !gone) continue;
    const file = index === 0 ? 'roles.sql' : `roles-${index + 1}.sql`;
    list.add(
      {
        kind: 'roles-dump',
        id: `dump:roles:${index + 1}`,
        title: `Back up ${[...roles.map((role) => `role "${role}"`), ...databases.map((name) => `the settings of database "${name}"`)].join(', ')}`,
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

/** Drops or clears what is in the way, or was not there before. */
export function planEmptying(findings: Findings, acts: Acts, list: StepList, needs: readonly string[]): void {
  for (const database of findings.databases) {
    const { key, component, credentials, way } = database;
    const name = credentials.database;
    const own = [...needs, `close:${key}`, `dump:${key}`];
    const common = { target: name, destructive: true, key, component };
    if (way.as === 'role' && isEmptied(database, acts)) {
      list.add(
        {
          kind: 'database-clear',
          id: `clear:${key}`,
          title: `Clear ${nameOf(database)}`,
          ...common,
          credentials,
          backedUp: true,
          cascades: [],
        },
        own,
      );
    } else if (way.as === 'admin' && isDropped(database, acts)) {
      list.add(
        {
          kind: 'database-drop',
          id: `drop:${key}`,
          title: `Drop ${nameOf(database)}`,
          ...common,
          database: name,
          server: way.server,
          role: credentials.role,
        },
        own,
      );
    }
  }
  for (const { server, file, presentRoles, databases } of findings.roles) {
    const dropped = findings.databases.some(
      (one) => isDropped(one, acts) && databases.includes(one.credentials.database),
    );
    if (file !== null || !isSuperuser(server) || !dropped) continue;
    for (const role of presentRoles)
      list.add(
        {
          kind: 'role-drop',
          id: `drop-role:${role}`,
          title: `Drop role "${role}"`,
          target: role,
          destructive: true,
          role,
          server,
        },
        [...needs, ...list.ids('database-drop')],
      );
  }
}
