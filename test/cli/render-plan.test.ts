import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderPlan } from '../../src/cli/render-plan.ts';
import { colorsOf } from '../../src/cli/view.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { content, database, superuserView } from '../plan/facts.ts';
import { host, planOf, view } from './samples.ts';

/** Hosts and wishes that together have every kind of step. */
function everything(): [string, Facts, Plan][] {
  const facts = host();
  const orphan = host({
    databases: [
      database({
        reach: { state: 'absent', message: '3D000' },
        content: null,
        admin: { ...superuserView(), database: { ...superuserView().database!, exists: false } },
      }),
    ],
  });
  const copy = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf.20250101000000';
  const sealed = { ...superuserView(), database: { ...superuserView().database!, connectionLimit: 0 } };
  const kept = host({
    dwhUuid: 'a',
    pki: {
      ...facts.pki,
      usable: false,
      copies: [{ path: '/etc/pki/ovirt-engine-backups/1', usable: true, why: '', takenAt: '' }],
    },
    databases: [
      database({
        credentials: { ...database().credentials!, origin: 'copy', source: copy },
        admin: sealed,
        content: content({ dwh: { hostname: 'h', uuid: 'a', running: true } }),
      }),
    ],
  });
  const leftovers = [{ ...superuserView().database!, name: 'engine_2013_01_02_03_04_05' }];
  const upgraded = host({ databases: [database({ admin: { ...superuserView(), leftovers } })] });
  return [
    ['with an old database', upgraded, planOf(upgraded, { dropOldDatabases: true })],
    ['without its old database', upgraded, planOf(upgraded)],
    ['dropped', facts, planOf(facts)],
    ['kept', facts, planOf(facts, { keepDatabases: true })],
    ['orphan', orphan, planOf(orphan)],
    ['kept with keys', kept, planOf(kept, { keepDatabases: true, keepPki: true })],
    ['without backup', facts, planOf(facts, { backup: false })],
    ['keeping what was edited', facts, planOf(facts, { keepChanged: true })],
  ];
}

/** Text in one line, as if it had not been wrapped. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** What must be read of a step: the one thing that it acts on, or its title. */
function told(step: Step, text: string): boolean {
  if (text.includes(step.title)) return true;
  switch (step.kind) {
    case 'service-stop':
    case 'service-disable':
    case 'web-server-reload':
      return text.includes(step.unit);
    case 'database-seal':
      return text.includes('closed to new connections first');
    case 'database-drop':
    case 'database-clear':
      return new RegExp(`${step.kind === 'database-drop' ? 'DROP' : 'CLEAR'} +[\\w ]+"${step.target}"`).test(text);
    case 'role-drop':
      return text.includes(`DROP role "${step.role}"`);
    case 'backup-seal':
      return text.includes('Made and read back');
    default:
      return false;
  }
}

