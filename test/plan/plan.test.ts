/** What must hold for the plan of any host and any wishes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/model/facts.ts';
import { isOutside } from '../../src/model/outside.ts';
import { databaseKey, type Plan, type Wishes } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { after } from './after.ts';
import { anyFacts, anyWishes } from './any-facts.ts';
import { finished } from './facts.ts';
import { closure, idsOf, OPTIONS, planFor, removedBy, stepsOf } from './steps.ts';

const ENDS = ['database-drop', 'database-clear', 'role-drop'] as const;

function always(holds: (plan: Plan, facts: Facts, wishes: Wishes) => void, numRuns = 200): void {
  fc.assert(
    fc.property(anyFacts, anyWishes, (facts, wishes) => holds(makePlan(facts, wishes, OPTIONS), facts, wishes)),
    { numRuns },
  );
}

/** Nothing in it can be read, and nobody gets in. */
function isHalfDropped({ databases }: Plan, key: string): boolean {
  return databases.some((one) => databaseKey(one) === key && one.why.includes('begun and not finished'));
}

describe('the order', () => {
  it('a step depends only on steps that come earlier, and has an id of its own', () => {
    always(({ steps }) => {
      const seen = new Set<string>();
      for (const one of steps) {
        for (const need of one.needs) expect(seen).toContain(need);
        seen.add(one.id);
      }
      expect(seen.size).toBe(steps.length);
    });
  });

  it('nothing is destroyed before the whole backup is checked, unless no backup is wanted', () => {
    always((plan, _, { backup }) => {
      if (!backup) return;
      const backups = stepsOf(plan, 'database-dump', 'files-archive', 'roles-dump');
      for (const one of plan.steps.filter(({ destructive }) => destructive)) {
        const needs = closure(plan, one.id);
        expect(needs).toContain('seal:backup');
        for (const { id } of backups) expect(needs).toContain(id);
      }
      for (const { id, key } of stepsOf(plan, 'database-drop', 'database-clear'))
        expect(closure(plan, id).has(`dump:${key}`)).toBe(!isHalfDropped(plan, key));
      if (stepsOf(plan, 'role-drop').length > 0) expect(stepsOf(plan, 'roles-dump')).not.toEqual([]);
    });
  });

  it('a run without a backup makes none', () => {
    always((plan, _, { backup }) => {
      if (backup) return;
      expect(stepsOf(plan, 'database-dump', 'files-archive', 'roles-dump', 'backup-seal')).toEqual([]);
      expect(plan.backupDir).toBeNull();
    });
  });

  it('a database is touched only when every service has stopped, and dropped only when it is closed, or its owner closes it', () => {
    always((plan) => {
      const stops = stepsOf(plan, 'service-stop');
      for (const { id } of stepsOf(plan, ...ENDS, 'database-dump', 'database-seal'))
        for (const stop of stops) expect(closure(plan, id)).toContain(stop.id);
      for (const { id, key, server } of stepsOf(plan, 'database-drop')) {
        const isOwner = 'credentials' in server && !server.superuser;
        expect(closure(plan, id).has(`close:${key}`)).toBe(!isOwner && !isHalfDropped(plan, key));
      }
    });
  });

  it('files go only after the proven end of every database; credentials last, before them marker and copies', () => {
    always((plan) => {
      const removals = stepsOf(
        plan,
        'files-remove',
        'files-reset',
        'file-put-back',
        'records-rewrite',
        'marker-rewrite',
        'section-remove',
        'lines-revert',
      );
      const last = removals.filter(({ id }) => /^re(move|vert):(credentials|section)/.test(id)).map(({ id }) => id);
      for (const { id } of removals)
        for (const end of stepsOf(plan, ...ENDS)) expect(closure(plan, id)).toContain(end.id);
      const needs = (id: string, earlier: readonly string[]): void => {
        if (!idsOf(plan).includes(id)) return;
        for (const one of earlier.filter((wanted) => idsOf(plan).includes(wanted)))
          expect(closure(plan, id)).toContain(one);
      };
      needs('remove:ca', ['remove:keystores']);
      needs('remove:marker', ['remove:drop-ins', 'remove:state', 'remove:records', 'rewrite:records']);
      needs('remove:credential-copies', ['remove:marker']);
      const earlier = removals.map(({ id }) => id).filter((id) => !last.includes(id));
      for (const id of last) needs(id, earlier);
    });
  });
});

