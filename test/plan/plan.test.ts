import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, Step } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import {
  after,
  anyFacts,
  anyWishes,
  content,
  database,
  EMPTY_CONTENT,
  finished,
  superuserView,
  WISHES,
} from './facts.ts';

const options = { backupDir: '/var/lib/engine-cleanup/run/backup' };

function step(plan: Plan, id: string): Step {
  const found = plan.steps.find((one) => one.id === id);
  if (!found) throw new Error(`no step ${id} in ${plan.steps.map((one) => one.id).join(', ')}`);
  return found;
}

/** Ids of everything a step depends on, directly or not. */
function closure(plan: Plan, id: string, seen = new Set<string>()): Set<string> {
  for (const need of step(plan, id).needs) {
    if (seen.has(need)) continue;
    seen.add(need);
    closure(plan, need, seen);
  }
  return seen;
}

const ENDS = ['database-drop', 'database-clear', 'role-drop'];

describe('the order, on any host', () => {
  it('depends only on steps that come earlier', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const { steps } = makePlan(facts, wishes, options);
        const seen = new Set<string>();
        for (const one of steps) {
          for (const need of one.needs) expect(seen).toContain(need);
          seen.add(one.id);
        }
        expect(seen.size).toBe(steps.length);
      }),
    );
  });

  it('destroys nothing before the whole backup is checked, unless no backup is wanted', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const plan = makePlan(facts, { ...wishes, backup: true }, options);
        const backups = plan.steps.filter(({ kind }) =>
          ['database-dump', 'files-archive', 'roles-dump'].includes(kind),
        );
        for (const one of plan.steps.filter(({ destructive }) => destructive)) {
          const needs = closure(plan, one.id);
          expect(needs).toContain('seal:backup');
          for (const backup of backups) expect(needs).toContain(backup.id);
        }
        for (const one of plan.steps) {
          if (one.kind !== 'database-drop' && one.kind !== 'database-clear') continue;
          expect(closure(plan, one.id)).toContain(`dump:${one.component}`);
        }
      }),
    );
  });

  it('backs up every file that it removes, empties or edits', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const { steps } = makePlan(facts, { ...wishes, backup: true }, options);
        const archived = new Set(steps.flatMap((one) => (one.kind === 'files-archive' ? one.paths : [])));
        for (const one of steps) {
          if (one.kind === 'files-remove' || one.kind === 'files-reset')
            for (const { path } of one.files) expect(archived).toContain(path);
          if (one.kind === 'lines-revert' || one.kind === 'marker-rewrite') expect(archived).toContain(one.path);
          if (one.kind === 'records-rewrite') for (const path of one.paths) expect(archived).toContain(path);
        }
      }),
    );
  });

  it('touches a database only when every service has stopped', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const plan = makePlan(facts, wishes, options);
        const stops = plan.steps.filter(({ kind }) => kind === 'service-stop');
        for (const one of plan.steps.filter(({ kind }) => ENDS.includes(kind) || kind === 'database-dump')) {
          for (const stop of stops) expect(closure(plan, one.id)).toContain(stop.id);
        }
      }),
    );
  });

  it('removes marker and credentials only after the proven end of every database, and credentials last', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const plan = makePlan(facts, wishes, options);
        const ends = plan.steps.filter(({ kind }) => ENDS.includes(kind));
        const removals = plan.steps.filter(({ kind }) => kind === 'files-remove');
        for (const one of removals) for (const end of ends) expect(closure(plan, one.id)).toContain(end.id);
        const credentials = plan.steps.find(({ id }) => id === 'remove:credentials');
        if (!credentials) return;
        for (const one of removals) if (one !== credentials) expect(closure(plan, credentials.id)).toContain(one.id);
      }),
    );
  });

  it('removes ca.pem after every other key and certificate', () => {
    const plan = makePlan(finished(), WISHES, options);
    expect(closure(plan, 'remove:ca')).toContain('remove:keystores');
  });

  it('names only files that were found', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const found = new Set(facts.files.map(({ path }) => path));
        for (const one of makePlan(facts, wishes, options).steps) {
          if (one.kind === 'files-remove') for (const { path } of one.files) expect(found).toContain(path);
        }
      }),
    );
  });

  it('leaves nothing for a second run', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const plan = makePlan(facts, wishes, options);
        if (plan.refusals.length > 0) return;
        expect(makePlan(after(facts, plan), wishes, options).steps.map(({ id }) => id)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('holds no secret key but the reference to it, and keeps a foreign database untouched', () => {
    fc.assert(
      fc.property(anyFacts, anyWishes, (facts, wishes) => {
        const plan = makePlan(facts, wishes, options);
        for (const { component, foreign } of facts.databases) {
          if (foreign === null) continue;
          const touching = plan.steps.filter(
            (one) => 'component' in one && one.component === component && one.kind !== 'file-promote',
          );
          expect(touching).toEqual([]);
        }
      }),
    );
  });
});

