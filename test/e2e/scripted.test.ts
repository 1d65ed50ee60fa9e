/** Hosts of 3.0 (JBoss EAP 5 and AS 7), 3.1 and 3.2, whose setup left no record and no marker: cleaned up whole, with the data kept, and after their packages went. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { LEFTOVER, LOOKALIKE } from '../fixture/scripted/databases.ts';
import type { ScriptedHost, ScriptedOptions } from '../fixture/scripted/host.ts';
import { installEngine, SHAPES } from '../fixture/scripted/packages.ts';
import { type Box, difference } from './harness.ts';
import { dumpOf, rolesOf } from './picture.ts';
import { databasesOf, machinesOf, makeScriptedBox, type ScriptedBox, setUpAgain, unfinished } from './scripted-box.ts';

/** Configuration of the engine's application server (3.1). */
const SERVER_XML = '/etc/ovirt-engine/engine-service.xml';

/** Files of setup that are still there, and those of others that are not as they were. */
function wrong(box: ScriptedBox, before: ReturnType<ScriptedHost['listing']>): { left: string[]; harmed: string[] } {
  const after = box.host.listing();
  const { gone, changed } = difference(before, after);
  const there = new Set(after.map(({ path }) => path));
  const directories = new Set(before.filter(({ type }) => type === 'dir').map(({ path }) => path));
  const mayChange = new Set([...box.host.made, ...box.host.edited, ...box.host.shared]);
  const harmed = [...gone, ...changed].filter((path) => !mayChange.has(path) && !directories.has(path));
  return { left: box.host.made.filter((path) => there.has(path)), harmed };
}

/** Databases and roles of the server, with rights, settings and passwords. */
function writtenDown(box: ScriptedBox, names: readonly string[]): Promise<string[]> {
  return Promise.all([rolesOf(box), ...names.map((name) => dumpOf(box, name, '--create'))]);
}

