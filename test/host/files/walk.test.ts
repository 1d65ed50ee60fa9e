import { execFileSync, spawn } from 'node:child_process';
import { closeSync, linkSync, lstatSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles } from '../../../src/host/files/index.ts';
import { HostError } from '../../../src/model/errors.ts';
import { openFiles, Scratch, turn } from '../scratch.ts';

let scratch: Scratch;

beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.destroy());

const PATH = '/etc/pki/ovirt-engine/keys/engine.p12';
const ANCHOR = '/etc/pki/ovirt-engine';

describe('a symbolic link among the directories', () => {
  const steps = ['/etc', '/etc/pki', '/etc/pki/ovirt-engine', '/etc/pki/ovirt-engine/keys'];

  it.each(steps)('at %s is never followed, whatever is asked', async (dir) => {
    scratch.write(PATH, 'key');
    const expect_ = await scratch.identity(PATH);
    // The very same directory, and so the very same file, is reached through the link.
    renameSync(scratch.real(dir), join(scratch.dir, 'outside'));
    symlinkSync(join(scratch.dir, 'outside'), scratch.real(dir));
    const { files } = scratch;
    await turn();
    const asked: [string, () => Promise<unknown>][] = [
      ['stat', () => files.stat(PATH)],
      ['list', () => files.list('/etc/pki/ovirt-engine/keys')],
      ['readBytes', () => files.readBytes(PATH)],
      ['readText', () => files.readText(PATH)],
      ['readLink', () => files.readLink(PATH)],
      ['digest', () => files.digest(PATH, 'sha256')],
      ['glob', () => files.glob('/etc/pki/ovirt-engine/keys/*')],
      ['onOtherMount', () => files.onOtherMount(PATH, ANCHOR)],
      ['remove', () => files.remove(PATH, expect_, ANCHOR)],
      ['removeDir', () => files.removeDir(`${ANCHOR}/keys/dir`, ANCHOR)],
      ['replace', () => files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR })],
      ['link', () => files.link(`${ANCHOR}/keys/link`, 'x', ANCHOR)],
      ['makeParents', () => files.makeParents(`${ANCHOR}/keys/new/x`, `${ANCHOR}/keys/x`, ANCHOR)],
      ['freeBytes', () => files.freeBytes(`${ANCHOR}/keys`)],
    ];
    for (const [name, ask] of asked) {
      const error = await ask().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error, name).toBeInstanceOf(HostError);
      expect((error as HostError).code, name).toBe('ELOOP');
      expect((error as HostError).message, name).toContain(scratch.real(dir));
    }
    const below = PATH.slice(dir.length);
    expect(lstatSync(join(scratch.dir, 'outside', below)).size).toBe(3);
  });

  it('leads nowhere either when it is relative and stays below the root', async () => {
    scratch.write('/data/keys/engine.p12', 'key');
    scratch.mkdir('/etc/pki/ovirt-engine');
    symlinkSync('../../../data/keys', scratch.real('/etc/pki/ovirt-engine/keys'));
    await expect(scratch.files.stat(PATH)).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('swapped in again and again while files are removed costs nothing outside', async () => {
    // The same file has a name inside and one outside, so that its identity alone would allow to remove either.
    const outside = join(scratch.dir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'engine.p12'), 'key');
    scratch.mkdir('/etc/pki/ovirt-engine/keys');
    symlinkSync(outside, join(scratch.dir, 'link'));
    const inside = openSync(scratch.real('/etc/pki/ovirt-engine/keys'), 'r');
    const keys = scratch.real('/etc/pki/ovirt-engine/keys');
    const swapper = spawn(
      process.execPath,
      [
        '-e',
        `const { renameSync } = require('node:fs'); const [keys, dir] = process.argv.slice(1);
         process.stdout.write('ready');
         for (;;) { renameSync(keys, dir + '/kept'); renameSync(dir + '/link', keys); renameSync(keys, dir + '/link'); renameSync(dir + '/kept', keys); }`,
        keys,
        scratch.dir,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await new Promise((resolve) => swapper.stdout.once('data', resolve));
      let removed = 0;
      for (let round = 0; round < 20_000 && removed < 300; round += 1) {
        try {
          linkSync(join(outside, 'engine.p12'), `/proc/self/fd/${inside}/engine.p12`);
        } catch {
          // Still there from the round before.
        }
        const { dev, ino, size, mtimeMs } = lstatSync(join(outside, 'engine.p12'));
        const expected = { type: 'file' as const, dev, ino, size, mtimeMs };
        const result = await scratch.files.remove(PATH, expected, ANCHOR).catch((error: unknown) => error);
        if (result === 'removed') removed += 1;
        else if (result !== 'absent') expect(['ELOOP', 'EAGAIN']).toContain((result as HostError).code);
        expect(lstatSync(join(outside, 'engine.p12'), { throwIfNoEntry: false })).toBeDefined();
      }
      expect(removed).toBeGreaterThan(0);
    } finally {
      swapper.kill('SIGKILL');
      closeSync(inside);
    }
  });
});