describe('drops', () => {
  it('that upgrades left are dropped only where that is asked for, and never where databases are kept', () => {
    always((plan, facts, wishes) => {
      const drops = stepsOf(plan, 'database-drop').filter(({ key, component }) => key !== component);
      if (!wishes.dropOldDatabases || wishes.keepDatabases === true) expect(drops).toEqual([]);
      for (const { component, database } of drops) {
        const found = facts.databases.find((fact) => fact.component === component)!.admin.leftovers;
        expect(found.find(({ name }) => name === database)?.mayDrop).toBe(true);
      }
      const told = plan.databases.filter(({ leftover }) => leftover);
      for (const { component, name, action } of told) {
        const goes = drops.some((one) => one.component === component && one.database === name);
        expect(action === 'drop').toBe(goes);
      }
    });
  });

  it('that upgrades left are all told, with their size', () => {
    always((plan, facts) => {
      if (facts.release === null) return;
      const left = facts.databases
        .filter(({ speculative, foreign }) => !speculative && foreign === null)
        .flatMap(({ component, admin }) => admin.leftovers.map(({ name }) => `${component}:${name}`));
      const told = plan.databases.filter(({ leftover, sizeBytes }) => leftover && sizeBytes !== null);
      expect(told.map(({ component, name }) => `${component}:${name}`)).toEqual(left);
    });
  });

  it('are dropped by the way in that saw them, which may do it', () => {
    always((plan, facts) => {
      for (const { component, key, server, database } of stepsOf(plan, 'database-drop')) {
        const { admin } = facts.databases.find((fact) => fact.component === component)!;
        expect(server).toEqual(admin.via);
        const seen = key === component ? admin.database : admin.leftovers.find(({ name }) => name === database);
        expect(seen?.mayDrop).toBe(true);
      }
    });
  });

  it('are dumped by who drops them; without a superuser no role goes, whose password could not be written down', () => {
    always((plan) => {
      const drops = new Map(stepsOf(plan, 'database-drop').map((step) => [step.key, step.server]));
      for (const dump of stepsOf(plan, 'database-dump')) {
        const server = drops.get(dump.key);
        if (server === undefined) expect(dump.as).toBe('role');
        else if ('socket' in server || server.superuser) expect(dump).toMatchObject({ as: 'admin', server });
        else expect(dump).toMatchObject({ as: 'role', credentials: { role: server.credentials.role } });
      }
      for (const { server, roles } of stepsOf(plan, 'roles-dump'))
        if ('credentials' in server && !server.superuser) expect(roles).toEqual([]);
      for (const { server } of stepsOf(plan, 'role-drop')) expect('socket' in server || server.superuser).toBe(true);
    });
  });
});

describe('files', () => {
  it('that are removed, emptied, edited or written over are backed up first', () => {
    always((plan, facts, { backup }) => {
      if (!backup) return;
      const archived = new Set(stepsOf(plan, 'files-archive').flatMap(({ paths }) => paths));
      const present = new Set(facts.files.map(({ path }) => path));
      const touched = [
        ...stepsOf(plan, 'files-remove', 'files-reset').flatMap(({ files }) => files.map(({ path }) => path)),
        ...stepsOf(plan, 'lines-revert', 'marker-rewrite', 'section-remove').map(({ path }) => path),
        ...stepsOf(plan, 'records-rewrite').flatMap(({ paths }) => paths),
        ...stepsOf(plan, 'file-put-back').flatMap(({ path, identity }) => (identity === null ? [] : [path])),
        ...stepsOf(plan, 'service-disable').flatMap(({ links }) => links),
        ...stepsOf(plan, 'file-promote').flatMap(({ path }) => (present.has(path) ? [path] : [])),
        ...stepsOf(plan, 'pki-restore').flatMap(({ files }) => files.flatMap((one) => (one.present ? [one.to] : []))),
      ];
      for (const path of touched) expect(archived).toContain(path);
    });
  });

  it('are each removed, emptied, carried on or listed as kept, and nothing else is', () => {
    always((plan, facts) => {
      if (facts.release === null) return;
      const emptied = stepsOf(plan, 'files-reset').flatMap(({ files }) => files.map(({ path }) => path));
      const edited = stepsOf(plan, 'section-remove').map(({ path }) => path);
      const replaced = stepsOf(plan, 'file-put-back').map(({ path }) => path);
      const gone = [...removedBy(plan), ...emptied, ...edited, ...replaced];
      const kept = plan.kept.map(({ target }) => target);
      const records = facts.records.paths;
      expect(new Set(gone).size).toBe(gone.length);
      expect(gone.filter((path) => kept.includes(path))).toEqual([]);
      const told = new Set([...gone, ...kept, ...records]);
      expect(facts.files.map(({ path }) => path).filter((path) => !told.has(path))).toEqual([]);
      const found = new Set(facts.files.map(({ path }) => path));
      expect(gone.filter((path) => !found.has(path))).toEqual([]);
    });
  });

  it('are removed as what they were when they were found', () => {
    always((plan, facts) => {
      for (const one of stepsOf(plan, 'files-remove', 'files-reset')) {
        const found = isOutside(one) ? facts.outside : facts.files;
        for (const { path, identity } of one.files)
          expect(identity).toEqual(found.find((file) => file.path === path)!.identity);
      }
    });
  });

  it('in directories that are removed are all gone', () => {
    always((plan, facts) => {
      const emptied = stepsOf(plan, 'records-rewrite').filter(({ keep }) => keep.length === 0);
      const gone = new Set([
        ...removedBy(plan),
        ...emptied.flatMap(({ paths }) => paths),
        ...stepsOf(plan, 'dirs-remove').flatMap(({ paths }) => paths),
      ]);
      for (const { path, entries } of facts.directories)
        if (gone.has(path)) for (const name of entries) expect(gone).toContain(`${path}/${name}`);
    });
  });
});

