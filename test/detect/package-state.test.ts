/** Installed, removed, or installed again: what the package's age and the PKI tree tell together. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/index.ts';
import { createHost } from '../../src/host/index.ts';
import type { Packages } from '../../src/host/port.ts';
import { Vault } from '../../src/model/credentials.ts';
import { HostError } from '../../src/model/errors.ts';
import type { Facts } from '../../src/model/facts.ts';
import { type HostOptions, makeHost } from '../fixture/host.ts';

const DAY = 24 * 3600_000;

let dir: string;
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What is found on a host, where rpm says this of the package; no server is asked. */
async function packageState(
  options: Partial<HostOptions>,
  installed: Awaited<ReturnType<Packages['version']>>,
): Promise<Facts['package']> {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-detect-')));
  const root = join(dir, 'host');
  await makeHost({ dir: root, ...options });
  const host = {
    ...createHost({ root, timeoutMs: 10_000 }),
    packages: { owners: async () => null, digests: async () => new Map(), version: async () => installed },
    databases: {
      admin: () => null,
      connect: () => Promise.reject(new HostError('no answer', { hint: '', code: 'ECONNREFUSED' })),
    },
  };
  const facts = await detect(host, { root, vault: new Vault(), timeoutMs: 10_000, backupBase: dir, judgeKeys: false });
  return facts.package;
}

describe('the package', () => {
  it.each<[string, Partial<HostOptions>, number, Facts['package']]>([
    ['is installed, where it is older than what setup left', {}, -DAY, 'installed'],
    ['is installed, where it was updated since and the keys are there', {}, DAY, 'installed'],
    ['was installed again, where it is younger and the keys are gone', { package: 'reinstalled' }, DAY, 'reinstalled'],
    [
      'is installed, where the keys are gone but it was there before setup',
      { package: 'reinstalled' },
      -DAY,
      'installed',
    ],
  ])('%s', async (_, options, age, expected) => {
    expect(await packageState(options, { version: '4.5.8-1.el9', installedAt: Date.now() + age })).toBe(expected);
  });

  it('was removed where rpm knows none, and is unknown where rpm cannot be asked', async () => {
    expect(await packageState({}, null)).toBe('removed');
    rmSync(dir, { recursive: true });
    expect(await packageState({}, 'unknown')).toBe('unknown');
  });
});
