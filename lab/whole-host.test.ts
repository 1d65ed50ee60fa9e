/** One whole host, cleaned up for real: systemd as PID 1, real units, PostgreSQL as a service, no --root. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/model/report.ts';
import { SSL_CONF } from '../test/fixture/host-shared.ts';
import { passedOver, whyNoProgram } from '../test/fixture/needs.ts';
import { whyNoBox } from './box.ts';
import { LabHost, PROJECT } from './host.ts';
import { OVIRT_UNITS } from './units.ts';

const skip = passedOver('A whole host', (await whyNoBox()) ?? (await whyNoProgram('ovn-northd')));

const MARKER = '/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf';
const PKI = '/etc/pki/ovirt-engine';
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
  /** What the two databases of OVN say of TLS and connections. */
  const ovn = (): string =>
    host.box.must([
      'sh',
      '-c',
      'for tool in ovn-nbctl ovn-sbctl; do $tool --timeout=30 get-ssl; $tool get-connection; done',
    ]);
  let before: Map<string, string>;
  let setUp: { files: Map<string, string>; databases: string; dump: string; ovn: string };
  let databasesBefore: string;
  let after: Map<string, string>;
  let ended: { code: number; stdout: string; stderr: string };
  let report: Report;
  let cleanupHeldUp: ReturnType<typeof whileStarting>;

  /** Runs the program while a unit waits to come up, and says what else than logs differs then. */
  const whileStarting = (run: () => typeof ended): { ended: typeof ended; changed: string[] } => {
    const dir = `/run/systemd/system/${STARTING}.service.d`;
    const slow = `mkdir -p ${dir} && printf '[Service]\\nExecStartPre=/bin/sleep 600\\n' > ${dir}/slow.conf`;
    host.box.must(['sh', '-c', `${slow} && systemctl daemon-reload && systemctl --no-block restart ${STARTING}`]);
    const before = host.listing();
    const ended = run();
    const changed = host.differing(before, host.listing());
    host.box.must(['sh', '-c', `systemctl stop ${STARTING}; rm -r ${dir}; systemctl daemon-reload`]);
    return { ended, changed: changed.filter((path) => !/^\/var\/(log|lib\/systemd)(\/|$)/.test(path)) };
  };

  beforeAll(async () => {
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
    host = await LabHost.boot();
    before = host.listing();
    databasesBefore = host.databases();
    host.simulateSetup();
    // The captured marker is of a host without the network provider.
    host.box.must([
      'sed',
      '-i',
      's/^OVESETUP_OVN\\/ovirtProviderOvn=bool:False$/OVESETUP_OVN\\/ovirtProviderOvn=bool:True/',
      MARKER,
    ]);
    for (const [tool, key, port] of [
      ['ovn-nbctl', 'ovn-ndb', 6641],
      ['ovn-sbctl', 'ovn-sdb', 6642],
    ]) {
      const files = `${PKI}/keys/${key}.key.nopass ${PKI}/certs/${key}.cer ${PKI}/ca.pem`;
      host.box.must(['sh', '-c', `${tool} --timeout=30 set-ssl ${files} -- set-connection pssl:${port}`]);
    }
    expect(
      host.box
        .run(['systemctl', 'is-active', ...OVIRT_UNITS])
        .stdout.trim()
        .split('\n'),
    ).toEqual(OVIRT_UNITS.map(() => 'active'));
    expect(host.databases()).not.toBe(databasesBefore);
    setUp = { files: host.listing(), databases: host.databases(), dump: host.dump(), ovn: ovn() };
    expect(setUp.ovn).toMatch(/ovirt[\s\S]*pssl/);
    cleanupHeldUp = whileStarting(() => host.engineCleanup(['-u', '--json']));
    host.box.must(['systemctl', 'start', STARTING]);
    ended = host.engineCleanup(['-u', '--json']);
    report = JSON.parse(ended.stdout || '{}') as Report;
    after = host.listing();
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
    expect(host.databases()).toBe(databasesBefore);
  });

  it('stops and disables every unit, and leaves PostgreSQL and the web server running', () => {
    const active = host.box
      .run(['systemctl', 'is-active', ...OVIRT_UNITS])
      .stdout.trim()
      .split('\n');
    expect(active.filter((state) => state === 'active')).toEqual([]);
    const enabled = host.box
      .run(['systemctl', 'is-enabled', ...OVIRT_UNITS])
      .stdout.trim()
      .split('\n');
    expect(enabled).toEqual(OVIRT_UNITS.map(() => 'disabled'));
    expect(host.box.must(['systemctl', 'is-active', 'postgresql-lab', 'httpd']).trim()).toBe('active\nactive');
  });

  it('reloads the web server, whose certificate is again the one from before setup', () => {
    expect(host.box.must(['cat', '/run/httpd-lab']).trim()).toBe('/etc/pki/tls/certs/localhost.crt');
    expect(after.get(SSL_CONF)).toBe(before.get(SSL_CONF));
  });

  it('leaves the file system as it was before setup, but for an explicit list', () => {
    const differing = host
      .differing(before, after)
      .filter((path) => !ALLOWED.some(([pattern]) => pattern.test(path)))
      .map((path) => `${path}: ${before.get(path) ?? 'absent'} -> ${after.get(path) ?? 'absent'}`);
    expect(differing).toEqual([]);
  });

  it('takes the rows that name its keys out of the databases of OVN, which run on', () => {
    expect(ovn()).not.toMatch(/ovirt|pssl/);
    expect(host.box.must(['systemctl', 'is-active', 'ovn-central']).trim()).toBe('active');
  });

  it('leaves what belongs to others', () => {
    for (const path of host.setup.survivors) expect(after.get(path), path).toBe(before.get(path));
    expect(host.setup.survivors.length).toBeGreaterThan(20);
  });

  it('finds nothing to do the second time', () => {
    const second = JSON.parse(host.engineCleanup(['-u', '--json']).stdout) as Report;
    expect(second).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', changed: false });
    const changed = host.differing(after, host.listing());
    expect(changed.filter((path) => !/^\/var\/(log|lib\/systemd)\//.test(path))).toEqual([]);
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
    const ended = host.engineCleanup(['restore', '-u', '--json']);
    const restored = JSON.parse(ended.stdout || '{}') as Report;
    expect(restored.steps?.filter(({ error }) => error)).toEqual([]);
    expect(restored).toMatchObject({ exitCode: 0, outcome: 'ok', restores: report.run!.id });
    expect(host.databases()).toBe(setUp.databases);
    expect(host.dump()).toBe(setUp.dump);
    expect(ovn()).toBe(setUp.ovn);
    expect(host.login()).toBe('engine');
    const now = host.listing();
    const ours = (path: string): boolean => !/^\/var\/(log|lib\/(systemd|engine-cleanup|ovn))(\/|$)/.test(path);
    const differing = host.differing(setUp.files, now).filter(ours);
    expect(differing.map((path) => `${path}: ${setUp.files.get(path)} -> ${now.get(path)}`)).toEqual([]);
    const state = (verb: string): string[] =>
      host.box
        .run(['systemctl', verb, ...OVIRT_UNITS])
        .stdout.trim()
        .split('\n');
    expect(state('is-active')).toEqual(OVIRT_UNITS.map(() => 'active'));
    expect(state('is-enabled')).toEqual(OVIRT_UNITS.map(() => 'enabled'));
    const again = JSON.parse(host.engineCleanup(['restore', '-u', '--json']).stdout) as Report;
    expect(again).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', changed: false });
  });

  it('and a restore of that restore drops what it made, so that a cleanup has nothing to do', () => {
    const listed = JSON.parse(host.engineCleanup(['runs', '--json']).stdout) as Report;
    const restore = listed.runs!.at(-1)!;
    expect(restore).toMatchObject({ command: 'restore', outcome: 'ok', state: 'whole' });
    const undone = JSON.parse(host.engineCleanup(['restore', restore.id, '-u', '--json']).stdout) as Report;
    expect(undone.steps?.filter(({ error }) => error)).toEqual([]);
    expect(undone).toMatchObject({ exitCode: 0, outcome: 'ok' });
    expect(host.databases()).toBe(databasesBefore);
    expect(ovn()).not.toMatch(/ovirt|pssl/);
    const cleanup = JSON.parse(host.engineCleanup(['-u', '--json']).stdout) as Report;
    expect(cleanup).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do' });
  });
});
