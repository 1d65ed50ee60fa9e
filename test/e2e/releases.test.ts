/** Hosts of the releases before 4.5 that otopi set up, each with all of its components: cleaned up whole, and with the databases kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComponentId } from '../../src/model/layout.ts';
import type { HostOptions } from '../fixture/host.ts';
import { originals } from '../fixture/host-older.ts';
import type { OlderRelease } from '../fixture/host-release.ts';
import { Box, difference, SECRETS } from './harness.ts';

interface Case {
  release: OlderRelease;
  more: Partial<HostOptions>;
  databases: readonly (readonly [ComponentId, string])[];
}

const ENGINE = ['engine', 'engine'] as const;
const DWH = ['dwh', 'ovirt_engine_history'] as const;
const REPORTS = ['reports', 'ovirt_engine_reports'] as const;
const CINDERLIB = ['cinderlib', 'ovirt_cinderlib'] as const;
const withReports = { dwh: true, reports: true };

const CASES: readonly Case[] = [
  { release: '3.3', more: withReports, databases: [DWH, ['reports', 'ovirtenginereports'], ENGINE] },
  { release: '3.4', more: withReports, databases: [DWH, REPORTS, ENGINE] },
  { release: '3.5', more: withReports, databases: [DWH, REPORTS, ENGINE] },
  { release: '3.6', more: withReports, databases: [DWH, REPORTS, ENGINE] },
  { release: '4.0', more: { dwh: true }, databases: [DWH, ENGINE] },
  { release: '4.1', more: { dwh: true }, databases: [DWH, ENGINE] },
  { release: '4.2', more: { dwh: true }, databases: [DWH, ENGINE] },
  { release: '4.3', more: { dwh: true, cinderlib: true }, databases: [DWH, CINDERLIB, ENGINE] },
  { release: '4.4', more: { dwh: true, cinderlib: true, grafana: true }, databases: [DWH, CINDERLIB, ENGINE] },
];

const PASSWORDS = [...SECRETS, 'sample-reports-password', 'sample-cinderlib-password'];

/** What a package owns and setup filled: emptied. */
function emptied(release: OlderRelease): string[] {
  if (release === '4.4') return ['/etc/grafana/grafana.ini'];
  return /^4\.[0-3]$/.test(release) ? ['/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf'] : [];
}

