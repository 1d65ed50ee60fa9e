/** What a run removed comes back as it was: files with all they had, databases, rows, services; and what changed since is not overwritten. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/model/errors.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { callerUid } from '../fixture/project.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../host/attributes.ts';
import { Box, difference, SECRETS } from './harness.ts';
import { DIRECTORY, dumpOf, pictureOf, startLinksOf } from './picture.ts';

let box: Box;
afterEach(() => box.destroy());

const SAME = { gone: [], made: [], changed: [] };

const picture = () => pictureOf(box);
const dump = (database: string) => dumpOf(box, database);
const startLinks = () => startLinksOf(box);

describe('a clearing run', () => {
  it('comes back whole, with its services, and a second restore has nothing to do', { timeout: 600_000 }, async () => {
    const options = { dwh: true, grafana: true, keycloak: true, firewalld: true, services: true };
    box = await Box.make(options, { size: 'real' });
    const databases = ['engine', 'ovirt_engine_history', 'ovirt_engine_keycloak'];
    chmodSync(box.path(DIRECTORY), 0o750);
    if (callerUid() === 0) chownSync(box.path(DIRECTORY), 108, 108);
    const [running, links, files] = [box.host.services.running(), startLinks(), picture()];
    const texts = await Promise.all(databases.map(dump));

    const cleanup = await box.json(['-u']);
    expect(cleanup.report).toMatchObject({ exitCode: 0, databases: databases.map(() => ({ action: 'clear' })) });

    const { report, outcome } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(report).toMatchObject({ command: 'restore', outcome: 'ok', restores: cleanup.report.run!.id });
    expect(report.warnings).toEqual([]);
    expect(difference(files, picture())).toEqual(SAME);
    expect(await Promise.all(databases.map(dump))).toEqual(texts);
    expect(box.host.services.running()).toEqual(running);
    expect(startLinks()).toEqual(links);
    for (const secret of SECRETS) expect(box.written() + outcome.stderr).not.toContain(secret);

    const again = await box.json(['restore', '-u']);
    expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false, restores: cleanup.report.run!.id });
    expect(difference(files, picture())).toEqual(SAME);
  });
});

const noAttributes = passedOver('Attributes in a restore', await whyNoAttributes());
const noMounts = passedOver('A full disk in a restore', whyNoMounts());
const CERTIFICATE = '/etc/pki/ovirt-engine/certs/apache.cer';
const SECOND = '/etc/pki/ovirt-engine/certs/second.cer';

describe('what else a restore thinks of', () => {
  it.skipIf(noAttributes || noMounts)(
    'attributes of directories, a second name of a file, and space to unpack',
    {
      timeout: 600_000,
    },
    async () => {
      box = await Box.make();
      setAttributes(box.path(DIRECTORY));
      linkSync(box.path(CERTIFICATE), box.path(SECOND));
      const [files, attributes] = [picture(), attributesOf(box.path(DIRECTORY))];
      const { report } = await box.json(['-u']);
      expect(report).toMatchObject({ exitCode: 0 });

      const runs = box.path('/var/lib/engine-cleanup');
      execFileSync('cp', ['--archive', runs, join(box.dir, 'runs')]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'tmpfs', runs]);
      try {
        execFileSync('cp', ['--archive', `${join(box.dir, 'runs')}/.`, runs]);
        spawnSync('sh', ['-c', `cat /dev/zero >'${runs}/filler'`]);
        const full = await box.json(['restore', '-u']);
        expect(full.report).toMatchObject({ exitCode: 3, changed: false });
        expect(full.report.refusals.map(({ check }) => check)).toEqual(['space']);
        expect(full.report.refusals[0]!.message).toContain(runs);
      } finally {
        execFileSync('umount', [runs]);
      }

      expect((await box.json(['restore', '-u'])).report).toMatchObject({ exitCode: 0, outcome: 'ok' });
      expect(difference(files, picture())).toEqual(SAME);
      expect(attributesOf(box.path(DIRECTORY))).toEqual(attributes);

      // The other name is there: this one comes back without it.
      rmSync(box.path(SECOND));
      const again = await box.json(['restore', '-u', '--force', 'overwrite']);
      expect(again.report).toMatchObject({ outcome: 'ok', restores: report.run!.id });
      expect(difference(files, picture())).toEqual(SAME);
    },
  );
});

/** Of the plain engine below: a file that is removed, one of which only lines are taken out, and the marker. */
const JBOSS = '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf';
const SSL_CONF = '/etc/httpd/conf.d/ssl.conf';
const MARKER = '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf';

