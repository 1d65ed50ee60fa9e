/** Installing, removing, installing again and upgrading leave what they leave on a real host, for one edition of each generation. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../../test/fixture/needs.ts';
import { Box } from '../box.ts';
import { CASES } from './cases.ts';
import type { EditionName } from './editions.ts';
import { type RpmHost, whyNoPackages, withRpm } from './rpm-host.ts';

const skip = passedOver('Packages', await whyNoPackages());
const PROJECT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const PKI = '/etc/pki/ovirt-engine';
const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const CACHE = '/var/cache/ovirt-engine/of-the-engine';

async function hostWith(edition: EditionName): Promise<RpmHost> {
  const box = await Box.boot(`packages-${edition}`, PROJECT, ['postgresql.service', 'ssh.service']);
  try {
    const host = await withRpm(box, edition);
    host.yum('install', 'ovirt-engine');
    return host;
  } catch (error) {
    await box.destroy();
    throw error;
  }
}

/** Builds a package whose scriptlet waits for `/run/go-on`, and returns where it lies in the box. */
function waitingPackage(box: Box): string {
  const dir = join(box.shared, 'waiting');
  mkdirSync(dir, { recursive: true });
  const head = ['Name: waiting', 'Version: 1', 'Release: 1', 'Summary: Stand-in', 'License: Apache-2.0'];
  const pre = ['%pre', 'touch /run/waits', 'until [ -e /run/go-on ]; do sleep 0.1; done'];
  const spec = [...head, 'BuildArch: noarch', '%description', 'Stand-in.', ...pre, '%files', ''];
  writeFileSync(join(dir, 'waiting.spec'), spec.join('\n'));
  execFileSync('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${dir}`, join(dir, 'waiting.spec')]);
  return '/lab/waiting/RPMS/noarch/waiting-1-1.noarch.rpm';
}

const isScript = (host: RpmHost, name: string): boolean => host.edition.init === 'sysv' || name === 'engine-notifierd';

const enabling = (host: RpmHost, name: string): string =>
  isScript(host, name) ? `chkconfig ${name} on && service ${name} start` : `systemctl enable -q --now ${name}`;

/** Whether a service runs, and is started at boot: also where its unit or script is gone. */
function stateOf(host: RpmHost, name: string): { active: boolean; enabled: boolean } {
  const [active, link] = isScript(host, name)
    ? [`kill -0 "$(cat /var/run/${name}.pid)"`, `/etc/rc3.d/S??${name}`]
    : [`systemctl -q is-active ${name}`, `/etc/systemd/system/multi-user.target.wants/${name}.service`];
  const said = host.sh(`(${active} && echo active; ls ${link}) 2>/dev/null || :`);
  return { active: said.includes('active'), enabled: said.includes('/') };
}

const states = (host: RpmHost, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, stateOf(host, name)]));
const all = (names: readonly string[], is: boolean) =>
  Object.fromEntries(names.map((name) => [name, { active: is, enabled: is }]));

const lines = (host: RpmHost, script: string): string[] => host.sh(script).split('\n').filter(Boolean).sort();

describe.skipIf(skip).each(CASES)('packages of $edition', (one) => {
  const { saved = [], deleted = [], left = [], stopped = [], running = [] } = one;
  let host: RpmHost;

  beforeAll(async () => {
    host = await hostWith(one.edition);
    const { version, build, versionlock } = host.edition;
    const edited = [...saved, ...deleted, ...left].map((path) => `echo edited >>${path}`);
    const written = [`${PKI}/ca.pem`, `${PKI}/keys/engine.p12`, DROP_IN, CACHE].map(
      (path) => `mkdir -p $(dirname ${path}); echo written >${path}`,
    );
    const locked = ['kernel-5-1', `ovirt-engine-${version}-${build}.noarch`].map(
      (line) => `echo ${line} >>${versionlock.list}`,
    );
    const started = [...stopped, ...running].map((name) => enabling(host, name));
    host.sh([...edited, ...written, ...locked, ...started].join('\n'));
    expect(states(host, [...stopped, ...running])).toEqual(all([...stopped, ...running], true));
    host.yum('remove', 'ovirt-engine');
  });
  afterAll(() => host?.box.destroy());

  it('go with what needs them, and where dnf is with what they needed', () => {
    expect(host.installed()).toEqual([...one.stay, 'lab-base', host.edition.versionlock.package].sort());
  });

  it('leave the PKI as a copy, and nothing else of it', () => {
    const [copy, ...others] = lines(host, `ls -d ${PKI}-backups/*/*`);
    expect(copy).toMatch(one.copy);
    expect(others).toEqual([]);
    expect(host.sh(`cat ${copy}/ca.pem ${copy}/keys/engine.p12`)).toBe('written\nwritten\n');
    expect(host.sh(`stat --format '%U:%G %a' ${copy}/certs`).trim()).toBe(one.directories.certs);
    expect(host.run(['ls', PKI]).code).not.toBe(0);
  });

  it('leave edited configuration under another name, and what they never brought as it is', () => {
    expect(lines(host, `ls -d ${[...saved, ...deleted, '/dev/null'].join(' ')} 2>/dev/null || :`)).toEqual([
      '/dev/null',
    ]);
    for (const path of saved) expect(host.sh(`tail -n 1 ${path}.rpmsave`)).toBe('edited\n');
    for (const path of left) expect(host.sh(`cat ${path}`)).toBe('edited\n');
    expect(host.sh(`cat ${DROP_IN}`)).toBe('written\n');
  });

  it('take their locks and their cache with them', () => {
    const { versionlock, version } = host.edition;
    const lock = host.sh(`cat ${versionlock.list}`);
    expect(lock).toContain('kernel-5-1');
    expect(lock.includes(version)).toBe(one.untidy === true);
    expect(host.run(['cat', CACHE]).code === 0).toBe(one.untidy === true);
  });

  it('stop and disable the services they manage, and no others', () => {
    expect(states(host, stopped)).toEqual(all(stopped, false));
    expect(states(host, running)).toEqual(all(running, true));
  });

  it('bring back an empty PKI, fresh configuration and engine-setup', () => {
    host.yum('install', 'ovirt-engine');
    expect(lines(host, `cd ${PKI} && find * . -maxdepth 0 -type d -printf '%p %u:%g %m\\n'`)).toEqual(
      Object.entries(one.directories)
        .map(([name, what]) => `${name} ${what}`)
        .sort(),
    );
    expect(lines(host, `cd ${PKI} && find . -type f -printf '%P\\n'`)).toEqual(one.packaged);
    for (const path of saved) expect(host.sh(`tail -n 1 ${path}`)).not.toBe('edited\n');
    host.box.share('engine-setup.cjs', 'console.log(process.argv[2]);');
    expect(host.sh('cat /usr/share/ovirt-engine-setup/release; engine-setup --word')).toBe(
      `${host.edition.release}\n--word\n`,
    );
  });
});