describe('a path', () => {
  it.each(['etc/x', '/etc/../x', '/etc/./x', '/etc//x', '/etc/x/', '/etc/\0x', '/etc/\ud800'])(
    'that is not plain (%j) is refused',
    async (path) => {
      scratch.write('/etc/x', '');
      await expect(scratch.files.stat(path)).rejects.toMatchObject({ code: 'EINVAL' });
    },
  );

  it('may hold any character a name can', async () => {
    for (const name of ['new\nline', 'a b', '-x', '--', 'é', '\\n', '*', '\t', "it's"]) {
      scratch.write(`/etc/${name}`, name);
      expect(await scratch.files.readText(`/etc/${name}`)).toBe(name);
      expect(await scratch.files.remove(`/etc/${name}`, await scratch.identity(`/etc/${name}`), '/etc')).toBe(
        'removed',
      );
    }
    expect(await scratch.files.list('/etc')).toEqual([]);
  });

  it('may be longer than any one call takes', async () => {
    const name = 'd'.repeat(200);
    let path = '';
    let dir = openSync(scratch.root, 'r');
    for (let depth = 0; depth < 25; depth += 1) {
      path += `/${name}`;
      mkdirSync(`/proc/self/fd/${dir}/${name}`);
      const next = openSync(`/proc/self/fd/${dir}/${name}`, 'r');
      closeSync(dir);
      dir = next;
    }
    writeFileSync(`/proc/self/fd/${dir}/file`, 'deep');
    closeSync(dir);
    const file = `${path}/file`;
    expect(file.length).toBeGreaterThan(4096);
    expect(await scratch.files.readText(file)).toBe('deep');
    await scratch.files.replace(file, Buffer.from('deeper'), { anchor: `/${name}` });
    expect(await scratch.files.remove(file, await scratch.identity(file), `/${name}`)).toBe('removed');
    expect(await scratch.files.removeDir(path, `/${name}`)).toBe('removed');
  });

  it('with a component longer than a name can be is absent', async () => {
    const long = 'x'.repeat(300);
    expect(await scratch.files.stat(`/${long}`)).toBeNull();
    expect(await scratch.files.stat(`/${long}/below`)).toBeNull();
    expect(await scratch.files.list(`/${long}`)).toBeNull();
  });

  it('that already contains the root, as in a developer-mode installation, is the same path', async () => {
    scratch.write('/etc/x', 'one');
    expect(await scratch.files.readText(scratch.real('/etc/x'))).toBe('one');
    expect(scratch.files.real('/etc/x')).toBe(scratch.real('/etc/x'));
    expect(scratch.files.real(scratch.real('/etc/x'))).toBe(scratch.real('/etc/x'));
  });

  it('that is the root can be looked at, and never be changed', async () => {
    scratch.write('/etc/x', '');
    expect((await scratch.files.stat('/'))?.identity.type).toBe('dir');
    expect(await scratch.files.list('/')).toEqual(['etc']);
    await expect(scratch.files.removeDir('/', '/')).rejects.toThrow(HostError);
  });

  it('outside its anchor is a bug and does nothing', async () => {
    scratch.write('/etc/x', '');
    await expect(scratch.files.remove('/etc/x', await scratch.identity('/etc/x'), '/etc/ovirt')).rejects.toThrow(
      /anchor/,
    );
    expect(scratch.exists('/etc/x')).toBe(true);
  });
});

describe('a root', () => {
  it('that does not exist is no empty installation', async () => {
    await expect(createFiles(join(scratch.dir, 'none')).stat('/etc/x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is a link is not taken', async () => {
    symlinkSync(scratch.root, join(scratch.dir, 'link'));
    await expect(createFiles(join(scratch.dir, 'link')).stat('/etc/x')).rejects.toThrow(HostError);
  });
});

it('every file that is opened is closed again, also after a failure', async () => {
  const { files } = scratch;
  for (let index = 0; index < 200; index += 1) scratch.write(`/etc/d${index % 5}/f${index}`, String(index));
  symlinkSync('d0', scratch.real('/etc/link'));
  symlinkSync('f0', scratch.real('/etc/d0/link'));
  execFileSync('mkfifo', [scratch.real('/etc/fifo')]);
  const before = openFiles();
  const failing = async (one: Promise<unknown>): Promise<void> => {
    await expect(one).rejects.toThrow(HostError);
  };
  for (let index = 0; index < 200; index += 1) {
    const path = `/etc/d${index % 5}/f${index}`;
    await files.stat(path);
    await files.readBytes(path);
    await files.digest('/etc/d0/link', 'sha256');
    await files.onOtherMount(path, '/etc');
    await files.list(`/etc/d${index % 5}`);
    await files.stat(`${path}/none`);
    await failing(files.readBytes('/etc/link/f0'));
    await failing(files.readBytes(path, 0));
    await failing(files.readBytes('/etc/fifo'));
    await failing(files.remove(path, { ...(await scratch.identity(path)), size: 99 }, '/etc'));
    await failing(files.replace('/etc/fifo', Buffer.from(''), { anchor: '/etc' }));
    await failing(files.replace(path, Buffer.from(''), { anchor: '/etc', expectSha256: 'no' }));
    await files.replace(path, Buffer.from('new'), {
      anchor: '/etc',
      meta: { mode: 0o600, uid: process.getuid!(), gid: process.getgid!() },
    });
    await files.link(`/etc/l${index % 3}`, String(index), '/etc');
    await files.makeParents(`/etc/new${index}/f`, `/etc/d0/f`, '/etc');
    await files.removeDir(`/etc/new${index}`, '/etc');
    await files.remove(path, await scratch.identity(path), '/etc');
    await files.glob('/etc/*/*');
  }
  await turn();
  expect(openFiles()).toBe(before);
});
