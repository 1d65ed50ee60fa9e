/** No step leaves the root, but for one exception that is named here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts, OutsideFile } from '../../src/model/facts.ts';
import { isPlainPath } from '../../src/model/paths.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { runnerOf } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { after } from './after.ts';
import { anyFacts, anyWishes } from './any-facts.ts';
import { database, finished, identity } from './facts.ts';
import { closure, idsOf, OPTIONS, planFor, step, stepsOf } from './steps.ts';

/** Below `/tmp/tmpabcdefgh` of the root lies another file than there on the machine. */
const PATH = '/tmp/tmpabcdefgh';

function left(more: Partial<OutsideFile> = {}): OutsideFile {
  const { host, port, database: name, role } = database().credentials!;
  return {
    path: PATH,
    identity: identity(7),
    mode: 0o600,
    uid: 0,
    names: { host, port, database: name, role },
    ...more,
  };
}

const developer = (more: Partial<Facts> = {}): Facts =>
  finished({ root: '/home/dev/prefix', outside: [left()], ...more });

const leaves = (one: Step): boolean => 'outside' in one && one.outside === true;

describe('no step leaves the root', () => {
  it('but to remove, and back up before, the caller’s own 0600 files of setup’s name in /tmp that name this very database', () => {
    let seen = 0;
    fc.assert(
      // Of any facts one in hundreds has such a file: every other gets one beside its own.
      fc.property(anyFacts, anyWishes, fc.boolean(), (any, wishes, one) => {
        const own = { root: '/home/dev/prefix', outside: [left({ uid: any.caller.uid }), ...any.outside] };
        const facts = one ? { ...any, ...own, databases: [database()] } : any;
        const { steps } = makePlan(facts, wishes, OPTIONS);
        for (const one of steps) {
          for (const path of runnerOf(RUNNERS, one).touches(one)) {
            if (!leaves(one)) {
              // A path of the root: `host.files` takes it below the root, whatever it is.
              if (path.startsWith('/')) expect(isPlainPath(path)).toBe(true);
              continue;
            }
            seen += 1;
            expect(['remove:outside', 'archive:outside']).toContain(one.id);
            expect(facts.root).not.toBe('/');
            expect(path).toMatch(/^\/tmp\/tmp[a-z0-9_]{8}$/);
            expect(path).not.toContain('\n');
            const fact = facts.outside.find((file) => file.path === path)!;
            expect(fact).toMatchObject({ mode: 0o600, uid: facts.caller.uid, identity: { type: 'file' } });
            const named = facts.databases.filter(({ foreign, speculative }) => foreign === null && !speculative);
            expect(named.map(({ credentials }) => credentials)).toContainEqual(expect.objectContaining(fact.names));
          }
        }
      }),
      { numRuns: 1000 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it.each<[string, Partial<OutsideFile>]>([
    ['another user', { uid: 1000 }],
    ['a mode others can read', { mode: 0o644 }],
    ['a link', { identity: identity(7, 'link') }],
    ['a FIFO', { identity: identity(7, 'other') }],
    ['another name', { path: '/tmp/tmpabcdefghi' }],
    ['another directory', { path: '/var/tmp/tmpabcdefgh' }],
    ['another server', { names: { ...left().names, host: 'elsewhere' } }],
    ['another port', { names: { ...left().names, port: 5433 } }],
    ['another database', { names: { ...left().names, database: 'accounting' } }],
    ['another role', { names: { ...left().names, role: 'postgres' } }],
  ])('for %s', (_, wrong) => {
    expect(planFor(developer()).steps.filter(leaves)).toHaveLength(2);
    expect(planFor(developer({ outside: [left(wrong)] })).steps.filter(leaves)).toEqual([]);
  });

  it('for a database that is another host’s, or that nothing here speaks of', () => {
    for (const more of [{ foreign: 'of another host' }, { speculative: true }, { credentials: null }])
      expect(planFor(developer({ databases: [database(more)] })).steps.filter(leaves)).toEqual([]);
  });

  it('where the root is the machine itself: its /tmp is looked through as the root’s', () => {
    expect(planFor(finished({ outside: [left()] })).steps.filter(leaves)).toEqual([]);
  });
});

describe('a password file outside of the root', () => {
  it('goes as what it was, after the proven end of the database and the marker, before the credentials', () => {
    const plan = planFor(developer());
    expect(step(plan, 'remove:outside')).toMatchObject({
      target: PATH,
      destructive: true,
      files: [{ path: PATH, identity: identity(7) }],
    });
    const needs = closure(plan, 'remove:outside');
    for (const id of ['archive:outside', 'seal:backup', 'clear:engine', 'remove:marker']) expect(needs).toContain(id);
    expect(step(plan, 'remove:credentials').needs).toContain('remove:outside');
  });

  it('is backed up apart from a file of the same name below the root', () => {
    const plan = planFor(developer());
    expect(stepsOf(plan, 'files-archive').map(({ id, paths, outside }) => [id, paths.includes(PATH), outside])).toEqual(
      [
        ['archive:files', false, undefined],
        ['archive:outside', true, true],
      ],
    );
    expect(planFor(developer(), { backup: false }).steps.filter(leaves)).toMatchObject([{ id: 'remove:outside' }]);
  });

  it('goes with -d too, and is all that a run has to do that finds nothing else', () => {
    expect(idsOf(planFor(developer(), { keepDatabases: true }))).toContain('remove:outside');
    const wishes = { keepDatabases: true, keepPki: true };
    const cleaned = after(developer(), planFor(developer(), wishes));
    expect(idsOf(planFor(cleaned, wishes))).toEqual([]);
    expect(idsOf(planFor({ ...cleaned, outside: [left()] }, wishes))).toEqual([
      'archive:outside',
      'seal:backup',
      'remove:outside',
    ]);
  });

  it('is named by its real path, several by the directory', () => {
    const plan: Plan = planFor(developer({ outside: [left(), left({ path: '/tmp/tmpzzzzzzzz' })] }));
    expect(step(plan, 'remove:outside')).toMatchObject({ target: '/tmp' });
    expect(step(plan, 'remove:outside').title).toContain('2 password files');
  });
});
