/** Roles are written down and dropped on the server they are on. */
import { describe, expect, it } from 'vitest';
import type { DatabaseFact } from '../../src/model/facts.ts';
import type { Step, StepOf } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { credentials, database, finished, superuserView, WISHES } from './facts.ts';

const DWH = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf';

function stepsOf<K extends Step['kind']>(databases: DatabaseFact[], kind: K): StepOf<K>[] {
  const { steps } = makePlan(finished({ databases }), WISHES, { backupDir: '/backup' });
  return steps.filter((step): step is StepOf<K> => step.kind === kind);
}

/** A local database on a port that the postgres account may drop, with its role. */
function local(component: 'engine' | 'dwh', port: number, role: string, superuser = false): DatabaseFact {
  const own = { ...credentials(component, DWH), port, role };
  const seen = superuserView();
  return database({
    component,
    credentials: own,
    candidates: [own],
    admin: {
      ...seen,
      via: { socket: port },
      database: { ...seen.database!, owner: role },
      role: { name: role, exists: true, superuser, elsewhere: [] },
    },
  });
}

describe('roles and databases of one local server', () => {
  it('are written into one file', () => {
    const databases = [local('engine', 5432, 'engine'), local('dwh', 5432, 'ovirt_engine_history')];
    expect(stepsOf(databases, 'roles-dump')).toMatchObject([
      { id: 'dump:roles', server: { socket: 5432 }, file: 'roles.sql', roles: ['engine', 'ovirt_engine_history'] },
    ]);
    expect(stepsOf(databases, 'role-drop').map(({ id }) => id)).toEqual([
      'drop-role:engine',
      'drop-role:ovirt_engine_history',
    ]);
  });

  it('are written down, too, when the role is a superuser and stays: the database has to be made again', () => {
    const databases = [local('engine', 5432, 'engine', true)];
    expect(stepsOf(databases, 'roles-dump')).toMatchObject([
      { server: { socket: 5432 }, file: 'roles.sql', roles: [], title: 'Write down the settings of database "engine"' },
    ]);
    expect(stepsOf(databases, 'role-drop')).toEqual([]);
    expect(stepsOf(databases, 'backup-seal')[0]!.needs).toContain('dump:roles');
    const { warnings } = makePlan(finished({ databases }), WISHES, { backupDir: '/backup' });
    expect(warnings).toContainEqual({
      code: 'role-superuser',
      message: expect.stringMatching(/Role "engine" stays.*superuser.*DROP ROLE "engine";/),
    });
  });

  it('share a role, which is dropped once', () => {
    const databases = [local('engine', 5432, 'engine'), local('dwh', 5432, 'engine')];
    expect(stepsOf(databases, 'roles-dump')).toMatchObject([{ roles: ['engine'] }]);
    expect(stepsOf(databases, 'role-drop')).toHaveLength(1);
  });
});

describe('two local servers', () => {
  it('are each asked for their own roles, and lose them, even where the name is the same', () => {
    const databases = [local('engine', 5432, 'engine'), local('dwh', 5433, 'engine')];
    expect(stepsOf(databases, 'roles-dump')).toMatchObject([
      {
        id: 'dump:roles:5432',
        server: { socket: 5432 },
        file: 'roles-5432.sql',
        target: 'roles-5432.sql',
        roles: ['engine'],
      },
      {
        id: 'dump:roles:5433',
        server: { socket: 5433 },
        file: 'roles-5433.sql',
        target: 'roles-5433.sql',
        roles: ['engine'],
      },
    ]);
    expect(stepsOf(databases, 'role-drop')).toMatchObject([
      { id: 'drop-role:engine:5432', server: { socket: 5432 }, role: 'engine' },
      { id: 'drop-role:engine:5433', server: { socket: 5433 }, role: 'engine' },
    ]);
  });
});
