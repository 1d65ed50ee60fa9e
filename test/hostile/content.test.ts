/**
 * Files and databases whose content somebody chose to have others harmed. Elsewhere: each reader with any input (test/fuzz/), records that name files of others without their hash
 * (test/e2e/evidence.test.ts, test/detect/read/record.test.ts), password files (test/e2e/outside-tmp.test.ts, test/run/password-file.test.ts), quoting (test/host/postgres/quote.test.ts,
 * test/steps/backup-seal.test.ts, test/steps/database-drop.test.ts), every kind of object (test/host/postgres/clear.test.ts), those of other owners
 * (test/host/postgres/clear-others.test.ts, test/e2e/refusals.test.ts). Names with quotes, backslashes and dollars do not come through setup's drop-ins as they are: for these see quoting.
 */
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, expect, it } from 'vitest';
import { Box } from '../e2e/harness.ts';
import { Figures } from '../fixture/figures.ts';
import { makeHost } from '../fixture/host.ts';
import { passedOver } from '../fixture/needs.ts';
import { buildPackage, installPackages, whyNoRpm } from '../fixture/rpm.ts';
import { OBEYED, Outside } from './outside.ts';

let box: Box;
const figures = new Figures('Hostile trees and contents', 'contents');
afterEach(async ({ task }) => {
  figures.count(task.result?.state !== 'fail');
  await box?.destroy();
});
afterAll(() => figures.tell());

const noRpm = passedOver('A package in a hostile record', await whyNoRpm());

/** Appends files to the uninstall record, each with the hash of such a content. */
function record(files: readonly (readonly [path: string, content: string])[]): void {
  const real = box.path(box.host.record);
  const algorithm = /file\.[^.\n]+\.(\w+) = [0-9a-f]{32,}/.exec(readFileSync(real, 'utf8'))![1]!;
  const lines = files.flatMap(([path, content], index) => [
    `file.${900 + index}.name = ${path}`,
    `file.${900 + index}.${algorithm} = ${createHash(algorithm).update(content).digest('hex')}`,
  ]);
  appendFileSync(real, `\n[file_group_more]\ndescription = more\noptional = False\n${lines.join('\n')}\n`);
}

it('an uninstall record that names files of others with their right hash, directories, ".." and globs has none of them removed', async () => {
  box = await Box.make();
  const outside = new Outside(box);
  outside.write('thesis.txt', 'mine\n');
  const before = outside.picture();
  const others = [
    '/etc/passwd',
    '/etc/shadow',
    '/home/me/thesis.txt',
    '/usr/bin/tool',
    '/var/lib/pgsql/data/PG_VERSION',
    '/root/.ssh/authorized_keys',
    '/boot/vmlinuz',
  ];
  for (const path of others) box.host.write(path, `${path}\n`);
  const strange = [
    '/',
    '/etc',
    '/home/me',
    '/etc/ovirt-engine/../passwd',
    `../${outside.dir}/thesis.txt`,
    `/../../../../${outside.path('thesis.txt')}`,
    '/etc/*',
    '/home/**',
    '',
    '.',
    '/etc/passwd\\n',
    '/dev/null',
    outside.path('thesis.txt'),
  ];
  const empty = strange.map((path) => [path, ''] as const);
  record([...others.map((path) => [path, `${path}\n`] as const), ...empty]);
  const { report } = await box.json(['-u']);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok' });
  for (const path of others) {
    const why = 'recorded, but a file of the system or its users';
    expect(report.kept).toContainEqual({ target: box.path(path), why });
  }
  for (const path of others) expect(box.exists(path), path).toBe(true);
  expect(outside.picture()).toEqual(before);
});

it.skipIf(noRpm)('nor one that names a file of a package, which is kept, beside one that is nobody’s', async () => {
  box = await Box.make();
  const [packaged, own] = ['/etc/sysctl.d/90-vendor.conf', '/etc/sysctl.d/91-vendor.conf'];
  const spec = { name: 'vendor', version: '1-1', content: [packaged], files: [packaged] };
  await installPackages(box.root, [await buildPackage(box.dir, spec)]);
  box.host.write(own, 'vendor');
  record([
    [packaged, 'vendor'],
    [own, 'vendor'],
  ]);
  const { report } = await box.json(['-u']);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok' });
  expect(report.kept).toContainEqual({
    target: box.path(packaged),
    why: expect.stringContaining('belongs to package vendor'),
  });
  expect([packaged, own].map((path) => box.exists(path))).toEqual([true, false]);
});