describe('the plan', () => {
  test.each(everything())('%s: tells of every step, whatever its kind', (_, facts, plan) => {
    const text = flat(renderPlan(plan, facts, view()));
    expect(plan.steps.filter((step) => !told(step, text)).map(({ id }) => id)).toEqual([]);
  });

  test('together the samples have every kind of step', () => {
    const kinds = new Set(everything().flatMap(([, , { steps }]) => steps.map(({ kind }) => kind)));
    expect(kinds.size).toBe(21);
  });

  test.each(everything())(
    '%s, in full: lists every step in its order, in the words of a run, and every file',
    (_, facts, plan) => {
      const text = renderPlan(plan, facts, view({ verbose: true, width: 500 }));
      const listed = text
        .slice(text.indexOf('Steps, in their order'))
        .split('\n')
        .slice(1, plan.steps.length + 1);
      expect(listed.map((line) => line.replace(/^ *\d+ +/, ''))).toEqual(plan.steps.map(({ title }) => title));
      for (const step of plan.steps)
        if (step.kind === 'files-remove' || step.kind === 'files-reset')
          for (const { path, why } of step.files) {
            expect(text).toContain(`      ${path}\n`);
            expect(text).toContain(`    ${why}:\n`);
          }
    },
  );

  test.each(everything())('%s: tells of every database and everything that is kept', (_, facts, plan) => {
    const text = renderPlan(plan, facts, view({ verbose: true, width: 500 }));
    for (const { name, host: server, why } of plan.databases) {
      expect(text).toContain(`"${name}" on ${server}:5432`);
      expect(text).toContain(why);
    }
    for (const { target, why } of plan.kept) {
      expect(text).toContain(target);
      expect(text).toContain(why);
    }
    for (const { message } of [...plan.warnings, ...plan.refusals]) expect(text).toContain(message);
  });

  test.each([60, 80, 100])('is at most %d columns wide, but for what is there to be copied', (width) => {
    for (const [, facts, plan] of everything())
      for (const line of renderPlan(plan, facts, view({ width })).split('\n')) {
        expect(line).toBe(line.trimEnd());
        if (line.length > width) expect(line.trim()).toMatch(/^(?:to remove: rm -r )?\/\S+(?: \/\S+)*$/);
      }
  });

  test('has the same words with colour, and red only for what is destroyed', () => {
    for (const [, facts, plan] of everything()) {
      const colored = renderPlan(plan, facts, view({ colors: colorsOf(true) }));
      expect(stripVTControlCharacters(colored)).toBe(renderPlan(plan, facts, view()));
      const red = [...colored.matchAll(/\x1b\[31m(.*?)\x1b\[39m/g)].map(([, text]) => text);
      for (const text of red) expect(text).toMatch(/^(?:DROP|CLEAR)$/);
      expect(red.length > 0).toBe(plan.steps.some(({ kind }) => /-drop$|-clear$/.test(kind)));
    }
  });

  test('shows the places of an installation below a root', () => {
    const kept = host().kept.map(({ remove, ...one }) => one);
    const facts = { ...host({ kept }), root: '/mnt/old' };
    const text = renderPlan(planOf(facts), facts, view({ verbose: true }));
    expect(text).toMatch(/^Cleanup of the installation below \/mnt\/old\n/);
    expect(text).toContain('      /mnt/old/etc/pki/ovirt-engine/keys/engine.p12\n');
    expect(text).toContain('    /mnt/old/var/lib/ovirt-engine/backups\n');
    expect(text).not.toMatch(/^ +\/(?:etc|var\/lib\/ovirt)/m);
  });

  test('says what was found, also when that is nothing', () => {
    const found = renderPlan(planOf(host()), host(), view());
    expect(found).toMatch(/Found +oVirt Engine 4\.5 \(post-install marker: 4\.5\.8\)/);
    expect(found).toMatch(/Packages +installed \(4\.5\.8-1\.el9\)/);
    expect(found).toContain('Engine, Data Warehouse, WebSocket proxy, fence_kdump listener');
    const none = host({ release: null, setup: 'none', package: 'removed', packageVersion: null, components: [] });
    const text = renderPlan(planOf(none), none, view());
    expect(text).toContain('no installation of oVirt Engine');
    expect(text).toMatch(/Packages +removed\n/);
  });

  test('shows lines of shared files as they go and come back, and no more than a few', () => {
    const edits = Array.from({ length: 9 }, (_, at) => ({
      added: `added ${at} ${'x'.repeat(200)}`,
      removed: `old ${at}`,
    }));
    const facts = host({ lines: [{ ...host().lines[0]!, edits }] });
    const short = renderPlan(planOf(facts), facts, view());
    expect(short).toContain('    + old 3\n    and 5 more\n');
    expect(short).not.toContain('old 4');
    const full = renderPlan(planOf(facts), facts, view({ verbose: true }));
    expect(full).toContain('    + old 8\n');
  });

  test('says that no backup is made', () => {
    const facts = host();
    const text = renderPlan(planOf(facts, { backup: false }), facts, view());
    expect(text).toContain('None, as asked: what this run removes cannot be put back.');
    expect(text).not.toContain('Made and read back');
  });

  test('gives the reasons of a refusal with the way on, and how to force it where that is possible', () => {
    const facts = host();
    const refusals = [
      { check: 'space', message: 'No room.', hint: 'Make some.', forcible: false },
      { check: 'half-built', message: 'Half-built.', hint: 'Restore a dump.', forcible: true },
      { check: 'keep-pki', message: 'No keys.', hint: 'With --force keep-pki it goes on.', forcible: true },
    ];
    const text = renderPlan({ ...planOf(facts), refusals }, facts, view());
    expect(text.slice(text.indexOf('Refused'))).toBe(`Refused, for 3 reasons
  * No room.
    Make some.
  * Half-built.
    Restore a dump.
    To go on in spite of it: --force half-built
  * No keys.
    With --force keep-pki it goes on.
`);
  });
});
