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

  it('finishes a drop that was begun: without a backup of it, as nothing in it can be read, and never with -d', () => {
    const view = superuserView();
    const admin = {
      ...view,
      database: { ...view.database!, connectionLimit: -2, recognised: false, partial: false, tables: 0 },
    };
    const half = { reach: { state: 'half-dropped', message: '55000' } as const, content: null, admin };
    const plan = planFor(finished({ databases: [database(half)] }));
    expect(plan.databases[0]).toMatchObject({ action: 'drop', why: expect.stringContaining('begun and not finished') });
    expect(idsOf(plan)).toContain('drop:engine');
    expect(idsOf(plan)).not.toEqual(expect.arrayContaining(['dump:engine']));
    expect(idsOf(plan)).not.toEqual(expect.arrayContaining(['close:engine']));
    const unnamed = {
      ...half,
      credentials: null,
      candidates: [],
      reach: { state: 'no-credentials', message: '' } as const,
    };
    expect(action(database(unnamed))).toBe('drop');
    const kept = planFor(finished({ databases: [database(half)] }), { keepDatabases: true });
    expect(kept.refusals.map(({ message }) => message).join()).toContain('cannot be kept');
    expect(action(database({ ...half, admin: database().admin }))).toBe('refuse');
  });

  it('leaves an empty pair of the default names to setup, where no file that setup itself reads names it with another password', () => {
    const rejected = { reach: { state: 'rejected', message: '28P01' } as const, content: null };
    const view = superuserView();
    const seen = (more: object = {}) => ({
      ...view,
      database: { ...view.database!, recognised: false, tables: 0, ...more },
    });
    const named = (origin: 'answer-file' | 'drop-in', more: object = {}): DatabaseFact => {
      const credentials = { ...database().credentials!, origin, ...more };
      return database({ ...rejected, credentials, candidates: [credentials], admin: seen() });
    };
    expect(action(named('answer-file'))).toBe('keep');
    expect(planFor(finished({ databases: [named('answer-file')] })).warnings).toEqual([]);
    expect(action(named('drop-in'))).toBe('refuse');
    expect(action(named('answer-file', { database: 'production' }))).toBe('refuse');
    for (const other of [{ tables: 1 }, { owner: 'dba' }, { exists: false, owner: null, tables: 0 }])
      expect(action({ ...named('answer-file'), admin: seen(other) })).not.toBe('keep');
    expect(action({ ...named('answer-file'), admin: { ...view, available: false, via: null } })).toBe('refuse');
  });

  it('refuses a server that does not answer, and says that -d never needs it', () => {
    const fact = database({ reach: { state: 'unreachable', message: 'connection refused' }, content: null });
    const plan = planFor(finished({ databases: [fact] }));
    expect(plan.databases[0]!.action).toBe('refuse');
    expect(plan.refusals[0]).toMatchObject({ check: 'database', forcible: false });
    expect(plan.refusals[0]!.hint).toContain('-d');
    expect(action(fact, true)).toBe('keep');
  });

  it('passes on the way that is known of a server which answers, and knows one where none is', () => {
    const hintOf = (reach: Partial<DatabaseFact['reach']>): string => {
      const fact = database({
        reach: { state: 'unreachable', message: 'm', ...reach } as DatabaseFact['reach'],
        content: null,
      });
      return planFor(finished({ databases: [fact] })).refusals[0]!.hint;
    };
    expect(hintOf({ code: '53300', hint: 'End other sessions.' })).toMatch(
      /^End other sessions\. Keep the database with -d/,
    );
    expect(hintOf({ code: '53300' })).toMatch(/^Let a DBA mend/);
    expect(hintOf({ code: 'ECONNREFUSED', hint: 'anything' })).toMatch(/^Start the server/);
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

/** As setup of 3.2 leaves it: a password file with the login of an administrator, which gets in. */
function byLogin(more: Partial<DatabaseFact> = {}, seen: object = {}, superuser = true): DatabaseFact {
  const own = { ...database().credentials!, source: PGPASS, origin: 'password-file' as const };
  const dba = { ...own, role: superuser ? 'postgres' : 'dba', database: 'postgres' };
  const view = superuserView();
  const admin = { ...view, via: { credentials: dba, superuser }, database: { ...view.database!, ...seen } };
  return database({ credentials: own, candidates: [own], adminLogins: [dba], admin, ...more });
}

const PGPASS = '/etc/ovirt-engine/.pgpass';
const REJECTED = { reach: { state: 'rejected', message: '28P01' } as const, content: null };

describe("with an administrator's login in setup's password file", () => {
  it('drops what its own roles own, wherever the server is', () => {
    expect(action(byLogin({ local: false }))).toBe('drop');
    expect(action(byLogin({ local: false }, { recognised: false, partial: false }))).toBe('drop');
    expect(action(byLogin(REJECTED))).toBe('drop');
    expect(action(byLogin({ reach: { state: 'no-credentials', message: '' }, content: null, credentials: null }))).toBe(
      'drop',
    );
  });

  it('drops what the administrator owns by its content: an engine, a half of one, nothing', () => {
    const dba = (seen: object) =>
      action(byLogin({}, { owner: 'postgres', recognised: false, partial: false, ...seen }));
    expect(dba({ recognised: true })).toBe('drop');
    expect(dba({ partial: true })).toBe('drop');
    expect(dba({})).toBe('clear');
  });

  it("drops nothing that is somebody else's, or of another name, or that it may not", () => {
    expect(action(byLogin({}, { owner: 'accounting' }))).toBe('clear');
    expect(action(byLogin(REJECTED, { recognised: false, partial: false }))).toBe('refuse');
    expect(action(byLogin({}, { mayDrop: false }))).toBe('clear');
    expect(action(byLogin({ providedByOthers: true }))).toBe('clear');
    const production = { ...byLogin().credentials!, database: 'production' };
    expect(action(byLogin({ credentials: production }, { owner: 'postgres' }))).toBe('clear');
    expect(action(byLogin({ foreign: 'of another host' }))).toBe('foreign');
  });

  it('whose login does not get in: clears with its own, and says why', () => {
    const fact = byLogin({ local: false });
    const closed = { ...database().admin, why: 'the login "postgres" does not get in' };
    const [planned] = planFor(finished({ databases: [{ ...fact, admin: closed }] })).databases;
    expect(planned).toMatchObject({ action: 'clear', why: expect.stringContaining('"postgres" does not get in') });
  });

  it("takes the word of the local postgres account for what the file's own logins prove, not otherwise", () => {
    const local = (more: Partial<DatabaseFact>, seen: object) => {
      const fact = byLogin(more, { owner: 'postgres', ...seen });
      return action({ ...fact, admin: { ...fact.admin, via: { socket: 5432 } } });
    };
    expect(local({}, {})).toBe('drop');
    expect(local(REJECTED, {})).toBe('refuse');
    expect(local(REJECTED, { owner: 'engine' })).toBe('drop');
    expect(local(REJECTED, { owner: 'engine', recognised: false })).toBe('refuse');
  });

  it('a superuser closes and dumps as such; an owner dumps under locks, closes in the end, and leaves the role', () => {
    const steps = (fact: DatabaseFact) =>
      idsOf(planFor(finished({ databases: [fact] }))).filter((id) => /engine$/.test(id));
    expect(steps(byLogin())).toEqual(
      expect.arrayContaining(['close:engine', 'dump:engine', 'drop:engine', 'drop-role:engine']),
    );
    const owner = byLogin({}, {}, false);
    expect(steps(owner)).toEqual(expect.arrayContaining(['dump:engine', 'drop:engine']));
    expect(steps(owner)).not.toEqual(expect.arrayContaining(['close:engine']));
    expect(steps(owner)).not.toEqual(expect.arrayContaining(['drop-role:engine']));
    const plan = planFor(finished({ databases: [owner] }));
    expect(stepsOf(plan, 'database-dump')).toMatchObject([
      { as: 'role', credentials: { role: 'dba', database: 'engine' } },
    ]);
    expect(plan.warnings).toContainEqual({
      code: 'role-stays',
      message: expect.stringContaining('Role "engine" stays'),
    });
  });

  it('opens what a killed run closed, where its owner is to dump it', () => {
    const closed = { connectionLimit: 0, recognised: false, partial: false };
    const sealed = { reach: { state: 'sealed', message: '53300' } as const, content: null };
    const plan = planFor(finished({ databases: [byLogin(sealed, closed, false)] }));
    expect(plan.databases[0]!.action).toBe('drop');
    expect(idsOf(plan)).toContain('unseal:engine');
    expect(idsOf(planFor(finished({ databases: [byLogin(sealed, closed)] })))).not.toContain('unseal:engine');
  });
});

describe('a database that an upgrade left', () => {
  const old = { ...superuserView().database!, name: 'engine_2013_01_02_03_04_05' };
  const facts = (more: object = {}) =>
    finished({ databases: [byLogin({ admin: { ...byLogin().admin, leftovers: [{ ...old, ...more }] } })] });

  it('has steps, a dump and a role of its own', () => {
    const plan = planFor(facts(), { dropOldDatabases: true });
    const key = 'engine:engine_2013_01_02_03_04_05';
    expect(idsOf(plan)).toEqual(expect.arrayContaining([`close:${key}`, `dump:${key}`, `drop:${key}`]));
    const files = stepsOf(plan, 'database-dump').map(({ file }) => file);
    expect(files).toEqual(['engine.dump', 'engine-engine_2013_01_02_03_04_05.dump']);
    expect(stepsOf(plan, 'roles-dump')).toMatchObject([{ databases: ['engine', old.name], roles: ['engine'] }]);
  });

  it('that may not be dropped stays, whatever is asked for', () => {
    const plan = planFor(facts({ mayDrop: false }), { dropOldDatabases: true });
    expect(plan.databases).toMatchObject([
      { action: 'drop' },
      { action: 'keep', why: expect.stringContaining('may not') },
    ]);
  });

  it('frees the role that owns it, when it goes', () => {
    const owner = facts();
    owner.databases[0]!.admin.role = { name: 'engine', exists: true, superuser: false, elsewhere: [old.name] };
    const roles = (dropOldDatabases: boolean) =>
      stepsOf(planFor(owner, { dropOldDatabases }), 'role-drop').map(({ role }) => role);
    expect(roles(false)).toEqual([]);
    expect(roles(true)).toEqual(['engine']);
  });

  it('is what is left of the data where the upgrade died: with -d nothing is done, the keys least of all', () => {
    const { admin } = byLogin();
    const died = byLogin({
      reach: { state: 'absent', message: '3D000' },
      content: null,
      newestDump: '/var/lib/ovirt-engine/backups/tmpabc.sql',
      admin: { ...admin, database: { ...admin.database!, exists: false }, leftovers: [old] },
    });
    const kept = planFor(finished({ databases: [died] }), { keepDatabases: true });
    expect(kept.refusals).toMatchObject([
      {
        check: 'half-built',
        forcible: true,
        message: expect.stringContaining(`"${old.name}"`),
        hint: expect.stringMatching(/RENAME TO "engine";.*tmpabc\.sql/),
      },
    ]);
    expect(planFor(finished({ databases: [died] })).refusals).toEqual([]);
    expect(planFor(facts(), { keepDatabases: true }).refusals).toEqual([]);
  });

  it('is opened again where a killed run closed it and it stays', () => {
    expect(stepsOf(planFor(facts({ connectionLimit: 0 })), 'database-unseal')).toMatchObject([{ database: old.name }]);
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