describe('drop, clear, keep, refuse', () => {
  const action = (fact: ReturnType<typeof database>, keep = false): string =>
    makePlan(finished({ databases: [fact] }), { ...WISHES, keepDatabases: keep }, options).databases[0]!.action;

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
    expect(action(database({ ...rejected, admin }))).toBe('drop');
    expect(
      action(database({ ...rejected, admin: { ...admin, database: { ...admin.database!, recognised: false } } })),
    ).toBe('refuse');
    expect(action(database({ ...rejected, admin: { ...admin, database: { ...admin.database!, owner: 'dba' } } }))).toBe(
      'refuse',
    );
    const other = { ...database().credentials!, database: 'production' };
    expect(action(database({ ...rejected, admin, credentials: other }))).toBe('refuse');
    expect(action(database(rejected))).toBe('refuse');
  });

  it('refuses a server that does not answer, and says that -d never needs it', () => {
    const fact = database({ reach: { state: 'unreachable', message: 'connection refused' }, content: null });
    const plan = makePlan(finished({ databases: [fact] }), WISHES, options);
    expect(plan.databases[0]!.action).toBe('refuse');
    expect(plan.refusals[0]).toMatchObject({ check: 'database', forcible: false });
    expect(plan.refusals[0]!.hint).toContain('-d');
    expect(action(fact, true)).toBe('keep');
  });

  it('takes a database that is gone for done, and drops the role left alone', () => {
    const admin = superuserView();
    const fact = database({
      reach: { state: 'absent', message: '3D000' },
      content: null,
      admin: { ...admin, database: { ...admin.database!, exists: false } },
    });
    const plan = makePlan(finished({ databases: [fact] }), WISHES, options);
    expect(plan.databases[0]!.action).toBe('absent');
    expect(plan.steps.map(({ id }) => id)).toContain('drop-role:engine');
  });

  it('needs neither dump nor clearing for a database that is empty', () => {
    const plan = makePlan(finished({ databases: [database({ content: EMPTY_CONTENT })] }), WISHES, options);
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('database-dump');
    expect(plan.databases[0]!.action).toBe('clear');
  });
});

describe('refusals', () => {
  const checks = (facts: ReturnType<typeof finished>, wishes = WISHES): string[] =>
    makePlan(facts, wishes, options).refusals.map(({ check }) => check);

  it.each([
    ['half-built', { databases: [database({ content: content({ missing: ['vms'] }) })] }, { keepDatabases: true }],
    ['foreign-objects', { databases: [database({ content: content({ foreignObjects: ['table public.x'] }) })] }, {}],
    ['hosted-engine', { databases: [database({ content: content({ hostedEngine: 'active' }) })] }, {}],
    ['pg-dump', { tools: { ...finished().tools, pgDump: null } }, {}],
    ['pg-dump', { tools: { ...finished().tools, pgDump: { path: '/p', version: 130000 } } }, {}],
    ['pg-dump', { databases: [database({ content: content({ serverVersion: 80400 }) })] }, {}],
    ['space', { space: { ...finished().space, freeBytes: 1000 } }, {}],
    ['backup-dir', { space: { ...finished().space, backupDir: '/etc/pki/ovirt-engine/b' } }, {}],
    ['unit', { services: finished().services.map((one) => ({ ...one, masked: true })) }, {}],
    ['unit', { services: finished().services.map((one) => ({ ...one, failedLoop: true })) }, {}],
    ['not-root', { caller: { uid: 1000, user: 'joe', mayWrite: false } }, {}],
    [
      'keep-pki',
      {
        pki: { ...finished().pki, usable: false },
        databases: [database({ content: content({ encrypted: { 'providers.auth_password': 2 } }) })],
      },
      { keepPki: true, keepDatabases: true },
    ],
  ] as const)('%s', (check, facts, wishes) => {
    expect(checks(finished(facts as object), { ...WISHES, ...wishes })).toContain(check);
    expect(checks(finished())).toEqual([]);
  });

  it('lets --force pass only what is forcible', () => {
    const built = finished({ databases: [database({ content: content({ missing: ['vms'] }) })] });
    expect(checks(built, { ...WISHES, keepDatabases: true, force: ['half-built'] })).toEqual([]);
    const full = finished({ space: { ...finished().space, freeBytes: 1 } });
    expect(checks(full, { ...WISHES, force: ['space'] })).toEqual(['space']);
  });
});

