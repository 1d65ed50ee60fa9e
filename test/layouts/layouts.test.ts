/** Layouts are data: what the rest of the program takes for granted of them holds for each, a new component's included. */
import { describe, expect, it } from 'vitest';
import { baseOfCopy } from '../../src/detect/read/copies.ts';
import { anchorOf, databasesOf, LAYOUTS, ownFilesOf, rulesOf } from '../../src/layouts/index.ts';
import type { DatabaseFact, Facts } from '../../src/model/facts.ts';
import { type ComponentId, type DatabaseLayout, type FileRule, type Layout, RELEASES } from '../../src/model/layout.ts';
import { isBelow, isPlainPath, nameOf, parentOf } from '../../src/model/paths.ts';
import { matches } from '../../src/model/patterns.ts';
import { verify } from '../../src/verify/index.ts';
import { content, credentials, database, finished, superuserView } from '../plan/facts.ts';
import { closure, planFor, step } from '../plan/steps.ts';

const named = LAYOUTS.map((layout) => [layout.releases.join(' and '), layout] as const);
const databases = LAYOUTS.flatMap((layout) =>
  databasesOf(layout).map((one) => [`${layout.releases.at(-1)}: ${one.component}`, layout, one] as const),
);

/** The rule that a path is removed by: the first that matches. */
function ruleFor(layout: Layout, path: string): FileRule | undefined {
  return rulesOf(layout).find(({ rule }) => matches(rule.path, path))?.rule;
}

/** The host of a layout with one database, as setup makes it. */
function host(layout: Layout, component: ComponentId, own: DatabaseLayout, more: Partial<DatabaseFact> = {}): Facts {
  const known = {
    ...credentials(component, [...ownFilesOf(own), ...(own.passwordFiles ?? []).map(({ path }) => path)][0]!),
    database: own.defaultName,
    role: own.defaultRole,
  };
  const fact = database({ component, title: own.title, credentials: known, candidates: [known], ...more });
  return finished({ release: layout.releases.at(-1)!, components: [component], databases: [fact] });
}

describe.each(databases)('the database of %s', (_, layout, { component, database: own }) => {
  it('is dumped and cleared', () => {
    const plan = planFor(host(layout, component, own));
    expect(plan.refusals).toEqual([]);
    expect(plan.databases).toMatchObject([
      { component, name: own.defaultName, role: own.defaultRole, action: 'clear' },
    ]);
    expect(step(plan, `dump:${component}`)).toMatchObject({ as: 'role', file: `${component}.dump` });
    expect(closure(plan, `clear:${component}`)).toContain(`dump:${component}`);
  });

  it('is closed, dumped and dropped with its role, where a superuser is at hand', () => {
    const admin = superuserView();
    const seen = {
      ...admin,
      database: { ...admin.database!, owner: own.defaultRole },
      role: { ...admin.role!, name: own.defaultRole },
    };
    const plan = planFor(host(layout, component, own, { admin: seen }));
    expect(step(plan, `dump:${component}`)).toMatchObject({ as: 'admin' });
    const needs = closure(plan, `drop:${component}`);
    for (const id of [`close:${component}`, `dump:${component}`, 'dump:roles']) expect(needs).toContain(id);
    expect(closure(plan, `drop-role:${own.defaultRole}`)).toContain(`drop:${component}`);
  });

  it('is judged by verify, by its own name', () => {
    const whole = host(layout, component, own, { content: content() });
    const id = `database-${component}`;
    expect(verify(whole, false).checks.filter((check) => check.id === id)).toHaveLength(1);
    const silent = host(layout, component, own, { reach: { state: 'unreachable', message: 'm' }, content: null });
    expect(verify(silent, false).checks.find((check) => check.id === id)).toMatchObject({ ok: false });
  });

  it('has its credentials in files that go after everything else and stay with it, those that setup reads itself last', () => {
    const own1 = ownFilesOf(own);
    // A password file is found by its own kind of rule, and so are its phase and what it stays with.
    for (const { path } of own.passwordFiles ?? []) expect(ruleFor(layout, path), path).toBeUndefined();
    if (!own.passwordFiles) expect(ruleFor(layout, own1[0] ?? '')).toMatchObject({ credentialsOf: component });
    for (const path of [...own1, ...(own.readOnlyRoles ?? []).flatMap((role) => role.credentials)])
      expect(ruleFor(layout, path), path).toMatchObject({ phase: 'credentials', keep: 'database' });
    for (const path of [...(own.elsewhere ?? []), ...(own.properties ?? []).map((file) => file.path)]) {
      const phase = expect.stringMatching(/^(credentials|credential-copies)$/);
      expect(ruleFor(layout, path), path).toMatchObject({ phase, keep: 'database', credentialsOf: component });
    }
  });

  it('is told from other databases, half-built ones from whole ones, and its dumps from other files', () => {
    expect(own.title).toMatch(/ database$/);
    expect(own.signature).not.toEqual([]);
    if (own.complete !== null) expect(own.complete.relations).toEqual(expect.arrayContaining([...own.signature]));
    expect(isPlainPath(own.dumps)).toBe(true);
    const lookedBack = layout.kept.filter(({ removable }) => removable).map(({ path }) => path);
    expect(lookedBack.some((path) => matches(path, own.dumps.replaceAll('*', 'x')))).toBe(true);
  });
});

