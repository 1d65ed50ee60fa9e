/** Mounts are made in a namespace that only the test sees; the files are reached through that namespace's view of the machine. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFiles } from '../../../src/host/files/index.ts';
import type { Files } from '../../../src/host/port.ts';
import { passedOver, whyNoMounts } from '../../fixture/needs.ts';
import { PrivateMounts, Scratch } from '../scratch.ts';

const PKI = '/etc/pki/ovirt-engine';
const noMounts = passedOver('Mounts', whyNoMounts());

describe.skipIf(noMounts)('a bind mount, which keeps the device number', () => {
  let scratch: Scratch;
  let mounts: PrivateMounts;
  let files: Files;

  beforeEach(async () => {
    scratch = new Scratch();
    scratch.write(`${PKI}/ca.pem`, 'CA');
    scratch.write(`${PKI}/keys/engine.p12`, 'under the mount');
    scratch.mkdir(`${PKI}/empty`);
    scratch.write(`${PKI}/file`, 'under the mount');
    scratch.write('/data/engine.p12', 'user data');
    scratch.mkdir('/data/empty');
    const at = (path: string): string => `'${scratch.real(path)}'`;
    mounts = await PrivateMounts.make(
      [
        `mount --bind ${at('/data')} ${at(`${PKI}/keys`)}`,
        `mount --bind ${at('/data/empty')} ${at(`${PKI}/empty`)}`,
        `mount --bind ${at('/data/engine.p12')} ${at(`${PKI}/file`)}`,
      ].join('\n'),
    );
    files = createFiles(mounts.path(scratch.root));
  });
  afterEach(async () => {
    await mounts.end();
    scratch.destroy();
  });

  it('is no other device, and told apart all the same', async () => {
    const [outside, inside] = [await files.stat(`${PKI}/ca.pem`), await files.stat(`${PKI}/keys/engine.p12`)];
    expect(inside!.identity.dev).toBe(outside!.identity.dev);
    expect(await files.readText(`${PKI}/keys/engine.p12`)).toBe('user data');
    expect(await files.onOtherMount(`${PKI}/keys/engine.p12`, PKI)).toBe(true);
    expect(await files.onOtherMount(`${PKI}/keys`, PKI)).toBe(true);
    expect(await files.onOtherMount(`${PKI}/file`, PKI)).toBe(true);
    expect(await files.onOtherMount(`${PKI}/empty`, `${PKI}/empty`)).toBe(true);
    expect(await files.onOtherMount(`${PKI}/ca.pem`, PKI)).toBe(false);
    expect(await files.onOtherMount(PKI, PKI)).toBe(false);
    // A product directory that is a mount of its own is as good as any.
    expect(await files.onOtherMount(`${PKI}/keys/engine.p12`, `${PKI}/keys`)).toBe(false);
  });

  it('below the anchor keeps what is in it', async () => {
    for (const path of [`${PKI}/keys/engine.p12`, `${PKI}/file`]) {
      const identity = (await files.stat(path))!.identity;
      await expect(files.remove(path, identity, PKI)).rejects.toMatchObject({ code: 'EXDEV' });
      await expect(files.replace(path, Buffer.from('new'), { anchor: PKI })).rejects.toMatchObject({ code: 'EXDEV' });
    }
    await expect(files.replace(`${PKI}/keys/new`, Buffer.from('new'), { anchor: PKI })).rejects.toMatchObject({
      code: 'EXDEV',
    });
    await expect(files.link(`${PKI}/keys/new`, 'x', PKI)).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(files.removeDir(`${PKI}/keys/empty`, PKI)).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(files.makeParents(`${PKI}/keys/new/x`, `${PKI}/x`, PKI)).rejects.toMatchObject({ code: 'EXDEV' });
    expect(readFileSync(scratch.real('/data/engine.p12'), 'utf8')).toBe('user data');
    expect(await scratch.files.list('/data')).toEqual(['empty', 'engine.p12']);
  });

  it('point is no directory to remove, whatever its anchor', async () => {
    for (const anchor of [PKI, `${PKI}/empty`]) {
      await expect(files.removeDir(`${PKI}/empty`, anchor)).rejects.toMatchObject({
        code: 'EXDEV',
        hint: expect.stringContaining('Unmount'),
      });
    }
    expect(scratch.exists(`${PKI}/empty`)).toBe(true);
  });

  it('is not searched by a pattern that begins above it, and is by one that begins in it', async () => {
    expect(await files.glob(`${PKI}/**`)).toEqual([`${PKI}/ca.pem`, `${PKI}/file`]);
    expect(await files.glob(`${PKI}/*/*`)).toEqual([]);
    expect(await files.glob(`${PKI}/keys/*`)).toEqual([`${PKI}/keys/empty`, `${PKI}/keys/engine.p12`]);
  });

  it('that is the anchor itself is worked on', async () => {
    const path = `${PKI}/keys/engine.p12`;
    await files.replace(path, Buffer.from('new'), { anchor: `${PKI}/keys` });
    expect(readFileSync(scratch.real('/data/engine.p12'), 'utf8')).toBe('new');
    expect(await files.remove(path, (await files.stat(path))!.identity, `${PKI}/keys`)).toBe('removed');
    expect(scratch.exists('/data/engine.p12')).toBe(false);
    expect(readFileSync(scratch.real(`${PKI}/keys/engine.p12`), 'utf8')).toBe('under the mount');
  });
});

describe.skipIf(noMounts)('a file system that refuses', () => {
  it('read-only: nothing changes, and the error says which and why', async () => {
    const scratch = new Scratch();
    onTestFinished(() => scratch.destroy());
    scratch.write('/etc/x/file', 'stays');
    const mounts = await PrivateMounts.make(
      `mount --bind '${scratch.root}' '${scratch.root}'; mount -o remount,bind,ro '${scratch.root}'`,
    );
    onTestFinished(() => mounts.end());
    const files = createFiles(mounts.path(scratch.root));
    const identity = (await files.stat('/etc/x/file'))!.identity;
    const readOnly = {
      code: 'EROFS',
      message: expect.stringContaining('/etc/x/file'),
      hint: expect.stringContaining('writable'),
    };
    await expect(files.remove('/etc/x/file', identity, '/etc/x')).rejects.toMatchObject(readOnly);
    await expect(files.replace('/etc/x/file', Buffer.from(''), { anchor: '/etc/x' })).rejects.toMatchObject(readOnly);
    expect(readFileSync(scratch.real('/etc/x/file'), 'utf8')).toBe('stays');
  });

  it('full: the old content stays whole, and no temporary file', async () => {
    const scratch = new Scratch();
    onTestFinished(() => scratch.destroy());
    scratch.mkdir('/small');
    const mounts = await PrivateMounts.make(`mount -t tmpfs -o size=64k none '${scratch.real('/small')}'`);
    onTestFinished(() => mounts.end());
    const files = createFiles(mounts.path(scratch.root));
    writeFileSync(mounts.path(scratch.real('/small/file')), 'old');
    await expect(files.replace('/small/file', Buffer.alloc(200_000), { anchor: '/small' })).rejects.toMatchObject({
      code: 'ENOSPC',
      hint: expect.stringContaining('Free space'),
    });
    expect(await files.list('/small')).toEqual(['file']);
    expect(await files.readText('/small/file')).toBe('old');
    expect(await files.freeBytes('/small')).toBeLessThan(65_536);
  });
});
