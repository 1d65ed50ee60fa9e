/** Drop, clear, keep, refuse: the table of what happens to a database, and to its roles. */
import { describe, expect, it } from 'vitest';
import type { DatabaseFact, RoleView } from '../../src/model/facts.ts';
import { database, EMPTY_CONTENT, finished, superuserView } from './facts.ts';
import { idsOf, planFor, stepsOf } from './steps.ts';

const GONE: Partial<DatabaseFact> = { reach: { state: 'absent', message: '3D000' }, content: null };

function action(fact: DatabaseFact, keepDatabases = false): string {
  return planFor(finished({ databases: [fact] }), { keepDatabases }).databases[0]!.action;
}

describe('drop, clear, keep, refuse', () => {
  it('drops a local database that the local superuser sees owned by our role', () => {
    expect(action(database({ admin: superuserView() }))).toBe('drop');
  });

  it('clears where somebody else provides the database, though a superuser is at hand', () => {
    expect(action(database({ admin: superuserView(), providedByOthers: true }))).toBe('clear');
  });

  it('clears where the database belongs to another role than that of our credentials', () => {
    const admin = superuserView();
    expect(action(database({ admin: { ...admin, database: { ...admin.database!, owner: 'dba' } } }))).toBe('clear');
  });

  it('with a wrong password drops only the default name of the default role with the content of an engine', () => {
    const rejected = { reach: { state: 'rejected', message: '28P01' } as const, content: null };
    const admin = superuserView();
    const seen = (more: object) => ({ ...admin, database: { ...admin.database!, ...more } });
    expect(action(database({ ...rejected, admin }))).toBe('drop');
    expect(action(database({ ...rejected, admin: seen({ recognised: false }) }))).toBe('refuse');
    expect(action(database({ ...rejected, admin: seen({ owner: 'dba' }) }))).toBe('refuse');
    const other = { ...database().credentials!, database: 'production' };
    expect(action(database({ ...rejected, admin, credentials: other }))).toBe('refuse');
    expect(action(database(rejected))).toBe('refuse');
  });

  it('refuses a server that does not answer, and says that -d never needs it', () => {
    const fact = database({ reach: { state: 'unreachable', message: 'connection refused' }, content: null });
    const plan = planFor(finished({ databases: [fact] }));
    expect(plan.databases[0]!.action).toBe('refuse');
    expect(plan.refusals[0]).toMatchObject({ check: 'database', forcible: false });
    expect(plan.refusals[0]!.hint).toContain('-d');
    expect(action(fact, true)).toBe('keep');
  });

  it('needs neither dump nor clearing for a database that is empty', () => {
    const plan = planFor(finished({ databases: [database({ content: EMPTY_CONTENT })] }));
    expect(stepsOf(plan, 'database-dump', 'database-clear')).toEqual([]);
    expect(plan.databases[0]!.action).toBe('clear');
  });

  it('opens what an earlier, killed run closed, where it is kept', () => {
    const admin = superuserView();
    const closed = { ...admin, database: { ...admin.database!, connectionLimit: 0 } };
    const facts = finished({ databases: [database({ admin: closed })] });
    expect(stepsOf(planFor(facts, { keepDatabases: true }), 'database-unseal')).toMatchObject([{ database: 'engine' }]);
    expect(stepsOf(planFor(facts), 'database-unseal')).toEqual([]);
  });
});

describe('a role', () => {
  function rolesDropped(more: Partial<DatabaseFact>, role: Partial<RoleView>, readers: RoleView[] = []): string[] {
    const admin = superuserView();
    const exists = more.reach === undefined;
    const fact = database({
      admin: {
        ...admin,
        database: { ...admin.database!, exists },
        role: { ...admin.role!, ...role },
        readOnlyRoles: readers,
      },
      ...more,
    });
    return stepsOf(planFor(finished({ databases: [fact] })), 'role-drop').map((step) => step.role);
  }

  it('goes with its database, and with it the read-only ones that our files name', () => {
    const reader = { name: 'grafana', exists: true, superuser: false, elsewhere: [] };
    expect(rolesDropped({}, {}, [reader, { ...reader, name: 'gone', exists: false }])).toEqual(['engine', 'grafana']);
  });

  it('that is a superuser stays, though its database goes', () => {
    const reader = { name: 'grafana', exists: true, superuser: true, elsewhere: [] };
    expect(rolesDropped({}, { superuser: true }, [reader])).toEqual([]);
  });

  it('without its database goes: setup would invent another name for both', () => {
    expect(rolesDropped(GONE, {})).toEqual(['engine']);
  });

  it.each<[string, Partial<RoleView>]>([
    ['is a superuser', { superuser: true }],
    ['owns or is granted something elsewhere', { elsewhere: ['accounting'] }],
    ['does not exist', { exists: false }],
  ])('without its database stays where it %s', (_, role) => {
    expect(rolesDropped(GONE, role)).toEqual([]);
  });

  it('of which only the superuser knows is dropped by its default name alone', () => {
    const unknown = { ...GONE, credentials: null, candidates: [] };
    expect(rolesDropped(unknown, {})).toEqual(['engine']);
    expect(rolesDropped(unknown, { name: 'somebody' })).toEqual([]);
  });

  it("stays where the database is kept, cleared or another host's", () => {
    const facts = (more: Partial<DatabaseFact>) =>
      finished({ databases: [database({ admin: superuserView(), ...more })] });
    expect(idsOf(planFor(facts({}), { keepDatabases: true })).filter((id) => id.startsWith('drop'))).toEqual([]);
    expect(stepsOf(planFor(facts({ providedByOthers: true })), 'role-drop')).toEqual([]);
    expect(stepsOf(planFor(facts({ foreign: 'of another host' })), 'role-drop')).toEqual([]);
  });
});
