/** A backup is worth what its README brings back: its commands, run as they are printed, on hosts that the program has cleaned up. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { putBack, readmeOf, sections, wayBack } from '../backup/by-hand.ts';
import { callerUid } from '../fixture/project.ts';
import { Box, difference, SECRETS } from './harness.ts';
import { DIRECTORY, dumpOf, pictureOf, startLinksOf } from './picture.ts';

let box: Box;
afterEach(() => box.destroy());

/** No password is given to the shell, and nobody is there to be asked for one. */
function shell(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, ...box.server.programs.env, HOME: box.dir };
}

const picture = () => pictureOf(box);
const dump = (database: string) => dumpOf(box, database);
const startLinks = () => startLinksOf(box);

describe('the README of a clearing run', () => {
  it('brings back files, databases and services of an engine with Data Warehouse, Grafana and Keycloak', async () => {
    box = await Box.make({ dwh: true, grafana: true, keycloak: true, firewalld: true, services: true });
    const databases = ['engine', 'ovirt_engine_history', 'ovirt_engine_keycloak'];
    chmodSync(box.path(DIRECTORY), 0o750);
    if (callerUid() === 0) chownSync(box.path(DIRECTORY), 108, 108);
    const running = box.host.services.running();
    const links = startLinks();
    const files = picture();
    const texts = await Promise.all(databases.map(dump));

    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, databases: databases.map(() => ({ action: 'clear' })) });
    expect(box.host.services.running()).toEqual([]);
    const backup = report.run!.backup!;
    expect(sections(readmeOf(backup))).toEqual([
      '### 1. See that the backup is whole',
      '### 2. Stop the services',
      '### 3. Cleared databases',
      '### 4. Files',
      '### 5. Services',
    ]);
    for (const secret of SECRETS) expect(readmeOf(backup)).not.toContain(secret);

    putBack(backup, shell());
    expect(difference(files, picture())).toEqual({ gone: [], made: [], changed: [] });
    expect(await Promise.all(databases.map(dump))).toEqual(texts);
    expect(box.host.services.running()).toEqual(running);
    expect(startLinks()).toEqual(links);
    const started = wayBack(readmeOf(backup)).filter((line) => line.endsWith(' start'));
    expect(started.at(-1)).toContain('ovirt-engine-dwhd');
  });

  it('starts and enables only what ran and was enabled', async () => {
    box = await Box.make({ services: 'stopped' });
    const links = startLinks();
    const { report } = await box.json(['-u']);
    putBack(report.run!.backup!, shell());
    expect(box.host.services.running()).toEqual([]);
    expect(startLinks()).toEqual(links);
  });
});

describe('the README of a keeping run', () => {
  it('brings back files and services, and the rows of the Data Warehouse, from a directory of any name', async () => {
    box = await Box.make({ dwh: true, grafana: true, services: true, olderRecord: true });
    await box.server.superuser(
      "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'",
      'engine',
    );
    const running = box.host.services.running();
    const files = picture();
    const text = await dump('engine');
    const place = join(box.dir, "the engine's backup");
    mkdirSync(place, { mode: 0o700 });

    const { report } = await box.json(['-u', '-d', '--backup-dir', place]);
    expect(report).toMatchObject({ exitCode: 0 });
    expect(await dump('engine')).not.toBe(text);
    const backup = report.run!.backup!;
    expect(sections(readmeOf(backup)).join()).not.toMatch(/[Cc]leared|[Dd]ropped/);
    expect(readmeOf(backup)).not.toContain('pg_restore');
    putBack(backup, shell());
    expect(difference(files, picture())).toEqual({ gone: [], made: [], changed: [] });
    expect(await dump('engine')).toBe(text);
    expect(box.host.services.running()).toEqual(running);
  });
});
