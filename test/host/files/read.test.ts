import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles } from '../../../src/host/files/index.ts';
import { bundle, isRoot, Scratch } from '../scratch.ts';

let scratch: Scratch;

beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.destroy());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('what is absent', () => {
  it.each(['/none', '/none/below', '/etc/file/below', '/etc/none'])('is null, not an error: %s', async (path) => {
    scratch.write('/etc/file', 'x');
    const { files } = scratch;
    expect(await files.stat(path)).toBeNull();
    expect(await files.list(path)).toBeNull();
    expect(await files.readBytes(path)).toBeNull();
    expect(await files.readText(path)).toBeNull();
    expect(await files.readLink(path)).toBeNull();
    expect(await files.digest(path, 'sha256')).toBeNull();
    expect(await files.glob(`${path}/*`)).toEqual([]);
    expect(await files.onOtherMount(path, '/')).toBe(false);
  });

  it('has free space all the same: that of the nearest directory there is', async () => {
    const here = await scratch.files.freeBytes('/');
    expect(here).toBeGreaterThan(0);
    expect(await scratch.files.freeBytes('/var/lib/none')).toBeGreaterThan(0);
  });
});

describe('what cannot be read', () => {
  it('is an error with the reason, the real path and a way on', async () => {
    // A regular file whose first page no process has.
    const proc = createFiles(`/proc/${process.pid}`);
    await expect(proc.readBytes('/mem')).rejects.toMatchObject({
      code: 'EIO',
      message: `/proc/${process.pid}/mem cannot be read: i/o error (EIO).`,
      hint: expect.stringContaining('dmesg'),
    });
  });

  it.runIf(isRoot)('for lack of rights is EACCES, of a file and of a directory on the way', () => {
    scratch.write('/etc/secret', 'x', 0o600);
    scratch.write('/etc/closed/file', 'x');
    chmodSync(scratch.real('/etc/closed'), 0o700);
    chmodSync(scratch.dir, 0o755);
    const child = bundle(
      scratch.dir,
      `import { createFiles } from './src/host/files/index.ts';
       const files = createFiles(process.argv[2]);
       const tell = async (ask) => ask.then((value) => value, ({ name, code, message, hint }) => ({ name, code, message, hint }));
       process.setgid(65534); process.setuid(65534);
       console.log(JSON.stringify([
         await tell(files.readText('/etc/secret')), await tell(files.stat('/etc/secret').then(({ mode }) => mode)),
         await tell(files.stat('/etc/closed/file')), await tell(files.list('/etc/closed')),
       ]));`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [child, scratch.root], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const denied = { name: 'HostError', code: 'EACCES', hint: expect.stringContaining('root') };
    expect(JSON.parse(stdout)).toEqual([
      { ...denied, message: `${scratch.real('/etc/secret')} cannot be read: permission denied (EACCES).` },
      0o600,
      { ...denied, message: `${scratch.real('/etc/closed/file')} cannot be looked at: permission denied (EACCES).` },
      { ...denied, message: `${scratch.real('/etc/closed')} cannot be listed: permission denied (EACCES).` },
    ]);
  });
});

describe('what is no regular file', () => {
  it('is told apart, and never opened: a FIFO would wait for ever', async () => {
    scratch.mkdir('/etc/dir');
    execFileSync('mkfifo', [scratch.real('/etc/fifo')]);
    symlinkSync('/etc/none', scratch.real('/etc/dangling'));
    const { files } = scratch;
    const types = await Promise.all(
      ['/etc/dir', '/etc/fifo', '/etc/dangling'].map(async (path) => (await files.stat(path))?.identity.type),
    );
    expect(types).toEqual(['dir', 'other', 'link']);
    await expect(files.readBytes('/etc/fifo')).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(files.readBytes('/etc/dir')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(files.readBytes('/etc/dangling')).rejects.toMatchObject({ code: 'ELOOP' });
    expect(await files.digest('/etc/fifo', 'sha256')).toBeNull();
    expect(await files.digest('/etc/dir', 'sha256')).toBeNull();
    expect(await files.list('/etc/fifo')).toBeNull();
    expect(await files.readLink('/etc/dangling')).toBe('/etc/none');
    expect(await files.readLink('/etc/fifo')).toBeNull();
  });

  it.runIf(isRoot)('is not opened where it is a device', async () => {
    execFileSync('mknod', [scratch.real('/zero'), 'c', '1', '5']);
    await expect(scratch.files.readBytes('/zero')).rejects.toMatchObject({ code: 'EINVAL' });
  });
});

describe('a file', () => {
  it('is described by kind, place, size, time, owner and mode', async () => {
    scratch.write('/etc/x', 'four', 0o4640);
    utimesSync(scratch.real('/etc/x'), 1_700_000_000.25, 1_700_000_000.25);
    expect(await scratch.files.stat('/etc/x')).toEqual({
      identity: {
        type: 'file',
        dev: expect.any(Number),
        ino: expect.any(Number),
        size: 4,
        mtimeMs: 1_700_000_000_250,
      },
      mode: 0o4640,
      uid: process.getuid!(),
      gid: process.getgid!(),
      links: 1,
    });
  });

  it('is read whole, up to a limit', async () => {
    const bytes = Buffer.alloc(200_000, 'abc');
    scratch.write('/etc/x', bytes);
    expect((await scratch.files.readBytes('/etc/x'))?.equals(bytes)).toBe(true);
    expect((await scratch.files.readBytes('/etc/x', 200_000))?.length).toBe(200_000);
    await expect(scratch.files.readBytes('/etc/x', 199_999)).rejects.toMatchObject({ code: 'EFBIG' });
    expect(await scratch.files.digest('/etc/x', 'sha256')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('the names in a directory', () => {
  it('are sorted bytewise', async () => {
    for (const name of ['b', 'B', 'a', '.x', 'é', 'z', '_', '\u{1f511}', '\ufb01']) scratch.write(`/etc/${name}`, '');
    expect(await scratch.files.list('/etc')).toEqual(['.x', 'B', '_', 'a', 'b', 'z', 'é', '\ufb01', '\u{1f511}']);
  });

  it('that are not UTF-8 are left out: as text they would name another file', async () => {
    scratch.write('/etc/\ufffd', 'the other file');
    writeFileSync(Buffer.concat([Buffer.from(`${scratch.real('/etc')}/`), Buffer.from([0xff])]), '');
    expect(await scratch.files.list('/etc')).toEqual(['\ufffd']);
    expect(await scratch.files.glob('/etc/*')).toEqual(['/etc/\ufffd']);
    expect(await scratch.files.remove('/etc/\ufffd', await scratch.identity('/etc/\ufffd'), '/etc')).toBe('removed');
    expect(await scratch.files.list('/etc')).toEqual([]);
    expect(await scratch.files.removeDir('/etc', '/')).toBe('not-empty');
  });

  it('a link whose target is not UTF-8 is not read as another one', async () => {
    scratch.mkdir('/etc');
    symlinkSync(Buffer.from([0xff]), scratch.real('/etc/link'));
    await expect(scratch.files.readLink('/etc/link')).rejects.toMatchObject({ code: 'EILSEQ' });
  });
});

describe('the digest of a link', () => {
  const DIR = '/etc/pki/ovirt-engine';
  beforeEach(() => {
    scratch.write(`${DIR}/ca.pem`, 'the CA');
    scratch.write('/etc/shadow', 'inside');
    writeFileSync(join(scratch.dir, 'shadow'), 'outside');
  });

  it.each([
    ['ca.pem', 'the CA'],
    [`${DIR}/ca.pem`, 'the CA'],
    ['../ovirt-engine/./ca.pem', 'the CA'],
    ['/etc/shadow', 'inside'],
    ['../../shadow', 'inside'],
    // As on a system that was booted from there, nothing leads above the root.
    ['../../../../../../../etc/shadow', 'inside'],
    ['/../shadow', null],
    ['../../../../shadow', null],
    ['none', null],
    ['.', null],
    ['apache-ca.pem', null],
    ['ca.pem/', 'the CA'],
  ])('to %s is %j', async (target, content) => {
    symlinkSync(target, scratch.real(`${DIR}/apache-ca.pem`));
    expect(await scratch.files.digest(`${DIR}/apache-ca.pem`, 'sha256')).toBe(
      content === null ? null : sha256(content),
    );
  });

  it('to a path that already contains the root is that of the target', async () => {
    symlinkSync(scratch.real(`${DIR}/ca.pem`), scratch.real(`${DIR}/apache-ca.pem`));
    expect(await scratch.files.digest(`${DIR}/apache-ca.pem`, 'sha256')).toBe(sha256('the CA'));
  });

  it('to a place outside the root is none', async () => {
    symlinkSync(join(scratch.dir, 'shadow'), scratch.real(`${DIR}/apache-ca.pem`));
    expect(await scratch.files.digest(`${DIR}/apache-ca.pem`, 'sha256')).toBeNull();
  });

  it('that goes over further links and linked directories is that of the file in the end', async () => {
    renameSync(scratch.real(DIR), scratch.real('/etc/real'));
    scratch.mkdir('/links');
    symlinkSync('../real', scratch.real('/etc/pki/ovirt-engine'));
    symlinkSync('/etc/pki/ovirt-engine/ca.pem', scratch.real('/links/two'));
    symlinkSync('two', scratch.real('/links/one'));
    expect(await scratch.files.digest('/links/one', 'md5')).toBe(createHash('md5').update('the CA').digest('hex'));
  });

  it('to a FIFO is none, and does not wait', async () => {
    execFileSync('mkfifo', [scratch.real('/etc/fifo')]);
    symlinkSync('fifo', scratch.real('/etc/link'));
    expect(await scratch.files.digest('/etc/link', 'sha256')).toBeNull();
  });
});