describe('keeping the database', () => {
  const kept = (facts = finished(), wishes = {}): Plan =>
    makePlan(facts, { ...WISHES, keepDatabases: true, ...wishes }, options);

  it('keeps credentials, marker and records, and removes the PKI, stale copies and the rest', () => {
    const plan = kept();
    const removed = plan.steps.flatMap((one) => (one.kind === 'files-remove' ? one.files.map(({ path }) => path) : []));
    expect(removed.sort()).toEqual([
      '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf.20250101000000',
      '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf',
      '/etc/pki/ovirt-engine/ca.pem',
      '/etc/pki/ovirt-engine/keys/engine.p12',
    ]);
    expect(step(plan, 'rewrite:marker')).toMatchObject({ dropKeys: ['OVESETUP_APACHE/configured'] });
    expect(step(plan, 'rewrite:records')).toMatchObject({
      keep: ['/etc/ovirt-engine/engine.conf.d/10-setup-database.conf'],
    });
    expect(closure(plan, 'rewrite:records')).toContain('rewrite:marker');
  });

  it('keeps the PKI whole with --keep-pki, or puts back the newest usable copy', () => {
    expect(kept(finished(), { keepPki: true }).steps.map(({ id }) => id)).not.toContain('remove:ca');
    const copies = [
      { path: '/b/new', usable: false, why: 'empty', takenAt: '' },
      { path: '/b/old', usable: true, why: '', takenAt: '' },
    ];
    const gone = finished({ pki: { ...finished().pki, usable: false, present: [], copies } });
    expect(step(kept(gone, { keepPki: true }), 'restore:pki')).toMatchObject({ from: '/b/old' });
  });

  it('does not keep credentials that a server which answers rejects: they would stop engine-setup', () => {
    const rejected = database({ reach: { state: 'rejected', message: '28P01' }, content: null });
    const plan = kept(finished({ databases: [rejected] }));
    const removed = plan.steps.flatMap((one) => (one.kind === 'files-remove' ? one.files.map(({ path }) => path) : []));
    expect(removed).toContain('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf');
    expect(plan.warnings.map(({ code }) => code)).toContain('credentials-rejected');
  });

  it('warns how many stored passwords become unreadable', () => {
    const facts = finished({
      databases: [database({ content: content({ encrypted: { 'providers.auth_password': 3 } }) })],
    });
    expect(kept(facts).warnings.find(({ code }) => code === 'passwords-unreadable')?.message).toContain(
      '3 stored passwords',
    );
    expect(kept(facts, { keepPki: true }).warnings.map(({ code }) => code)).not.toContain('passwords-unreadable');
  });

  it('first makes credentials that survive only in a copy the real file again', () => {
    const copy = {
      ...database().credentials!,
      origin: 'copy' as const,
      source: '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf.20250101000000',
    };
    const plan = kept(finished({ databases: [database({ credentials: copy })] }));
    expect(step(plan, 'promote:engine')).toMatchObject({ from: copy.source });
    for (const one of plan.steps.filter(({ kind }) => kind === 'files-remove'))
      expect(closure(plan, one.id)).toContain('promote:engine');
  });
});