describe('what changed since the run', () => {
  it('is not overwritten, unless the operator says so, and then a restore of the restore brings it back', {
    timeout: 600_000,
  }, async () => {
    box = await Box.make();
    await box.server.superuser('ALTER DEFAULT PRIVILEGES FOR ROLE engine GRANT SELECT ON TABLES TO PUBLIC', 'engine');
    await box.server.superuser('CREATE ROLE reader; GRANT SELECT ON public.vds_static TO reader', 'engine');
    const [files, text] = [picture(), await dump('engine')];
    const cleanup = await box.json(['-u']);
    expect(cleanup.report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear' }] });

    // A new setup began: a marker, a table, and somebody edited a shared file.
    mkdirSync(dirname(box.path(MARKER)), { recursive: true });
    writeFileSync(box.path(MARKER), '[environment:default]\nnew=bool:True\n');
    writeFileSync(box.path(SSL_CONF), `${box.text(SSL_CONF)}# by hand\n`);
    const engine = await box.server.connectAs('engine', ENGINE_PASSWORD, 'engine');
    await engine.query('CREATE TABLE public.of_the_new_setup AS SELECT 42 AS answer');
    await engine.end();
    const [filesBetween, textBetween] = [picture(), await dump('engine')];

    const refused = await box.json(['restore', '-u']);
    expect(refused.report).toMatchObject({ exitCode: 3, outcome: 'refused', changed: false });
    const [{ check, forcible, message }] = refused.report.refusals as [Refusal];
    expect({ check, forcible }).toEqual({ check: 'overwrite', forcible: true });
    for (const what of [box.path(MARKER), box.path(SSL_CONF), 'database "engine"']) expect(message).toContain(what);
    expect(difference(filesBetween, picture())).toEqual(SAME);
    expect(await dump('engine')).toBe(textBetween);
    expect(box.runs()).toEqual([cleanup.report.run!.id]);

    const forced = await box.json(['restore', '-u', '--force', 'overwrite']);
    expect(forced.report.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(forced.report).toMatchObject({ outcome: 'ok', restores: cleanup.report.run!.id });
    expect(difference(files, picture())).toEqual(SAME);
    expect(await dump('engine')).toBe(text);

    const undone = await box.json(['restore', forced.report.run!.id, '-u']);
    expect(undone.report.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(undone.report).toMatchObject({ outcome: 'ok', restores: forced.report.run!.id });
    expect(difference(filesBetween, picture())).toEqual(SAME);
    expect(await dump('engine')).toBe(textBetween);

    const redone = await box.json(['restore', undone.report.run!.id, '-u']);
    expect(redone.report).toMatchObject({ outcome: 'ok' });
    expect(difference(files, picture())).toEqual(SAME);
    expect(await dump('engine')).toBe(text);
  });
});

describe('a keeping run', () => {
  it('comes back with the rows of the Data Warehouse, from a directory of its own, and what works then is left alone', {
    timeout: 600_000,
  }, async () => {
    box = await Box.make({ dwh: true, services: true });
    await box.server.superuser(
      "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'",
      'engine',
    );
    const place = join(box.dir, "the engine's backup");
    mkdirSync(place, { mode: 0o700 });
    const [files, text, running] = [picture(), await dump('engine'), box.host.services.running()];
    const { report } = await box.json(['-u', '-d', '--backup-dir', place]);
    expect(report).toMatchObject({ exitCode: 0 });
    expect(await dump('engine')).not.toBe(text);

    const restored = await box.json(['restore', '-u']);
    expect(restored.report.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(restored.report).toMatchObject({ outcome: 'ok' });
    expect(difference(files, picture())).toEqual(SAME);
    expect(await dump('engine')).toBe(text);
    expect(box.host.services.running()).toEqual(running);

    // The engine works again: it writes where it was put back.
    writeFileSync(box.path(JBOSS), `${box.text(JBOSS)}# of today\n`);
    const again = await box.json(['restore', '-u']);
    expect(again.report).toMatchObject({
      outcome: 'nothing-to-do',
      kept: [{ target: box.path(JBOSS), why: 'was put back before, and changed since' }],
    });
    expect(box.text(JBOSS)).toContain('# of today');
  });
});

describe('killed', () => {
  it('at any step, a restore is continued by the next', { timeout: 600_000 }, async () => {
    box = await Box.make();
    const [files, text] = [picture(), await dump('engine')];
    for (const step of [
      'Write the manifest',
      'Put back copies of',
      'Put back keys',
      'Put back setup',
      'Fill database',
    ]) {
      const cleanup = await box.json(['-u']);
      expect(cleanup.report, step).toMatchObject({ exitCode: 0 });
      const running = box.start(['restore', '-u']);
      await running.saw(step);
      running.child.kill('SIGKILL');
      await running.ended;
      // Its own backup is the newest; the one that it needs stays.
      expect((await box.json(['runs', '--prune', '1', '-u'])).report, step).toMatchObject({ exitCode: 0 });
      expect(box.runs(), step).toContain(cleanup.report.run!.id);
      const { report } = await box.json(['restore', '-u']);
      expect(
        report.steps.filter(({ error }) => error !== null),
        step,
      ).toEqual([]);
      expect(report, step).toMatchObject({ exitCode: 0, restores: cleanup.report.run!.id });
      expect(difference(files, picture()), step).toEqual(SAME);
      expect(await dump('engine'), step).toBe(text);
      for (const id of box.runs()) expect(box.exists(`/var/lib/engine-cleanup/${id}/stage`)).toBe(false);
    }
  });
});

describe('a backup that is not whole', () => {
  it('is refused before the first change, and listed as what it is', { timeout: 600_000 }, async () => {
    box = await Box.make();
    const { report } = await box.json(['-u']);
    const { id, backup } = report.run!;
    const listed = async () => (await box.json(['runs'])).report.runs;
    expect(await listed()).toMatchObject([
      { id, command: 'cleanup', outcome: 'ok', backup, state: 'whole', why: null, restoredBy: null },
    ]);
    const files = picture();
    const refused = async (message: RegExp) => {
      const { report: refusal } = await box.json(['restore', '-u']);
      expect(refusal).toMatchObject({ exitCode: 3, changed: false, refusals: [{ check: 'backup', forcible: false }] });
      expect(refusal.refusals[0]!.message).toMatch(message);
      expect(difference(files, picture())).toEqual(SAME);
    };
    const damage = async (name: string, change: (bytes: Buffer) => Buffer, message: RegExp): Promise<void> => {
      const path = join(backup!, name);
      const bytes = readFileSync(path);
      writeFileSync(path, change(bytes));
      await refused(message);
      writeFileSync(path, bytes);
    };
    await damage(
      'engine.dump',
      (bytes) => bytes.subarray(0, bytes.length / 2),
      /engine\.dump has \d+ bytes instead of \d+/,
    );
    await damage(
      'engine.dump',
      (bytes) => Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9)]),
      /its bytes are not those/,
    );
    await damage(
      'files.tar.gz',
      (bytes) => Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9)]),
      /its bytes are not those/,
    );
    const plan = box.path(`/var/lib/engine-cleanup/${id}/plan.json`);
    const text = readFileSync(plan, 'utf8');
    writeFileSync(plan, text.replaceAll('/etc/ovirt-engine', '/etc/somebody'));
    await refused(/journal\.jsonl cannot be used: it names .*, which its step "archive:files" does not/);
    writeFileSync(plan, text.replace('"title": "Back up', '"title": "Throw away'));
    await refused(/plan of the run is not the one/);
    writeFileSync(plan, text);
    chmodSync(plan, 0o666);
    await refused(/only root can write/);
    chmodSync(plan, 0o600);
    renameSync(join(backup!, 'manifest.json'), join(box.dir, 'manifest.json'));
    await refused(/has no manifest/);
    expect(await listed()).toMatchObject([{ state: 'partial' }]);
    expect((await box.run(['runs'])).stdout).toContain('NOT WHOLE');
    renameSync(join(box.dir, 'manifest.json'), join(backup!, 'manifest.json'));

    expect((await box.json(['restore', '2019', '-u'])).report).toMatchObject({
      exitCode: 2,
      error: { message: 'There is no run "2019".' },
    });
    const restored = await box.json(['restore', id, '-u']);
    expect(restored.report).toMatchObject({ outcome: 'ok' });
    expect(await listed()).toMatchObject([
      { id, restoredBy: restored.report.run!.id },
      { command: 'restore', outcome: 'ok' },
    ]);
  });
});

