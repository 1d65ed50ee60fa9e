import { linkSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostError } from '../../../src/model/errors.ts';
import { Scratch } from '../scratch.ts';

let scratch: Scratch;
const PATH = '/etc/ovirt-engine/x.conf';
const ANCHOR = '/etc/ovirt-engine';

beforeEach(() => {
  scratch = new Scratch();
  scratch.write(PATH, 'one');
});
afterEach(() => scratch.destroy());

describe('remove', () => {
  it('removes the file it was told, and says so', async () => {
    scratch.write(`${PATH}.other`, 'stays');
    expect(await scratch.files.remove(PATH, await scratch.identity(PATH), ANCHOR)).toBe('removed');
    expect(await scratch.files.list(ANCHOR)).toEqual(['x.conf.other']);
  });

  it('takes what is gone for success, the anchor too', async () => {
    const identity = await scratch.identity(PATH);
    rmSync(scratch.real(PATH));
    expect(await scratch.files.remove(PATH, identity, ANCHOR)).toBe('absent');
    rmSync(scratch.real(ANCHOR), { recursive: true });
    expect(await scratch.files.remove(PATH, identity, ANCHOR)).toBe('absent');
  });

  it('removes a link, dangling or not, and never its target', async () => {
    scratch.write('/etc/target', 'stays');
    for (const target of ['/etc/none', '../target', '/etc/target']) {
      symlinkSync(target, scratch.real(`${ANCHOR}/link`));
      const identity = await scratch.identity(`${ANCHOR}/link`);
      expect(identity.type).toBe('link');
      expect(await scratch.files.remove(`${ANCHOR}/link`, identity, ANCHOR)).toBe('removed');
    }
    expect(scratch.exists('/etc/target')).toBe(true);
  });

  it('takes one name of a hard link, and leaves the other', async () => {
    linkSync(scratch.real(PATH), scratch.real('/etc/other'));
    expect(await scratch.files.remove(PATH, await scratch.identity(PATH), ANCHOR)).toBe('removed');
    expect(readFileSync(scratch.real('/etc/other'), 'utf8')).toBe('one');
  });

  const cases: [string, RegExp, () => void][] = [
    [
      'a directory is there now',
      /another kind/,
      () => {
        rmSync(scratch.real(PATH));
        scratch.write(`${PATH}/inside`, 'data');
      },
    ],
    [
      'a link is there now',
      /another kind/,
      () => {
        rmSync(scratch.real(PATH));
        symlinkSync('/etc/passwd', scratch.real(PATH));
      },
    ],
    [
      'it is another file of the same size',
      /another file/,
      () => {
        scratch.write('/etc/new', 'two');
        renameSync(scratch.real('/etc/new'), scratch.real(PATH));
      },
    ],
    ['it has grown', /written to/, () => scratch.write(PATH, 'one and more')],
    [
      'it was written to, with the same size',
      /written to/,
      () => {
        scratch.write(PATH, 'two');
        utimesSync(scratch.real(PATH), 1, 1);
      },
    ],
  ];
  it.each(cases)('refuses when %s', async (_, message, change) => {
    const identity = await scratch.identity(PATH);
    change();
    const refused = scratch.files.remove(PATH, identity, ANCHOR);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(scratch.real(PATH));
    await expect(refused).rejects.toBeInstanceOf(HostError);
    await expect(refused).rejects.toMatchObject({ hint: expect.stringMatching(/since the plan was made.*again/) });
    expect(scratch.exists(PATH)).toBe(true);
  });

  it('never removes a directory, even one it was told of', async () => {
    scratch.mkdir(`${ANCHOR}/dir`);
    const identity = await scratch.identity(`${ANCHOR}/dir`);
    await expect(scratch.files.remove(`${ANCHOR}/dir`, identity, ANCHOR)).rejects.toMatchObject({
      code: 'EISDIR',
      hint: expect.stringContaining('what is in it'),
    });
    expect(scratch.exists(`${ANCHOR}/dir`)).toBe(true);
  });

  it('of the same file twice at once removes it once', async () => {
    const identity = await scratch.identity(PATH);
    const results = await Promise.all([1, 2, 3].map(() => scratch.files.remove(PATH, identity, ANCHOR)));
    expect(results.sort()).toEqual(['absent', 'absent', 'removed']);
  });
});

describe('removeDir', () => {
  it('removes a directory only when it is empty', async () => {
    expect(await scratch.files.removeDir(ANCHOR, ANCHOR)).toBe('not-empty');
    expect(scratch.exists(PATH)).toBe(true);
    rmSync(scratch.real(PATH));
    expect(await scratch.files.removeDir(ANCHOR, ANCHOR)).toBe('removed');
    expect(await scratch.files.removeDir(ANCHOR, ANCHOR)).toBe('absent');
    expect(scratch.exists('/etc')).toBe(true);
  });

  it('removes nothing else', async () => {
    scratch.mkdir('/etc/target');
    symlinkSync('../target', scratch.real(`${ANCHOR}/link`));
    for (const path of [PATH, `${ANCHOR}/link`]) {
      await expect(scratch.files.removeDir(path, ANCHOR)).rejects.toThrow(/no longer a directory/);
      expect(scratch.exists(path)).toBe(true);
    }
    expect(scratch.exists('/etc/target')).toBe(true);
  });
});

describe('removeAll', () => {
  it('removes many of several directories, passes over what is gone, and names what it must not touch', async () => {
    const paths = ['/etc/ovirt-engine/a', '/etc/ovirt-engine/b', '/etc/ovirt-engine/deep/c', '/etc/pki/d'];
    for (const path of paths) scratch.write(path, 'content');
    symlinkSync('/etc/target', scratch.real('/etc/pki/link'));
    scratch.write('/etc/target', 'stays');
    const all = [...paths, '/etc/pki/link'];
    const removals = await Promise.all(
      all.map(async (path) => ({ path, expect: await scratch.identity(path), anchor: '/etc' })),
    );
    rmSync(scratch.real('/etc/ovirt-engine/a'));
    scratch.write('/etc/ovirt-engine/b', 'written since');
    const refused = await scratch.files.removeAll(removals);
    expect(refused).toMatchObject([{ path: '/etc/ovirt-engine/b', error: { message: /written to since/ } }]);
    expect(all.filter((path) => scratch.exists(path))).toEqual(['/etc/ovirt-engine/b']);
    expect(scratch.exists('/etc/target')).toBe(true);
  });

  it('refuses all of a directory that is reached through a link, and goes on elsewhere', async () => {
    scratch.write('/etc/pki/d', 'content');
    const removals = await Promise.all(
      [PATH, '/etc/pki/d'].map(async (path) => ({ path, expect: await scratch.identity(path), anchor: '/etc' })),
    );
    renameSync(scratch.real(ANCHOR), scratch.real('/etc/real'));
    symlinkSync('real', scratch.real(ANCHOR));
    expect(await scratch.files.removeAll(removals)).toMatchObject([{ path: PATH, error: { code: 'ELOOP' } }]);
    expect(scratch.exists('/etc/real/x.conf')).toBe(true);
    expect(scratch.exists('/etc/pki/d')).toBe(false);
  });
});