describe('databases', () => {
  it('of another host, and those nothing speaks of, are left alone', () => {
    always((plan, facts) => {
      for (const { component, foreign, speculative } of facts.databases) {
        if (foreign === null && !speculative) continue;
        // The password file is this host's, whoever's database it names.
        const steps = plan.steps.filter(({ kind }) => kind !== 'section-remove');
        expect(steps.filter((one) => 'component' in one && one.component === component)).toEqual([]);
        if (speculative) expect(plan.databases.map((one) => one.component)).not.toContain(component);
      }
    });
  });

  it('are neither dropped nor cleared by a run that keeps them, and no role is', () => {
    always((plan, _, { keepDatabases }) => {
      if (keepDatabases === true) expect(stepsOf(plan, ...ENDS, 'database-dump', 'database-seal')).toEqual([]);
    });
  });

  it('that must go and cannot are a reason not to start', () => {
    always((plan, facts) => {
      if (facts.release === null) return;
      const refused = plan.databases.filter(({ action }) => action === 'refuse');
      expect(plan.refusals.filter(({ check }) => check === 'database')).toHaveLength(refused.length);
    });
  });

  it('lose no role that is a superuser, nor one left alone that others use', () => {
    always((plan, facts) => {
      const going = stepsOf(plan, 'database-drop').map(({ database }) => database);
      for (const { role } of stepsOf(plan, 'role-drop')) {
        const reasons = facts.databases.filter(({ component, admin }) => {
          const action = plan.databases.find((one) => one.component === component)?.action;
          const seen = [...(admin.role ? [admin.role] : []), ...(action === 'drop' ? admin.readOnlyRoles : [])];
          const alone = seen.filter(({ name, exists, superuser }) => name === role && exists && !superuser);
          return alone.some(
            ({ elsewhere }) =>
              action === 'drop' || (action === 'absent' && elsewhere.every((name) => going.includes(name))),
          );
        });
        expect(reasons).not.toEqual([]);
      }
    });
  });
});

describe('wishes', () => {
  it('--force passes what it names and what is forcible, and says it', () => {
    always((plan, facts, wishes) => {
      const { refusals } = makePlan(facts, { ...wishes, force: [] }, OPTIONS);
      const forced = refusals.filter(({ check, forcible }) => forcible && wishes.force.includes(check));
      expect(plan.refusals).toEqual(refusals.filter((one) => !forced.includes(one)));
      if (facts.release !== null)
        expect(plan.warnings.filter(({ code }) => code === 'forced')).toHaveLength(forced.length);
    });
  });

  it('leave nothing for a second run', () => {
    always((plan, facts, wishes) => {
      if (plan.refusals.length > 0) return;
      // Records that go because nothing they name is kept leave their directory to the next run.
      if (stepsOf(plan, 'records-rewrite').some(({ keep }) => keep.length === 0)) return;
      expect(idsOf(makePlan(after(facts, plan), wishes, OPTIONS))).toEqual([]);
    }, 1000);
  });
});

it('the sample host has a plan with every phase in it', () => {
  expect(idsOf(planFor(finished()))).toEqual(
    expect.arrayContaining(['stop:ovirt-engine', 'archive:files', 'clear:engine', 'remove:ca', 'remove:credentials']),
  );
});