describe('old backups', () => {
  it('go only when asked for, the oldest first', { timeout: 600_000 }, async () => {
    box = await Box.make();
    // Of a run that was killed at once when the clock was wrong: those after it are newer all the same.
    const first = '20990101T000000Z-000000';
    mkdirSync(box.path('/var/lib/engine-cleanup'), { mode: 0o700 });
    mkdirSync(box.path(`/var/lib/engine-cleanup/${first}`), { mode: 0o700 });
    await box.json(['-u']);
    await box.json(['restore', '-u']);
    await box.json(['-u']);
    const runs = box.runs().slice(1);
    expect(runs.map((id) => id.slice(0, 16))).toEqual(['20990101T000001Z', '20990101T000002Z', '20990101T000003Z']);
    expect((await box.json(['runs', '--prune', '3', '-u'])).report.runs).toHaveLength(4);
    expect(await box.run(['runs', '--prune', '1'])).toMatchObject({ code: 3 });
    expect(await box.terminal(['runs', '--prune', '1'], 'no')).toMatchObject({ code: 4 });
    expect(box.runs()).toEqual([first, ...runs]);
    // What a kill left of files that get their names when they are whole.
    for (const name of ['report.json.tmp', 'backup/manifest.json.tmp'])
      writeFileSync(box.path(`/var/lib/engine-cleanup/${runs[0]}/${name}`), '{', { mode: 0o600 });
    const { code, text } = await box.terminal(['runs', '--prune', '1'], 'yes');
    expect(code).toBe(0);
    expect(text).toContain(`${runs[0]}  cleanup`);
    expect(box.runs()).toEqual([first, ...runs.slice(2)]);
    const asked = await box.terminal(['restore'], 'no');
    expect(asked).toMatchObject({ code: 4 });
    expect(asked.text).toContain('Fill database "engine"');
    expect((await box.json(['restore', '-u'])).report).toMatchObject({ outcome: 'ok', restores: runs[2] });
  });
});