describe.each(CASES)('a host of $release', ({ release, more, databases }) => {
  describe('cleaned up', () => {
    let box: Box;
    let before: ReturnType<Box['host']['listing']>;
    let first: Awaited<ReturnType<Box['json']>>;

    beforeAll(async () => {
      box = await Box.make({ release, services: true, firewalld: true, ...more });
      before = box.host.listing();
      first = await box.json(['-u']);
    });
    afterAll(() => box.destroy());

    it('is taken for what it is, and ends ready for engine-setup', () => {
      expect(first.report.steps.filter(({ status }) => status !== 'done' && status !== 'already')).toEqual([]);
      expect(first.report.host).toMatchObject({ generation: release, setup: 'complete' });
      expect(first.report).toMatchObject({ outcome: 'ok', exitCode: 0, verify: { ready: true } });
    });

    it('has no file of setup any more, and everybody else’s as it was', () => {
      const after = box.host.listing();
      const { gone, changed } = difference(before, after);
      const left = new Set(after.map(({ path }) => path));
      expect(box.host.made.length).toBeGreaterThan(80);
      expect(box.host.made.filter((path) => left.has(path))).toEqual(emptied(release));
      for (const path of emptied(release)) expect(box.text(path), path).toBe('');
      expect(box.host.survivors.filter((path) => !left.has(path) || changed.includes(path))).toEqual([]);
      expect(
        gone.filter((path) => !box.host.made.includes(path) && before.find((one) => one.path === path)?.type !== 'dir'),
      ).toEqual([]);
    });

    it('has the files it shares with others as they were before setup', () => {
      const known = originals(release, box.host.context);
      expect(box.host.shared.length).toBeGreaterThan(1);
      for (const path of box.host.shared.filter((one) => known.has(one)))
        expect(box.text(path), path).toBe(known.get(path));
    });

    it('has empty databases, each dumped', async () => {
      const found = first.report.databases.map(({ component, action, name, backup }) => [
        component,
        name,
        action,
        backup?.split('/').at(-1),
      ]);
      expect(found.sort()).toEqual(databases.map(([id, name]) => [id, name, 'clear', `${id}.dump`]).sort());
      for (const [, name] of databases)
        expect(
          (await box.objects(name)).filter((one) => !/^public\.uuid/.test(one)),
          name,
        ).toEqual([]);
    });

    it('is said to keep what users stored, and the containers that an administrator removes by hand', () => {
      const kept = new Map(first.report.kept.map((one) => [one.target.replace(box.root, ''), one]));
      expect(kept.has('/var/lib/exports/iso')).toBe(true);
      expect(kept.has('/var/lib/images')).toBe(release.startsWith('3.'));
      const containers = ['3.6', '4.0', '4.1'].includes(release) ? ['ovirt-cinder', 'ovirt-glance'] : [];
      const named = [...kept.values()].filter(({ target }) => target.startsWith('docker container '));
      expect(named.map(({ target }) => target.split(' ').at(-1))).toEqual(containers);
    });

    it('has no running or enabled service', () => {
      expect(box.host.services.running()).toEqual([]);
      expect(box.host.services.enabled()).toEqual([]);
    });

    it('has nothing more to do the second time', async () => {
      const { report } = await box.json(['-u']);
      expect(report).toMatchObject({ outcome: 'nothing-to-do', exitCode: 0, changed: false, steps: [] });
    });

    it('let no password out', () => {
      const all = box.written() + first.outcome.stdout + first.outcome.stderr;
      for (const secret of PASSWORDS) expect(all).not.toContain(secret);
    });
  });

  it('keeps every database and its credentials with -d', async () => {
    const box = await Box.make({ release, ...more });
    try {
      const objects = await Promise.all(databases.map(([, name]) => box.objects(name)));
      const { report } = await box.json(['-u', '-d']);
      expect(report.steps.filter(({ error }) => error)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(report.databases.map(({ component, action }) => [component, action]).sort()).toEqual(
        databases.map(([id]) => [id, 'keep']).sort(),
      );
      expect(await Promise.all(databases.map(([, name]) => box.objects(name)))).toEqual(objects);
      const again = await box.json(['-u', '-d']);
      expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [] });
    } finally {
      await box.destroy();
    }
  });
});

describe('managed block storage that an upgrade to 4.5.8 renamed', () => {
  it('has one database, though copies of the old files name it too', async () => {
    const box = await Box.make({ release: '4.4', cinderlib: true });
    try {
      const conf = '/etc/ovirt-engine/engine.conf.d';
      for (const name of ['cinderlib-database', 'cinderlib']) {
        const old = `${conf}/10-setup-${name}.conf`;
        box.host.write(`${old}.20260202101010`, box.text(old), 0o640);
        box.host.remove(old);
        const text = box.text(`${old}.20260202101010`).replaceAll('CINDERLIB_DB_', 'MANAGEDBLOCK_DB_');
        box.host.write(old.replace('cinderlib', 'managedblock'), text, 0o640);
      }
      const { report } = await box.json(['-u']);
      expect(report.databases.map(({ component, name }) => [component, name])).toEqual([
        ['managedblock', 'ovirt_cinderlib'],
        ['engine', 'engine'],
      ]);
      expect(report.steps.filter(({ error }) => error)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(report.warnings.map(({ code }) => code)).not.toContain('override');
      const left = box.host.listing().filter(({ path }) => !path.startsWith('/var/lib/engine-cleanup/'));
      expect(left.filter(({ path }) => /cinderlib|managedblock/.test(path))).toEqual([]);
    } finally {
      await box.destroy();
    }
  });
});