describe.skipIf(skip)('packages of 4.5', () => {
  let host: RpmHost;
  beforeAll(async () => {
    host = await hostWith('4.5.6');
  });
  afterAll(() => host?.box.destroy());

  it('have services that run the program of a test', () => {
    host.replaceProgram('ovirt-engine-dwhd', '#!/bin/sh\nid -un >/lab/services/user\nexec sleep infinity\n');
    host.sh('install -m 666 /dev/null /lab/services/user; systemctl start ovirt-engine-dwhd');
    host.sh('until [ -s /lab/services/user ]; do sleep 0.02; done');
    expect(host.box.read('services/user')).toBe('ovirt\n');
  });

  it('have a web server that serves what ssl.conf names, and does not start without it', () => {
    const certificate = `${PKI}/certs/apache.cer`;
    host.sh(`systemctl start httpd; until [ -s /run/httpd-lab ]; do sleep 0.02; done`);
    expect(host.sh('cat /run/httpd-lab')).toMatch(/^\/etc\/pki\/tls\/certs\/localhost.crt\n/);
    host.sh(`sed -i 's|^SSLCertificateFile .*|SSLCertificateFile ${certificate}|' /etc/httpd/conf.d/ssl.conf`);
    expect(host.run(['systemctl', 'reload', 'httpd']).code).not.toBe(0);
    host.sh(`touch ${certificate}; systemctl reload httpd; until grep -q apache /run/httpd-lab; do sleep 0.02; done`);
    host.sh(`rm ${certificate}; systemctl restart httpd; until systemctl is-failed httpd; do sleep 0.02; done`);
  });

  it('are brought to the next version, with nothing stopped and nothing deleted', async () => {
    host.sh(`echo edited >>${PKI}/openssl.conf; touch ${PKI}/ca.pem; ${enabling(host, 'ovirt-engine')}`);
    await host.offer('4.5.7');
    host.yum('upgrade');
    expect(host.sh('rpm --query ovirt-engine ovirt-engine-setup; cat /usr/share/ovirt-engine-setup/version')).toBe(
      'ovirt-engine-4.5.7-1.el9.noarch\novirt-engine-setup-4.5.7-1.el9.noarch\n4.5.7\n',
    );
    expect(stateOf(host, 'ovirt-engine')).toEqual({ active: true, enabled: true });
    expect(lines(host, `ls -d ${PKI}/ca.pem ${PKI}/openssl.conf* ${PKI}-backups 2>/dev/null || :`)).toEqual([
      `${PKI}/ca.pem`,
      `${PKI}/openssl.conf`,
    ]);
  });

  it('hold up a cleanup and a restore while rpm or dnf changes them, and no longer', () => {
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
    const rpm = waitingPackage(host.box);
    const program = (...args: string[]) => host.run([process.execPath, `${PROJECT}/dist/engine-cleanup.cjs`, ...args]);
    for (const install of [`rpm --install ${rpm}`, `dnf install --assumeyes --quiet ${rpm}`]) {
      host.sh(`systemd-run --quiet --unit=changing ${install}; until [ -e /run/waits ]; do sleep 0.05; done`);
      const pid = host.sh('systemctl show --property=MainPID --value changing').trim();
      for (const args of [['-u'], ['restore', '-u']]) {
        const { code, stderr } = program(...args);
        expect(stderr).toContain(
          `Packages are being installed or removed on this host: process ${pid} holds the lock of rpm. Nothing was changed.`,
        );
        expect(code).toBe(75);
      }
      host.sh('touch /run/go-on; while systemctl --quiet is-active changing; do sleep 0.05; done');
      expect(host.installed()).toContain('waiting');
      for (const args of [
        ['-u', '-d'],
        ['restore', '-u'],
      ])
        expect(program(...args)).toMatchObject({ code: 0, stderr: '' });
      host.sh('rpm --erase waiting; rm /run/waits /run/go-on');
    }
  });
});
