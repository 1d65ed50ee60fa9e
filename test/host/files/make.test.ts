import { chmodSync, chownSync, readlinkSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRoot, Scratch } from '../scratch.ts';

let scratch: Scratch;
const PKI = '/etc/pki/ovirt-engine';
const COPY = '/etc/pki/ovirt-engine-backups/ovirt-engine-20210305101500/ovirt-engine';

beforeEach(() => {
  scratch = new Scratch();
  scratch.write(`${COPY}/certs/sub/1000.pem`, '');
});
afterEach(() => scratch.destroy());

describe('makeParents', () => {
  it('makes the missing directories, the anchor among them, like their counterparts', async () => {
    chmodSync(scratch.real(COPY), 0o751);
    chmodSync(scratch.real(`${COPY}/certs`), 0o2770);
    chmodSync(scratch.real(`${COPY}/certs/sub`), 0o700);
    if (isRoot) chownSync(scratch.real(`${COPY}/certs`), 108, 109);
    await scratch.files.makeParents(`${PKI}/certs/sub/1000.pem`, `${COPY}/certs/sub/1000.pem`, PKI);
    for (const path of ['', '/certs', '/certs/sub']) {
      const [made, model] = [await scratch.files.stat(PKI + path), await scratch.files.stat(COPY + path)];
      expect([made?.mode, made?.uid, made?.gid], path).toEqual([model?.mode, model?.uid, model?.gid]);
    }
    expect(await scratch.files.list(`${PKI}/certs/sub`)).toEqual([]);
  });

  it('leaves what is there as it is', async () => {
    scratch.mkdir(`${PKI}/certs`);
    chmodSync(scratch.real(`${PKI}/certs`), 0o711);
    await scratch.files.makeParents(`${PKI}/certs/sub/1000.pem`, `${COPY}/certs/sub/1000.pem`, PKI);
    await scratch.files.makeParents(`${PKI}/certs/sub/1000.pem`, `${COPY}/certs/sub/1000.pem`, PKI);
    expect((await scratch.files.stat(`${PKI}/certs`))?.mode).toBe(0o711);
  });

  it('makes nothing above the anchor', async () => {
    await expect(
      scratch.files.makeParents('/var/lib/x/y/z', `${COPY}/certs/sub/1000.pem`, '/var/lib/x'),
    ).rejects.toMatchObject({ code: 'ENOENT' });
    expect(scratch.exists('/var')).toBe(false);
  });

  it('says so where a counterpart is gone', async () => {
    await expect(scratch.files.makeParents(`${PKI}/none/x`, `${COPY}/none/x`, PKI)).rejects.toThrow(/is gone/);
    expect(scratch.exists(`${PKI}/none`)).toBe(false);
  });
});

describe('link', () => {
  const read = (): string => readlinkSync(scratch.real(`${PKI}/apache-ca.pem`));

  it('makes a link, and replaces another one', async () => {
    scratch.mkdir(PKI);
    await scratch.files.link(`${PKI}/apache-ca.pem`, 'ca.pem', PKI);
    expect(read()).toBe('ca.pem');
    const first = await scratch.identity(`${PKI}/apache-ca.pem`);
    await scratch.files.link(`${PKI}/apache-ca.pem`, 'ca.pem', PKI);
    expect(await scratch.identity(`${PKI}/apache-ca.pem`)).toEqual(first);
    await scratch.files.link(`${PKI}/apache-ca.pem`, '/nowhere/at all', PKI);
    expect(read()).toBe('/nowhere/at all');
    expect(await scratch.files.list(PKI)).toEqual(['apache-ca.pem']);
  });

  it('never replaces a file or directory, nor writes through a link', async () => {
    scratch.write(`${PKI}/file`, 'stays');
    scratch.write(`${PKI}/dir/file`, 'stays');
    for (const name of ['file', 'dir'])
      await expect(scratch.files.link(`${PKI}/${name}`, 'x', PKI)).rejects.toThrow(/is none/);
    symlinkSync('dir', scratch.real(`${PKI}/linked`));
    await scratch.files.link(`${PKI}/linked`, 'file', PKI);
    expect(readlinkSync(scratch.real(`${PKI}/linked`))).toBe('file');
    expect(await scratch.files.list(`${PKI}/dir`)).toEqual(['file']);
  });

  it('says so where there is no directory for it', async () => {
    await expect(scratch.files.link('/etc/none/x', 'y', '/etc')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
