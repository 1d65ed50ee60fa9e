/** What setup leaves beside a file: of its own, of a package, and of one that stays. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findFiles } from '../../src/detect/files.ts';
import { findRecords } from '../../src/detect/records.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g43 } from '../../src/layouts/g4.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-copies-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** @param brought what packages bring, by path; null: packages cannot be asked */
async function look(layout: typeof g5, brought: Record<string, string> | null = null) {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const owned = Object.entries(brought ?? {});
  const packages = {
    owners: async () => (brought === null ? null : new Map(owned.map(([path]) => [path, 'a-package']))),
    digests: async () => new Map(owned.map(([path, text]) => [path, { algorithm: 'sha256', hex: hash(text) }])),
  };
  const host = { files: createFiles(root), packages };
  const context = { root, layout, host, vault: new Vault(), note() {}, fault() {} } as unknown as DetectContext;
  const records = await findRecords(context);
  return (await findFiles(context, records.merged, null)).files;
}

it('a killed setup leaves temporary files beside what stays, and only those are its own', async () => {
  make('/etc/sysctl.d/ovirt-engine.conf');
  make('/etc/sysctl.d/ovirt-engine.conf.a1b2c3d4.tmp');
  make('/etc/exports.d/ovirt-engine-iso-domain.exports.a1b2c3d4.tmp');
  make('/etc/sysctl.d/ovirt-engine.conf.20260101120000');
  make('/etc/sysctl.d/50-admin.conf.a1b2c3d4.tmp');
  make('/var/lib/ovirt-engine/backups/somebody.a1b2c3d4.tmp');
  expect((await look(g5)).map(({ path }) => path).sort()).toEqual([
    '/etc/exports.d/ovirt-engine-iso-domain.exports.a1b2c3d4.tmp',
    '/etc/sysctl.d/ovirt-engine.conf.a1b2c3d4.tmp',
  ]);
});

it('setup keeps what a package had brought, which the hash of the package tells from any other copy', async () => {
  const conf = '/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf';
  const setups = 'ssl_key_file = /etc/pki/ovirt-engine/keys/apache.key.nopass\n';
  make(conf, setups);
  make(`${conf}.20260101120000`, '# port = 54323\n');
  make(`${conf}.20260202120000`, setups);
  const original = async (brought: Record<string, string> | null): Promise<string | undefined> =>
    (await look(g43, brought)).find(({ path }) => path === conf)?.original;
  expect(await original({ [conf]: '# port = 54323\n' })).toBe(`${conf}.20260101120000`);
  expect(await original({ [conf]: '# port = 1\n' })).toBeUndefined();
  expect(await original(null)).toBeUndefined();
});
