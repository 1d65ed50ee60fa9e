/** A file without a name is whole or an error: half a list of what is to be restored would restore half. */
import { closeSync, fstatSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { namelessFile } from '../../../src/host/postgres/login.ts';
import { passedOver, whyNoMounts } from '../../fixture/needs.ts';
import { PrivateMounts } from '../scratch.ts';

const noMounts = passedOver('A full disk below a file without a name', whyNoMounts());

it.skipIf(noMounts)('on a disk that has room for a part of it, it is an error', async () => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-nameless-')));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const mounts = await PrivateMounts.make(`mount -t tmpfs -o size=16k none '${dir}'`);
  onTestFinished(() => mounts.end());
  const fits = namelessFile(mounts.path(dir), 'x'.repeat(16_000));
  expect(fstatSync(fits).size).toBe(16_000);
  closeSync(fits);
  expect(() => namelessFile(mounts.path(dir), 'x'.repeat(20_000))).toThrow(/ENOSPC/);
});
