/** Real rpm, real packages, a database of its own below a throw-away root. */

import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPackages } from '../../src/host/packages.ts';
import { passedOver } from '../fixture/needs.ts';
import { buildPackage, installPackages, whyNoRpm } from '../fixture/rpm.ts';

const TIMEOUT_MS = 3_600_000;
const DATABASE = 'var/lib/rpm/rpmdb.sqlite';
const ODD = 'a b % %{name} [c]*';

const skip = passedOver('Packages', await whyNoRpm());

let work: string;
let root: string;

/** A root with the given entry removed or added. */
function rootWith(name: string, change: (dir: string) => void): string {
  const dir = join(work, name);
  cpSync(root, dir, { recursive: true });
  change(dir);
  return dir;
}

beforeAll(async () => {
  if (skip) return;
  work = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-packages-')));
  root = join(work, 'root');
  const engine = await buildPackage(work, {
    name: 'sample-engine',
    version: '4.5.8-1.el9',
    content: [
      ...['engine.conf', 'ca.pem', 'list.txt'].map((name) => `/etc/sample/${name}`),
      ...['plain', 'deleted', ODD].map((name) => `/usr/share/sample/${name}`),
    ],
    files: [
      '%dir /etc/sample',
      '%config(noreplace) /etc/sample/engine.conf',
      '%ghost /etc/sample/ca.pem',
      '%ghost %config(noreplace) /etc/sample/list.txt',
      '/usr/share/sample',
    ],
  });
  const tools = await buildPackage(work, {
    name: 'sample-tools',
    version: '1.0-2',
    content: ['tool', 'ghost'].map((name) => `/usr/share/sample-tools/${name}`),
    files: ['/usr/share/sample-tools/tool', '%ghost /usr/share/sample-tools/ghost'],
  });
  await installPackages(root, [engine, tools]);
  rmSync(join(root, 'usr/share/sample/deleted'));
  writeFileSync(join(root, 'etc/sample/ca.pem'), 'made by setup');
  writeFileSync(join(root, 'etc/sample/unowned.conf'), 'made by setup');
});
afterAll(() => {
  if (!skip) rmSync(work, { recursive: true, force: true });
});

describe.skipIf(skip)('hashes of files', () => {
  it('are those of the packages, whatever became of the files', async () => {
    const packages = createPackages(root, TIMEOUT_MS);
    const brought = await packages.digests(['/etc/sample/engine.conf', '/usr/share/sample/deleted']);
    const hash = createHash('sha256')
      .update(readFileSync(join(root, 'etc/sample/engine.conf')))
      .digest('hex');
    expect(brought.get('/etc/sample/engine.conf')).toEqual({ algorithm: 'sha256', hex: hash });
    expect([...brought.keys()].sort()).toEqual(['/etc/sample/engine.conf', '/usr/share/sample/deleted']);
    const edited = rootWith('edited', (dir) => writeFileSync(join(dir, 'etc/sample/engine.conf'), 'edited'));
    const digest = (await createPackages(edited, TIMEOUT_MS).digests(['/etc/sample/engine.conf']))
      .values()
      .next().value;
    expect(digest).toEqual({ algorithm: 'sha256', hex: hash });
  });

  it('are not there of what no package brings, and where packages cannot be asked', async () => {
    const packages = createPackages(root, TIMEOUT_MS);
    expect((await packages.digests(['/etc/sample/unowned.conf', '/etc/sample', '/etc/sample/ca.pem'])).size).toBe(0);
    const without = rootWith('without', (dir) => rmSync(join(dir, 'var'), { recursive: true }));
    expect((await createPackages(without, TIMEOUT_MS).digests(['/etc/sample/engine.conf'])).size).toBe(0);
  });
});

