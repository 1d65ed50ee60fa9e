/** Releases whose setup makes database and role itself, and anew: 3.0 to 3.2. */
import { describe, expect, it } from 'vitest';
import { g5 } from '../../src/layouts/g5.ts';
import { databaseLayoutOf } from '../../src/layouts/index.ts';
import type { DatabaseFact, RoleView } from '../../src/model/facts.ts';
import type { DatabaseLayout } from '../../src/model/layout.ts';
import { full } from '../../src/verify/content.ts';
import { madeAnew } from '../../src/verify/made-anew.ts';
import { content, database, EMPTY_CONTENT, superuserView } from '../plan/facts.ts';

const layout = { ...databaseLayoutOf(g5, 'engine')!, madeAnew: true } as const;
const OLD = 'engine_2013_01_02_03_04_05';
const ABSENT: Partial<DatabaseFact> = { reach: { state: 'absent', message: '3D000' }, content: null };
const view = superuserView();

function seen(more: Partial<DatabaseFact>, role: Partial<RoleView> = {}, exists = true): DatabaseFact {
  const leftovers = [{ ...view.database!, name: OLD }];
  const admin = { ...view, leftovers, database: { ...view.database!, exists }, role: { ...view.role!, ...role } };
  return database({ admin, ...more });
}

describe('a database', () => {
  it('that is whole is upgraded, as by any release', () => {
    expect(madeAnew(seen({ content: content() }), layout)).toBeNull();
  });

  it('may hold what is the administrator’s: setup of 3.0 makes everything as him, and none of these looks who owns what', () => {
    const found = content({ foreignObjects: ['view public.vms'], misowned: ['table public.vdc_options'] });
    const verdict = (one: DatabaseLayout): unknown =>
      full(seen({ content: found }), found, one, 'database "engine"', '/root/.pgpass')[0];
    expect(verdict(layout)).toMatchObject({ id: 'database-engine', ok: true });
    expect(verdict(databaseLayoutOf(g5, 'engine')!)).toMatchObject({ ok: false });
  });

  it('whose password is another by now is no obstacle: setup asks for it each time', () => {
    const check = madeAnew(seen({ reach: { state: 'rejected', message: '' }, content: null }), layout);
    expect(check).toMatchObject({ ok: true, severity: 'warning', detail: expect.stringContaining('must be given') });
  });

  it.each([
    ['empty', EMPTY_CONTENT],
    ['half-built', content({ recognised: false, tables: 3 })],
  ])('that is %s stops setup, and the statement that helps is told', (_, found) => {
    expect(madeAnew(seen({ content: found }), layout)).toMatchObject({
      id: 'database-engine',
      ok: false,
      hint: expect.stringContaining('DROP DATABASE "engine";'),
    });
  });

  it('of which nobody can tell is judged by the rest', () => {
    const unknown = database({ reach: { state: 'no-credentials', message: '' }, content: null, credentials: null });
    expect(madeAnew(unknown, layout)).toBeNull();
  });

  it('that does not exist is made, also beside its role', () => {
    expect(madeAnew(seen(ABSENT), layout)).toMatchObject({ ok: true });
    expect(madeAnew(seen({ ...ABSENT, reach: { state: 'rejected', message: '' } }, {}, false), layout)).toMatchObject({
      ok: true,
    });
  });
});

describe('a role that owns something', () => {
  it('stops setup, which cannot make it anew', () => {
    const check = madeAnew(seen(ABSENT, { elsewhere: [OLD, 'accounting'] }), layout)!;
    expect(check).toMatchObject({ id: 'database-engine-role', ok: false });
    expect(check.hint).toContain(`DROP DATABASE "${OLD}";`);
    expect(check.hint).not.toContain('DROP DATABASE "accounting"');
    expect(check.hint).toContain('REASSIGN OWNED BY "engine" TO postgres;');
  });

  it('on another server, or of another name, is none that setup makes', () => {
    expect(madeAnew(seen({ ...ABSENT, local: false }, { elsewhere: [OLD] }), layout)).toMatchObject({ ok: true });
    expect(madeAnew(seen(ABSENT, { name: 'dba', elsewhere: [OLD] }), layout)).toMatchObject({ ok: true });
  });
});
