/** One whole host, cleaned up for real: systemd as PID 1, real units, PostgreSQL as a service, no --root. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { SSL_CONF } from '../test/fixture/host-shared.ts';
import { passedOver, whyNoProgram } from '../test/fixture/needs.ts';
import { whyNoBox } from './box.ts';
import { LabHost, PROJECT } from './host.ts';
import { differences, differingFiles, type Picture, pictureOf } from './picture.ts';
import { OVIRT_UNITS } from './units.ts';

const skip = passedOver('A whole host', (await whyNoBox()) ?? (await whyNoProgram('ovn-northd')));

const DATABASE_CONF = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const KEYSTORE = '/etc/pki/ovirt-engine/keys/engine.p12';
/** A unit that has not come up. */
const STARTING = 'ovirt-imageio';

/** What may differ between the host before engine-setup and after the cleanup, each with its reason. */
const ALLOWED: [RegExp, string][] = [
  [/^\/var\/log(\/|$)/, 'logs'],
  [/^\/var\/lib\/engine-cleanup(\/|$)/, 'the run and its backup'],
  [
    /^\/var\/lib\/ovirt-engine(\/setup(\/answers(\/.*)?)?|\/backups(\/.*)?)?$/,
    "setup's answers and earlier backups stay",
  ],
  [/^\/var\/lib\/systemd\//, "systemd's own time stamps"],
  [/^\/var\/lib\/(dbus|private)(\/|$)/, 'machine state'],
  [/^\/var\/lib\/ovn\//, 'databases of OVN grow with each change'],
  [/^\/etc\/(machine-id|resolv\.conf|hostname)$/, 'machine state'],
];

describe.skipIf(skip)('a whole host', () => {
  let host: LabHost;
  let before: Picture;
  let setUp: Picture;
  let after: Picture;
  let ended: { code: number; stdout: string; stderr: string };
  let report: Report;
  let cleanupHeldUp: ReturnType<typeof whileStarting>;

  /** Runs the program while a unit waits to come up, and says what else than logs differs then. */
  const whileStarting = (run: () => typeof ended): { ended: typeof ended; changed: string[] } => {
    const dir = `/run/systemd/system/${STARTING}.service.d`;
    const slow = `mkdir -p ${dir} && printf '[Service]\\nExecStartPre=/bin/sleep 600\\n' > ${dir}/slow.conf`;
    host.box.must(['sh', '-c', `${slow} && systemctl daemon-reload && systemctl --no-block restart ${STARTING}`]);
    const before = pictureOf(host);
    const ended = run();
    const changed = differences(host, before);
    host.sh(`systemctl stop ${STARTING}; rm -r ${dir}; systemctl daemon-reload`);
    return { ended, changed };
  };

  beforeAll(async () => {
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
    host = await LabHost.boot();
    before = pictureOf(host);
    host.simulateSetup();
    host.simulateOvnSetup();
    setUp = pictureOf(host);
    expect(setUp.units.active).toEqual(OVIRT_UNITS.map(() => 'active'));
    expect(setUp.databases).not.toBe(before.databases);
    expect(setUp.ovn).toMatch(/ovirt[\s\S]*pssl/);
    cleanupHeldUp = whileStarting(() => host.engineCleanup(['-u', '--json']));
    host.box.must(['systemctl', 'start', STARTING]);
    ended = host.engineCleanup(['-u', '--json']);
    report = JSON.parse(ended.stdout || '{}') as Report;
    after = pictureOf(host);
  });
  afterAll(() => host?.destroy());

  it('ends with 0, ready for engine-setup', () => {
    expect(ended.stderr).not.toMatch(/Error/);
    expect(report.steps?.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({
      exitCode: 0,
      outcome: 'ok',
      verify: { ready: true },
      databases: [{ action: 'drop' }],
    });
    expect(ended.code).toBe(0);
  });

  it('drops database and role, and no other', () => {
    expect(after.databases).toBe(before.databases);
  });

  it('stops and disables every unit, and leaves PostgreSQL and the web server running', () => {
    expect(after.units).toEqual({
      active: OVIRT_UNITS.map(() => 'inactive'),
      enabled: OVIRT_UNITS.map(() => 'disabled'),
    });
    expect(host.box.must(['systemctl', 'is-active', 'postgresql-lab', 'httpd']).trim()).toBe('active\nactive');
  });

  it('reloads the web server, whose certificate is again the one from before setup', () => {
    expect(after.certificate).toBe('/etc/pki/tls/certs/localhost.crt');
    expect(after.files.get(SSL_CONF)).toBe(before.files.get(SSL_CONF));
  });

  it('leaves the file system as it was before setup, but for an explicit list', () => {
    const differing = [...differingFiles(host, before, after)].filter(
      ([path]) => !ALLOWED.some(([pattern]) => pattern.test(path)),
    );
    expect(differing).toEqual([]);
  });

  it('takes the rows that name its keys out of the databases of OVN, which run on', () => {
    expect(after.ovn).not.toMatch(/ovirt|pssl/);
    expect(host.box.must(['systemctl', 'is-active', 'ovn-central']).trim()).toBe('active');
  });

  it('leaves what belongs to others', () => {
    for (const path of host.setup.survivors) expect(after.files.get(path), path).toBe(before.files.get(path));
    expect(host.setup.survivors.length).toBeGreaterThan(20);
  });

  it('finds nothing to do the second time', () => {
    expect(host.report('-u')).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', changed: false });
    expect(differences(host, after)).toEqual([]);
  });

  it('lets a second run that starts while one works know who it is', () => {
    const script = `exec 9>/run/engine-cleanup.lock; flock 9; ${process.execPath} ${PROJECT}/dist/engine-cleanup.cjs -u --json`;
    const busy = host.box.run(['sh', '-c', script]);
    expect(busy.code).toBe(75);
    expect(JSON.parse(busy.stdout)).toMatchObject({ outcome: 'busy', exitCode: 75 });
  });

  it('ends, and so does a restore, while systemd is about to start a unit of ours', () => {
    const restore = whileStarting(() => host.engineCleanup(['restore', '-u', '--json']));
    for (const { ended, changed } of [cleanupHeldUp, restore]) {
      expect(ended.code).toBe(75);
      expect(ended.stderr).toContain(`systemd has not ended its job for ${STARTING} (start). Nothing was changed.`);
      expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 75, outcome: 'busy', changed: false });
      expect(changed).toEqual([]);
    }
  });

  it('is put back by a restore: files, database with role and password, rows of OVN, services', () => {
    const restored = host.report('restore', '-u');
    expect(restored.steps?.filter(({ error }) => error)).toEqual([]);
    expect(restored).toMatchObject({ exitCode: 0, outcome: 'ok', restores: report.run!.id });
    expect(differences(host, setUp)).toEqual([]);
    expect(host.login()).toBe('engine');
    expect(host.report('restore', '-u')).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', changed: false });
  });

  it.each([
    ['its keystore', KEYSTORE, 'rm'],
    ['the right to read a drop-in', DATABASE_CONF, 'chgrp root'],
    ['the password of its role', DATABASE_CONF, 'sed -i /PASSWORD/s/sample/other/'],
  ])('is seen to be put back by its engine, which does not start without %s', (_, path, spoil) => {
    host.sh(`cp -a ${path} /root/kept; ${spoil} ${path}`);
    const { code } = host.box.run(['systemctl', 'restart', 'ovirt-engine']);
    host.sh(`mv /root/kept ${path}; systemctl restart ovirt-engine`);
    expect(code).toBe(1);
  });

  it('and a restore of that restore drops what it made, so that a cleanup has nothing to do', () => {
    const restore = host.report('runs').runs!.at(-1)!;
    expect(restore).toMatchObject({ command: 'restore', outcome: 'ok', state: 'whole' });
    const undone = host.report('restore', restore.id, '-u');
    expect(undone.steps?.filter(({ error }) => error)).toEqual([]);
    expect(undone).toMatchObject({ exitCode: 0, outcome: 'ok' });
    expect(differences(host, after)).toEqual([]);
    expect(host.report('-u')).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do' });
  });
});