describe.each(named)('the layout of %s', (_, layout) => {
  const rules = rulesOf(layout);

  it('has one rule for each path, and one component for each id and unit', () => {
    const once = (names: readonly string[]): void => {
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    };
    once(rules.map(({ rule }) => rule.path));
    once(layout.components.map(({ id }) => id));
    once(layout.components.flatMap(({ services }) => services.map(({ unit }) => unit)));
    once(databasesOf(layout).map(({ database: own }) => own.defaultName));
    once(databasesOf(layout).map(({ database: own }) => own.prefix));
    once(layout.anchors);
  });

  it('has plain paths, each in an anchor that a removal can stay below', () => {
    const { directories, marker, records } = layout;
    const paths = [...rules.map(({ rule }) => rule.path), ...directories, marker, records].filter(
      (path) => path !== null,
    );
    for (const path of paths) {
      expect(isPlainPath(path), path).toBe(true);
      const anchor = anchorOf(layout, path);
      expect(isBelow(path, anchor), path).toBe(true);
      // Not `/etc` or `/var`: on another file system than the product's files these say nothing.
      expect(anchor.split('/').length, `${path} in ${anchor}`).toBeGreaterThan(2);
      expect(anchor).not.toContain('*');
    }
  });

  it('removes whatever shows a component, so that the next run does not find it again', () => {
    for (const { id, shownBy } of layout.components)
      for (const path of shownBy) {
        // A copy goes with what it is a copy of.
        const base = baseOfCopy(nameOf(path)) ?? nameOf(path);
        expect(ruleFor(layout, `${parentOf(path)}/${base}`), `${id}: ${path}`).toBeDefined();
      }
  });

  it('keeps the PKI whole: what setup looks for in it has a rule, kept with the keys', () => {
    const { ca, caKey, engineStore, halfSigns, pairs, whole } = layout.pki;
    for (const path of [ca, caKey, engineStore, ...halfSigns, ...pairs.flat(), ...whole])
      expect(ruleFor(layout, path), path).toMatchObject({ keep: 'pki' });
    expect(ruleFor(layout, ca)).toMatchObject({ phase: 'ca' });
    expect(rules.filter(({ rule }) => rule.phase === 'ca')).toHaveLength(1);
  });

  it('knows who a Data Warehouse is by a file that stays with its database', () => {
    for (const { timekeeping } of layout.components.filter((one) => one.timekeeping)) {
      expect(ruleFor(layout, timekeeping!.identity)).toMatchObject({ keep: 'database' });
      expect(layout.components.flatMap(({ services }) => services.map(({ unit }) => unit))).toContain(
        timekeeping!.unit,
      );
    }
  });

  it('removes nothing that it says is kept', () => {
    for (const { path } of layout.kept) expect(ruleFor(layout, path.replaceAll('*', 'x')), path).toBeUndefined();
  });

  it('does not remove the same path at two times: a rule that another one covers stands before it', () => {
    for (const [index, { rule }] of rules.entries()) {
      const earlier = rules.slice(0, index).find((one) => matches(one.rule.path, rule.path));
      expect(earlier?.rule.path, `${rule.path} is never reached`).toBeUndefined();
    }
  });

  it('says of each rule which setups write it, in their order', () => {
    for (const { rule } of rules) {
      const { since = RELEASES[0], until = RELEASES.at(-1)! } = rule;
      expect(RELEASES.indexOf(since), rule.path).toBeLessThanOrEqual(RELEASES.indexOf(until));
    }
  });

  it("removes directories only below its anchors, and says which are packages'", () => {
    for (const dir of layout.directories) {
      expect(
        [...layout.anchors, ...layout.sharedAnchors].some((anchor) => isBelow(dir, anchor)),
        dir,
      ).toBe(true);
    }
    for (const dir of layout.packagedDirectories) expect(layout.directories).toContain(dir);
  });
});

it('each release from 3.3 on has one layout', () => {
  const releases = LAYOUTS.flatMap((layout) => layout.releases);
  expect(new Set(releases).size).toBe(releases.length);
  expect(releases).toEqual(expect.arrayContaining(RELEASES.slice(RELEASES.indexOf('3.3'))));
});
