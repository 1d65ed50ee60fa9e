import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrograms } from '../../src/host/programs.ts';
import { OTHER_PROGRAMS } from '../../src/layouts/programs.ts';
import { makeFile, Orphans, SECONDS } from './services/orphans.ts';

const LOOP = `#!/bin/sh\nsleep ${SECONDS} & wait\n`;

let root: string;
const orphans = new Orphans();
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-programs-')));
});
afterEach(() => {
  orphans.end();
  rmSync(root, { recursive: true, force: true });
});

const atWork = (where = root): string[] =>
  createPrograms(where)
    .atWork(OTHER_PROGRAMS)
    .map(({ name, pid }) => `${name} ${pid}`);

describe('programs at work', () => {
  it.each([
    ['engine-setup', 'usr/bin/engine-setup'],
    ['engine-setup', 'usr/share/ovirt-engine/scripts/engine-setup.py'],
    ["oVirt's own engine-cleanup", 'usr/share/ovirt-engine/setup/bin/ovirt-engine-remove'],
    ['engine-backup', 'usr/bin/engine-backup'],
    ['engine-upgrade', 'usr/bin/engine-upgrade'],
    ['ovirt-engine-rename', 'usr/share/ovirt-engine/setup/bin/ovirt-engine-rename'],
  ])('are told by their script: %s', async (name, path) => {
    expect(atWork()).toEqual([]);
    const script = makeFile(root, path, LOOP, 0o755);
    const pid = await orphans.start([script]);
    // A child is the script itself until it becomes its own program.
    await expect.poll(() => atWork()).toEqual([`${name} ${pid}`]);
    expect(atWork('/')).toContain(`${name} ${pid}`);
    expect(atWork(join(root, 'usr/sha'))).toEqual([]);
  });

  it('are told by the plugins of otopi, which is what a setup turns into', async () => {
    const otopi = (plugins: string, groups: string): Promise<number> =>
      orphans.start(
        ['/usr/bin/perl', '-e', `sleep ${SECONDS}`, '/usr/lib/python3.6/site-packages/otopi/__main__.py'].concat(
          `"APPEND:BASE/pluginPath=str:${plugins}" APPEND:BASE/pluginGroups=str:${groups}  OVESETUP_CORE/offlinePackager=bool:True`,
        ),
      );
    const plugins = `${root}/usr/share/ovirt-engine/setup/bin/../plugins`;
    await otopi(plugins, 'gr-he-common:gr-he-setup');
    await otopi('/elsewhere/setup/bin/../plugins', 'ovirt-engine-common:ovirt-engine-setup');
    const setup = await otopi(plugins, 'ovirt-engine-common:ovirt-engine-setup');
    const remove = await otopi(plugins, 'ovirt-engine-common:ovirt-engine-remove');
    expect(atWork()).toEqual([`engine-setup ${setup}`, `oVirt's own engine-cleanup ${remove}`]);
  });

  it('are not editors and readers of their files, nor another program of that name', async () => {
    const script = makeFile(root, 'usr/bin/engine-setup', LOOP, 0o755);
    await orphans.start(['/usr/bin/tail', '-f', script]);
    await orphans.start(['/bin/sh', makeFile(root, 'usr/bin/other', LOOP), script]);
    expect(atWork()).toEqual([]);
  });
});

describe('a change of packages', () => {
  const hold = async (file: string, kind: 'F_WRLCK' | 'F_RDLCK'): Promise<number> => {
    const script = `use Fcntl; open(F, "+<", $ARGV[0]) or die; my $l = pack("s s x4 q q i x4", ${kind}, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; open(D, ">", "$ARGV[0].held"); sleep ${SECONDS}`;
    const pid = await orphans.start(['/usr/bin/perl', '-e', script, file]);

    while (!existsSync(`${file}.held`)) await sleep(5);
    rmSync(`${file}.held`);
    return pid;
  };

  it.each(['var/lib/rpm/.rpm.lock', 'usr/lib/sysimage/rpm/.rpm.lock'])(
    'is told by the write lock on %s',
    async (path) => {
      const file = makeFile(root, path, '');
      expect(createPrograms(root).packageTransaction()).toBeNull();
      const reader = await hold(file, 'F_RDLCK');
      expect(createPrograms(root).packageTransaction()).toBeNull();
      process.kill(reader, 'SIGKILL');
      while (createPrograms(root).packageTransaction() !== null) await sleep(5);
      const pid = await hold(file, 'F_WRLCK');
      expect(createPrograms(root).packageTransaction()).toEqual({ pid });
      process.kill(pid, 'SIGKILL');
      while (createPrograms(root).packageTransaction() !== null) await sleep(5);
    },
  );

  it('is none of a lock on another file, nor of an open one', async () => {
    await hold(makeFile(root, 'elsewhere/.rpm.lock', ''), 'F_WRLCK');
    await orphans.start(['/usr/bin/tail', '-f', makeFile(root, 'var/lib/rpm/.rpm.lock', '')]);
    expect(createPrograms(root).packageTransaction()).toBeNull();
  });
});