it('drop-ins, answers, records and password files with any bytes: never a bug, and nothing is changed by looking', {
  timeout: 600_000,
}, async () => {
  box = await Box.make();
  const places = [
    '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf',
    '/etc/ovirt-engine/engine.conf.d/99-mine.conf',
    '/etc/ovirt-engine/aaa/internal.properties',
    '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf',
    box.host.record,
    '/etc/httpd/conf.d/ssl.conf',
    '/root/.pgpass',
  ];
  const texts: Buffer[] = [
    randomBytes(4096),
    Buffer.alloc(0),
    Buffer.from(
      'ENGINE_DB_HOST="\x1b[2J$(reboot)"\nENGINE_DB_PORT="65536"\nENGINE_DB_USER="x\\"y"\nENGINE_DB_PASSWORD="\u202e"\nENGINE_DB_DATABASE="a\';--"\n',
    ),
    Buffer.from('\ufeff[environment:default]\nOVESETUP_DB/port=int:\x00\nOVESETUP_DB/host=str:\x9b31m\n'),
    Buffer.from(`${'A'.repeat(2_000_000)}=1\n`),
  ];
  for (const place of places) {
    const own = box.exists(place) ? readFileSync(box.path(place)) : null;
    for (const text of process.env.FAULTS === undefined ? texts.slice(0, 3) : texts) {
      box.host.write(place, '');
      writeFileSync(box.path(place), text);
      const before = box.host.listing();
      const { code, stdout, stderr } = await box.run(['plan', '--timeout', '5']);
      expect([0, 3], `${place}\n${stdout}${stderr}`).toContain(code);
      expect(OBEYED.exec(stdout + stderr)?.[0], place).toBeUndefined();
      expect(box.host.listing()).toEqual(before);
    }
    if (own === null) box.host.remove(place);
    else writeFileSync(box.path(place), own);
  }
});

it.each([
  ["en'g.ine", 'R o.le'],
  ['a b; DROP DATABASE reports; --', 'Mixed.Case;'],
  ['host=evil dbname=postgres', 'user=postgres'],
])('database %j of role %j is dumped, cleared and put back, and no other', async (database, role) => {
  box = new Box();
  const { PostgresServer } = await import('../fixture/postgres.ts');
  box.server = await PostgresServer.start({ size: 'small' });
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  await box.server.superuser('CREATE DATABASE reports');
  await box.server.superuser(`ALTER DATABASE engine RENAME TO ${quote(database)}`);
  await box.server.superuser(`ALTER ROLE engine RENAME TO ${quote(role)}`);
  box.host = await makeHost({ dir: box.root, server: box.server, engine: { database, role } });
  const before = await box.objects(database);
  const { report } = await box.json(['-u']);
  expect(report.steps.filter(({ error }) => error)).toEqual([]);
  expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear', name: database, role }] });
  expect((await box.objects(database)).length).toBeLessThan(3);
  const restored = await box.json(['restore', '-u']);
  expect(restored.report.steps.filter(({ error }) => error)).toEqual([]);
  expect(await box.objects(database)).toEqual(before);
  expect(await box.server.superuser("SELECT 1 FROM pg_database WHERE datname = 'reports'")).toHaveLength(1);
});

it('an event trigger that forbids to drop: nothing is lost, and without it the run finishes', async () => {
  box = await Box.make({ services: true });
  const before = await box.objects();
  await box.server.superuser(
    "CREATE SCHEMA guard; CREATE FUNCTION guard.no() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not here''; END'; CREATE EVENT TRIGGER \"no; drop\" ON sql_drop EXECUTE FUNCTION guard.no()",
    'engine',
  );
  const { report } = await box.json(['-u', '--force', 'foreign-objects']);
  expect(report.exitCode).toBe(5);
  expect(report.steps.find(({ status }) => status === 'failed')).toMatchObject({
    id: 'clear:engine',
    error: expect.stringContaining('not here'),
  });
  expect(report.intact).toBe(true);
  expect(await box.objects()).toEqual(before);
  await box.server.superuser('DROP EVENT TRIGGER "no; drop"; DROP SCHEMA guard CASCADE', 'engine');
  expect((await box.json(['-u'])).report.exitCode).toBe(0);
});
