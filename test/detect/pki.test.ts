/** The PKI tree by the names that the layout has for it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findPki } from '../../src/detect/pki.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { PkiLayout } from '../../src/model/layout.ts';

const { pki } = g5;
const WEB_CA = pki.webCa!;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-pki-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function look(more: Partial<PkiLayout> = {}) {
  const layout = { ...g5, pki: { ...pki, ...more } };
  const context = { root, layout, judgeKeys: true, host: { files: createFiles(root) }, note() {}, fault() {} };
  return findPki(context as unknown as DetectContext);
}

it('copies are those of the name that package removal gives them, the newest first', async () => {
  const names = ['ovirt-engine-2013_03_05_10_15_00', 'ovirt-engine-20200101000000', 'ovirt-engine-20210305101500'];
  for (const name of [...names, 'another-20220101000000']) make(`${pki.copies}/${name}/${pki.copyName}/x`);
  const { copies } = await look();
  expect(copies.map(({ path, takenAt }) => [path, takenAt])).toEqual([
    [`${pki.copies}/ovirt-engine-20210305101500/ovirt-engine`, '2021-03-05T10:15:00'],
    [`${pki.copies}/ovirt-engine-20200101000000/ovirt-engine`, '2020-01-01T00:00:00'],
    [`${pki.copies}/ovirt-engine-2013_03_05_10_15_00/ovirt-engine`, '2013-03-05T10:15:00'],
  ]);
  const others = (await look({ copyName: 'another' })).copies;
  expect(others.map(({ path }) => path)).toEqual([`${pki.copies}/another-20220101000000/another`]);
});

it("the web server's CA is an administrator's where it is a file of its own, and is looked for where the release has one", async () => {
  expect((await look()).thirdPartyWebCertificate).toBe(false);
  make(pki.ca, 'the CA');
  make(WEB_CA, 'the CA');
  expect((await look()).thirdPartyWebCertificate).toBe(false);
  make(WEB_CA, 'another');
  expect((await look()).thirdPartyWebCertificate).toBe(true);
  expect((await look({ webCa: null })).thirdPartyWebCertificate).toBe(false);
  rmSync(join(root, WEB_CA));
  symlinkSync('ca.pem', join(root, WEB_CA));
  expect((await look()).thirdPartyWebCertificate).toBe(false);
});

it('what is missing is called by its name in the tree', async () => {
  expect((await look()).usableWhy).toBe('ca.pem is missing');
  expect((await look({ ca: `${pki.dir}/sub/other.pem` })).usableWhy).toBe('sub/other.pem is missing');
});
