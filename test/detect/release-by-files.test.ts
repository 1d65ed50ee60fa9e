/** Which of the real layouts a host is read with where neither marker nor package tells: below a root without rpm. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findLayout } from '../../src/detect/layout.ts';
import { createFiles } from '../../src/host/files/index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-release-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text = 'x'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function contextWith(version: string | null): DetectContext {
  const packages = { version: async () => (version === null ? 'unknown' : { version, installedAt: 0 }) };
  return { root, host: { files: createFiles(root), packages }, note() {}, fault() {} } as unknown as DetectContext;
}

async function taken(paths: readonly string[], texts: Record<string, string> = {}): Promise<string> {
  for (const path of paths) make(path);
  for (const [path, text] of Object.entries(texts)) make(path, text);
  return (await findLayout(contextWith(null), null)).layout.releases.join();
}

const PKI = [
  'ca.pem',
  'private/ca.pem',
  '.truststore',
  'serial.txt',
  'database.txt',
  'cacert.template',
  'cert.template',
]
  .concat('cacert.conf', 'cert.conf', 'keys/engine_id_rsa')
  .map((name) => `/etc/pki/ovirt-engine/${name}`);
const PGPASS_32 = {
  '/etc/ovirt-engine/.pgpass':
    '# This section was created during oVirt Engine setup.\nlocalhost:5432:*:postgres:x\n#####  End of oVirt Engine DB settings section.\n',
};
const PGPASS_31 = {
  '/root/.pgpass':
    '#####  oVirt-engine DB ADMIN settings section. Do not change!!\nlocalhost:5432:*:postgres:x\n#####  End of oVirt-engine DB ADMIN settings section.\n',
};
const PGPASS_30 = { '/root/.pgpass': 'localhost:5432:*:postgres:x\nlocalhost:5432:engine:engine:x\n' };
const CONF = '/etc/ovirt-engine/engine.conf.d';
const OF_33 = [
  `${CONF}/10-setup-database.conf`,
  `${CONF}/10-setup-protocols.conf`,
  `${CONF}/10-setup-pki.conf`,
  `${CONF}/10-setup-jboss.conf`,
].concat(
  '/etc/httpd/conf.d/z-ovirt-engine-proxy.conf',
  '/etc/ovirt-engine/notifier/notifier.conf.d/10-setup-jboss.conf',
);
const SYSCONFIG = '/etc/sysconfig/ovirt-engine';
const JBOSS = '/usr/share/jboss-as/standalone/deployments/engine.ear.dodeploy';

/** A host of 3.3 and one of 4.5 are alike in their files but for the later ones; the newest of equals is taken. */
const SINCE_33 = /^(3\.[3-6]|4\.)/;

it.each<[string, readonly string[], Record<string, string>, RegExp]>([
  ['a whole 3.2', [...PKI, SYSCONFIG, '/etc/httpd/conf.d/ovirt-engine.conf'], PGPASS_32, /^3\.2$/],
  ['a 3.2 whose packages were removed', [`${SYSCONFIG}.rpmsave`], PGPASS_32, /^3\.2$/],
  ['a 3.2 of which the password file alone is left', [], PGPASS_32, /^3\.2$/],
  ['a 3.2 that was cleaned up', [SYSCONFIG, ...PKI.filter((path) => /template|\.txt/.test(path))], {}, /^3\.2$/],
  [
    'a whole 3.1',
    [...PKI, '/etc/pki/ovirt-engine/.keystore', '/etc/ovirt-engine/engine-service.xml', SYSCONFIG],
    PGPASS_31,
    /^3\.1$/,
  ],
  [
    'a 3.1 whose packages were removed',
    ['/etc/ovirt-engine/engine-service.xml.rpmsave', '/etc/httpd/conf.d/ovirt-engine.conf'],
    PGPASS_31,
    /^3\.1$/,
  ],
  ['a 3.1 of which the password file alone is left', [], PGPASS_31, /^3\.1$/],
  [
    'a whole 3.0',
    [...PKI, '/etc/pki/ovirt-engine/.keystore', JBOSS, '/etc/ovirt-engine/web-conf.js'],
    PGPASS_30,
    /^3\.0$/,
  ],
  ['a 3.0 whose packages were removed', [JBOSS], PGPASS_30, /^3\.0$/],
  ['a whole 3.3', [...PKI, ...OF_33], {}, SINCE_33],
  [
    'a 3.3 that was upgraded from 3.2',
    [...PKI, ...OF_33, `${SYSCONFIG}.rpmsave`, '/etc/ovirt-engine/.pgpass'],
    {},
    SINCE_33,
  ],
  ['a 3.3 whose setup died in the PKI', PKI, {}, SINCE_33],
  ['one of an administrator with a password file of his own', [...PKI, ...OF_33], PGPASS_30, SINCE_33],
  ['nothing', [], {}, SINCE_33],
])('%s', async (_, paths, texts, expected) => {
  expect(await taken(paths, texts)).toMatch(expected);
});

it.each<[string, readonly string[], Record<string, string>, string]>([
  ['one of 3.2, whose password file 3.3 has not emptied', [...PKI, `${SYSCONFIG}.rpmsave`], PGPASS_32, '3.2'],
  ['one of 3.1, the same', PKI, PGPASS_31, '3.1'],
  ['one of 3.3 where its setup has written its drop-in', [...PKI, ...OF_33], PGPASS_32, '3.3'],
  ['one of 3.3 of an administrator with a password file of his own', PKI, PGPASS_30, '3.3'],
])('with packages of 3.3 and no marker, a host is taken for %s', async (_, paths, texts, expected) => {
  for (const path of paths) make(path);
  for (const [path, text] of Object.entries(texts)) make(path, text);
  const { layout, told } = await findLayout(contextWith('3.3.5'), null);
  expect(layout.releases).toContain(expected);
  expect(told).toMatchObject({ release: expected, unknown: null });
  // Looked at once more by the same run, when the password file is gone.
  rmSync(root, { recursive: true });
  mkdirSync(root);
  expect((await findLayout(contextWith('3.3.5'), layout)).told.release).toBe(expected);
});