describe.each(SHAPES)('a host of %s', (shape) => {
  const release = shape.slice(0, 3);
  const newer = release !== '3.0';
  const components: Partial<ScriptedOptions> = newer ? { dwh: true, reports: true } : {};

  describe('cleaned up', () => {
    let box: ScriptedBox;
    let before: ReturnType<ScriptedHost['listing']>;
    let all: string[];
    let written: string[];
    let plan: Awaited<ReturnType<Box['json']>>;
    let first: Awaited<ReturnType<Box['json']>>;

    beforeAll(async () => {
      box = await makeScriptedBox(shape, { services: true, ...components, leftovers: newer });
      before = box.host.listing();
      all = await databasesOf(box);
      written = shape === '3.1' ? await writtenDown(box, all) : [];
      plan = await box.json(['plan']);
      first = await box.json(['-u', '--drop-old-databases']);
    });
    afterAll(() => box?.destroy());

    it('is taken for what it is, and ends ready for engine-setup', () => {
      expect(plan.report).toMatchObject({ exitCode: 0, host: { generation: release }, changed: false });
      expect(unfinished(first.report)).toEqual([]);
      expect(first.report).toMatchObject({ outcome: 'ok', exitCode: 0, verify: { ready: true } });
    });

    it('has no file of setup any more, and everybody else’s as it was', () => {
      expect(wrong(box, before)).toEqual({ left: [], harmed: [] });
    });

    it('has shared files without the lines of setup, byte for byte', () => {
      for (const [path, text] of box.host.originals) expect(box.text(path), path).toBe(text);
    });

    it('has no database of the engine any more, each dumped, and somebody else’s with what is in it', async () => {
      const known = ['engine', ...(newer ? ['ovirt_engine_history', 'ovirtenginereports', LEFTOVER] : [])];
      const found = first.report.databases.map(({ name, action, backup }) => [name, action, backup !== null]);
      expect(found.sort()).toEqual(known.map((name) => [name, 'drop', true]).sort());
      expect(await databasesOf(box)).toEqual(newer ? [LOOKALIKE] : []);
      if (newer) expect(await box.server.superuser('SELECT item FROM stock', LOOKALIKE)).toHaveLength(1);
    });

    it.runIf(newer)('keeps what an upgrade left where nobody asks for more', () => {
      const old = plan.report.databases.filter(({ leftover }) => leftover);
      expect(old).toMatchObject([{ name: LEFTOVER, action: 'keep' }]);
      expect(plan.report.warnings.map(({ code }) => code)).toContain('old-database');
    });

    it('has no running or enabled service', () => {
      expect(box.host.services.running()).toEqual([]);
      expect(box.host.services.enabled()).toEqual([]);
    });

    it('let no password out', () => {
      const said = [plan, first].map(({ outcome }) => outcome.stdout + outcome.stderr).join('\n');
      expect(box.written() + said).not.toContain(ENGINE_PASSWORD);
    });

    // Its password file holds other people's lines too, and what the administrator's login dropped is made again by it.
    it.runIf(shape === '3.1')('comes back whole, and is cleaned up once more', async () => {
      const { report } = await box.json(['restore', '-u']);
      expect(report.refusals).toEqual([]);
      expect(unfinished(report)).toEqual([]);
      expect(report).toMatchObject({ outcome: 'ok', exitCode: 0 });
      const { gone, changed } = difference(before, box.host.listing());
      expect({ gone, changed }).toEqual({ gone: [], changed: [] });
      expect(await databasesOf(box)).toEqual(all);
      expect(await writtenDown(box, all)).toEqual(written);
      await box.server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1 FROM vdc_options');
      const none = await box.json(['restore', '-u']);
      expect(none.report).toMatchObject({ outcome: 'nothing-to-do', changed: false });
      const again = await box.json(['-u', '--drop-old-databases']);
      expect(again.report).toMatchObject({ outcome: 'ok', exitCode: 0, verify: { ready: true } });
    });

    it('has nothing more to do the second time, and is set up anew by the same setup', async () => {
      const { report } = await box.json(['-u', '--drop-old-databases']);
      expect(report.refusals).toEqual([]);
      expect(report).toMatchObject({ outcome: 'nothing-to-do', exitCode: 0, changed: false, steps: [] });
      expect(setUpAgain(box)).toMatchObject({ taken: 'new', damage: [] });
    });
  });

  describe('whose packages were removed', () => {
    let box: ScriptedBox;
    let before: ReturnType<ScriptedHost['listing']>;
    beforeAll(async () => {
      box = await makeScriptedBox(shape, { ...components, package: 'removed' });
      before = box.host.listing();
    });
    afterAll(() => box?.destroy());

    it('keeps the data and the passwords with -d, and setup goes on with them', async () => {
      const [data, names] = [await machinesOf(box), await databasesOf(box)];
      const passwords = box.text(box.host.passwordFile);
      const { report } = await box.json(['-u', '-d']);
      expect(unfinished(report)).toEqual([]);
      expect(report.host).toMatchObject({ generation: release });
      expect(report.databases.map(({ action }) => action)).toEqual(report.databases.map(() => 'keep'));
      expect(box.text(box.host.passwordFile)).toBe(passwords);
      expect(await databasesOf(box)).toEqual(names);
      expect(report.verify!.checks.filter(({ ok }) => !ok)).toEqual([]);
      // The package of 3.1 took along the file with the encrypted password, which setup does not write beside a full database.
      if (shape === '3.1') expect(box.text(SERVER_XML)).toBe(box.text(`${SERVER_XML}.rpmsave`));
      installEngine(box.root, shape);
      const again = await box.json(['-u', '-d']);
      expect(again.report).toMatchObject({ outcome: 'nothing-to-do', exitCode: 0, changed: false, steps: [] });

      const { taken, damage } = setUpAgain(box);
      expect(taken).toBe('upgrade');
      // The keys are gone with the package: what was encrypted with them, and hosts that trusted their CA.
      expect(damage.map((text) => text.split(':')[0])).toEqual(['unreadable-values', 'hosts-unapproved']);
      expect(await machinesOf(box)).toEqual(data);
    });

    it('is cleaned up after that as if nothing had been', async () => {
      const { report } = await box.json(['-u']);
      expect(unfinished(report)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(await databasesOf(box)).toEqual([]);
      const { left } = wrong(box, before);
      expect(left).toEqual([]);
    });
  });

  describe(newer ? 'whose packages were removed and installed again' : 'whose links lead nowhere', () => {
    let box: ScriptedBox;
    beforeAll(async () => {
      box = await makeScriptedBox(shape, { ...components, package: newer ? 'reinstalled' : 'removed' });
    });
    afterAll(() => box?.destroy());

    it('is cleaned up, and set up anew by the same setup', async () => {
      const before = box.host.listing();
      const { report } = await box.json(['-u']);
      expect(unfinished(report)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, host: { generation: release }, verify: { ready: true } });
      expect(wrong(box, before)).toEqual({ left: [], harmed: [] });
      if (!newer) installEngine(box.root, shape);
      expect(setUpAgain(box)).toMatchObject({ taken: 'new', damage: [] });
    });
  });
});
