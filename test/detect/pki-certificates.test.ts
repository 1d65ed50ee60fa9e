/** Certificates that setup renews, as they lie in a real PKI of the captured shape. */
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCertificates } from '../../src/detect/pki-certificates.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { CertificateFact } from '../../src/model/facts.ts';
import { openssl } from '../fixture/certificates.ts';
import { copyPki } from '../fixture/pki.ts';

const { pki } = g5;

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-certificates-'));
  await copyPki(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string): string => join(root, pki.dir, name);

async function look(): Promise<CertificateFact[]> {
  return findCertificates(createFiles(root), pki);
}

async function names(): Promise<string[]> {
  return (await look()).map(({ path }) => path.slice(pki.dir.length + 1));
}

const KEYSTORES = ['engine', 'jboss', 'websocket-proxy', 'apache', 'reports'].map((name) => `certs/${name}.cer`);

it('are those of both CAs and of every keystore of setup, with what decides about them', async () => {
  expect(await names()).toEqual(['ca.pem', 'qemu-ca.pem', ...KEYSTORES]);
  const [ca, , engine, , proxy] = await look();
  expect(ca).toMatchObject({ authority: true, shortLived: false });
  expect(engine).toMatchObject({ authority: false, shortLived: false, names: true });
  expect(proxy).toMatchObject({ authority: false, shortLived: true, names: true });
  expect(Date.parse(engine!.notAfter) - Date.parse(engine!.notBefore)).toBe(3650 * 86_400_000);
});

it('are told from their own text: when they end, and whether they name a host', async () => {
  const dir = join(root, pki.dir);
  const request = ['x509', '-req', '-in', 'requests/engine.req', '-CA', 'ca.pem', '-CAkey', 'private/ca.pem'];
  await openssl(dir, [...request, '-set_serial', '77', '-days', '20', '-out', 'certs/engine.cer']);
  const engine = (await look()).find(({ path }) => path === `${pki.dir}/certs/engine.cer`)!;
  expect(engine.names).toBe(false);
  expect(Date.parse(engine.notAfter) - Date.parse(engine.notBefore)).toBe(20 * 86_400_000);
});

it('without their keystore are none: setup enrols those anew', async () => {
  rmSync(at('keys/apache.p12'));
  expect(await names()).not.toContain('certs/apache.cer');
});

it('of somebody else in the place of the web server’s are not setup’s to renew; the engine’s own are always', async () => {
  for (const name of ['apache', 'engine']) copyFileSync(at('qemu-ca.pem'), at(`certs/${name}.cer`));
  expect(await names()).toEqual(['ca.pem', 'qemu-ca.pem', ...KEYSTORES.filter((name) => !name.includes('apache'))]);
});

it('that cannot be read as one, or are gone, are passed over', async () => {
  writeFileSync(at('certs/jboss.cer'), 'damaged');
  rmSync(at('certs/reports.cer'));
  appendFileSync(at('qemu-ca.pem'), 'what follows a certificate is not looked at');
  expect(await names()).toEqual(['ca.pem', 'qemu-ca.pem', 'certs/engine.cer', ...KEYSTORES.slice(2, 4)]);
});

it('are none where there is no PKI', async () => {
  rmSync(join(root, 'etc'), { recursive: true });
  expect(await look()).toEqual([]);
});
