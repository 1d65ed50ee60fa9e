/** What starts a service at boot, below a root: SysV links, and systemd's links changed by the machine's own systemctl. */
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Services } from '../../../src/host/port.ts';
import { createServices } from '../../../src/host/services/index.ts';
import { HostServices } from '../../fixture/host-services.ts';
import { makeFile } from './orphans.ts';

const ENGINE = 'ovirt-engine';
const PROXY = 'ovirt-websocket-proxy';
const SYSTEM = 'etc/systemd/system';
const UNIT = `[Service]\nExecStart=/bin/sleep 1\n[Install]\nWantedBy=multi-user.target\nAlias=engine-alias.service\n`;

let root: string;
let services: Services;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-enabled-')));
  services = createServices(root, 3_600_000);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

const stateOf = async (unit: string) => (await services.states([unit]))[0]!;
const isThere = (path: string): boolean => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

describe('SysV', () => {
  it('is disabled by removing its start links of every runlevel, and those only', async () => {
    const host = new HostServices(root, [ENGINE, PROXY]);
    host.install();
    link(`etc/rc5.d/S10${ENGINE}`, `../init.d/${ENGINE}`);
    for (const level of ['2', '6']) link(`etc/rc${level}.d/K10${ENGINE}`, `../init.d/${ENGINE}`);
    link(`etc/rc3.d/S91${ENGINE}-notifier`, '../init.d/ovirt-engine-notifier');
    await services.disable(ENGINE);
    expect(host.enabled()).toEqual([PROXY]);
    expect(await stateOf(ENGINE)).toMatchObject({ enabled: false, exists: true });
    expect(readdirSync(join(root, 'etc/rc5.d'))).toEqual([]);
    for (const level of ['2', '6']) expect(readdirSync(join(root, `etc/rc${level}.d`))).toEqual([`K10${ENGINE}`]);
    expect(readdirSync(join(root, 'etc/rc3.d'))).toEqual([`S90${PROXY}`, `S91${ENGINE}-notifier`]);
    await services.disable(ENGINE);
  });

  it('keeps its links behind a link, as Enterprise Linux has them', async () => {
    makeFile(root, `etc/rc.d/init.d/${ENGINE}`, '#!/bin/sh\n', 0o755);
    link(`etc/rc.d/rc3.d/S90${ENGINE}`, `../init.d/${ENGINE}`);
    link('etc/rc3.d', 'rc.d/rc3.d');
    link('etc/init.d', 'rc.d/init.d');
    expect(await stateOf(ENGINE)).toMatchObject({ manager: 'sysv', enabled: true });
    await services.disable(ENGINE);
    expect(readdirSync(join(root, 'etc/rc.d/rc3.d'))).toEqual([]);
  });

  it('is disabled when its script is gone with a package that may come back', async () => {
    link(`etc/rc3.d/S90${ENGINE}`, `../init.d/${ENGINE}`);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: true, manager: 'sysv', active: false, enabled: true });
    await services.disable(ENGINE);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: false, enabled: false });
  });

  it('is not looked for outside of the root', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'engine-cleanup-elsewhere-'));
    try {
      makeFile(elsewhere, `S90${ENGINE}`, '');
      makeFile(root, `etc/init.d/${ENGINE}`, '#!/bin/sh\n', 0o755);
      symlinkSync(elsewhere, join(root, 'etc/rc3.d'));
      expect(await stateOf(ENGINE)).toMatchObject({ exists: true, enabled: false });
      await services.disable(ENGINE);
      expect(readdirSync(elsewhere)).toEqual([`S90${ENGINE}`]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('systemd', () => {
  it('knows a unit file of a package, which never runs below a root', async () => {
    makeFile(root, `usr/lib/systemd/system/${ENGINE}.service`, UNIT);
    expect(await stateOf(ENGINE)).toEqual({
      ...{ unit: ENGINE, manager: 'systemd', exists: true, active: false, enabled: false },
      ...{ masked: false, failedLoop: false, pids: [], links: [] },
    });
  });

  it('disables it with its alias, and leaves other units enabled', async () => {
    const file = `/usr/lib/systemd/system/${ENGINE}.service`;
    makeFile(root, file, UNIT);
    makeFile(root, `/usr/lib/systemd/system/${PROXY}.service`, UNIT.replace(/Alias.*\n/, ''));
    link(`${SYSTEM}/multi-user.target.wants/${ENGINE}.service`, file);
    link(`${SYSTEM}/engine-alias.service`, file);
    link(`${SYSTEM}/multi-user.target.wants/${PROXY}.service`, `/usr/lib/systemd/system/${PROXY}.service`);
    expect(await services.states([ENGINE, PROXY])).toMatchObject([{ enabled: true }, { enabled: true }]);
    await services.disable(ENGINE);
    expect(await services.states([ENGINE, PROXY])).toMatchObject([{ enabled: false }, { enabled: true }]);
    expect(isThere(`${SYSTEM}/engine-alias.service`)).toBe(false);
    expect(existsSync(join(root, file))).toBe(true);
  });

  it('disables a link that the unit file does not speak of', async () => {
    makeFile(root, `${SYSTEM}/${ENGINE}.service`, UNIT);
    link(`${SYSTEM}/other.target.requires/${ENGINE}.service`, `../${ENGINE}.service`);
    expect(await stateOf(ENGINE)).toMatchObject({ enabled: true });
    await services.disable(ENGINE);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: true, enabled: false });
  });

  it('knows a masked unit, with and without its file', async () => {
    link(`${SYSTEM}/${ENGINE}.service`, '/dev/null');
    link(`${SYSTEM}/${PROXY}.service`, '/dev/null');
    makeFile(root, `usr/lib/systemd/system/${ENGINE}.service`, UNIT);
    expect(await services.states([ENGINE, PROXY])).toMatchObject([
      { exists: true, masked: true, enabled: false },
      { exists: true, masked: true, enabled: false },
    ]);
  });

  it('disables a unit whose file is gone: its links start it again when the package comes back', async () => {
    const wanted = `${SYSTEM}/multi-user.target.wants/${ENGINE}.service`;
    link(wanted, `/usr/lib/systemd/system/${ENGINE}.service`);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: true, manager: 'systemd', active: false, enabled: true });
    await services.disable(ENGINE);
    expect(isThere(wanted)).toBe(false);
    expect(await stateOf(ENGINE)).toMatchObject({ exists: false, enabled: false });
  });
});