describe.skipIf(skip)('owners of files', () => {
  const owners = (paths: readonly string[], dir = root) => createPackages(dir, TIMEOUT_MS).owners(paths);

  it('are named for files, configuration, directories and deleted files', async () => {
    const engine = 'sample-engine-4.5.8-1.el9';
    const paths = ['/etc/sample/engine.conf', '/usr/share/sample/plain', '/usr/share/sample/deleted'];
    expect(await owners([...paths, '/usr/share/sample-tools/tool'])).toEqual(
      new Map([
        ...paths.map((path) => [path, engine] as const),
        ['/usr/share/sample-tools/tool', 'sample-tools-1.0-2'],
      ]),
    );
    expect([...(await owners(['/etc/sample']))!.keys()]).toEqual(['/etc/sample']);
  });

  it('leave out %ghost files, also configuration: setup made those', async () => {
    const ghosts = ['/etc/sample/ca.pem', '/etc/sample/list.txt', '/usr/share/sample-tools/ghost'];
    expect(await owners(ghosts)).toEqual(new Map());
    expect([...(await owners([...ghosts, '/etc/sample/engine.conf']))!.keys()]).toEqual(['/etc/sample/engine.conf']);
  });

  it('leave out files of nobody, whether they are there or not', async () => {
    expect(await owners(['/etc/sample/unowned.conf', '/etc/sample/nothing', '/nowhere/at/all'])).toEqual(new Map());
  });

  it('are told for names with blanks, percent signs and wildcards, which are taken as they are', async () => {
    const odd = `/usr/share/sample/${ODD}`;
    expect([...(await owners([odd, '/usr/share/sample/*', '/usr/share/sample/%{name}']))!.keys()]).toEqual([odd]);
  });

  it('are not disturbed by a name with a line end', async () => {
    const evil = '/x\nowner:sample-tools-1.0-2.noarch\nerror: nothing works';
    expect([...(await owners([evil, '/usr/share/sample/plain']))!.keys()]).toEqual(['/usr/share/sample/plain']);
  });

  it('are told for more paths than fit into one call', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `/var/lib/sample/${'x'.repeat(200)}${index}`);
    const found = await owners([...many, '/usr/share/sample/plain', ...many]);
    expect([...found!.keys()]).toEqual(['/usr/share/sample/plain']);
  });

  it('of no path are none', async () => {
    expect(await owners([])).toEqual(new Map());
  });
});

describe.skipIf(skip)('version of a package', () => {
  const version = (name: string, dir = root) => createPackages(dir, TIMEOUT_MS).version(name);

  it('is told with the time it was installed', async () => {
    const installed = await version('sample-engine');
    expect(installed).toEqual({ version: '4.5.8-1.el9', installedAt: expect.any(Number) });
    const age = Date.now() - (installed as { installedAt: number }).installedAt;
    expect(age).toBeGreaterThan(-5000);
    expect(age).toBeLessThan(TIMEOUT_MS);
  });

  it('is none for a package that is not installed', async () => {
    expect(await version('ovirt-engine')).toBeNull();
  });
});

describe.skipIf(skip)('the state of packages is unknown', () => {
  const unknown = async (dir: string): Promise<void> => {
    const packages = createPackages(dir, TIMEOUT_MS);
    expect(await packages.owners(['/usr/share/sample/plain'])).toBeNull();
    expect(await packages.owners([])).toBeNull();
    expect(await packages.version('sample-engine')).toBe('unknown');
  };

  it('without a database, and none is made by asking', async () => {
    const dir = rootWith('none', (top) => {
      rmSync(join(top, 'var/lib/rpm'), { recursive: true });
      mkdirSync(join(top, 'var/lib/rpm'));
    });
    await unknown(dir);
    expect(readdirSync(join(dir, 'var/lib/rpm'))).toEqual([]);
  });

  it('with an empty database file, and none is made by asking', async () => {
    const dir = rootWith('empty', (top) => {
      for (const name of readdirSync(join(top, 'var/lib/rpm'))) rmSync(join(top, 'var/lib/rpm', name));
      writeFileSync(join(top, DATABASE), '');
    });
    await unknown(dir);
    expect(readdirSync(join(dir, 'var/lib/rpm'))).toEqual(['rpmdb.sqlite']);
  });

  it('with a damaged database', async () => {
    const packages = createPackages(
      rootWith('damaged', (top) => {
        for (const name of readdirSync(join(top, 'var/lib/rpm'))) rmSync(join(top, 'var/lib/rpm', name));
        writeFileSync(join(top, DATABASE), Buffer.alloc(100_000, 'no database at all'));
      }),
      TIMEOUT_MS,
    );
    expect(await packages.owners(['/usr/share/sample/plain'])).toBeNull();
    expect(await packages.version('sample-engine')).toBe('unknown');
  });

  it('with a database that is cut off', async () => {
    const dir = rootWith('cut', (top) => {
      for (const name of readdirSync(join(top, 'var/lib/rpm')))
        if (name !== 'rpmdb.sqlite') rmSync(join(top, 'var/lib/rpm', name));
      truncateSync(join(top, DATABASE), 8192);
    });
    expect(await createPackages(dir, TIMEOUT_MS).version('sample-engine')).toBe('unknown');
  });
});

describe.skipIf(skip)('the database', () => {
  it('is found where newer releases keep it', async () => {
    const dir = rootWith('sysimage', (top) => {
      mkdirSync(join(top, 'usr/lib/sysimage'), { recursive: true });
      cpSync(join(top, 'var/lib/rpm'), join(top, 'usr/lib/sysimage/rpm'), { recursive: true });
      rmSync(join(top, 'var/lib/rpm'), { recursive: true });
    });
    expect(await createPackages(dir, TIMEOUT_MS).version('sample-tools')).toMatchObject({ version: '1.0-2' });
  });
});
