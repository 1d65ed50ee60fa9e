/** The engine's own keystore, of either kind, beside the CA that issued its certificate. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeKeys } from '../../src/detect/pki.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { pki } from '../../src/layouts/otopi/pki.ts';
import type { PkiLayout } from '../../src/model/layout.ts';
import { type JksContents, makeJks } from '../fixture/jks.ts';
import { copyPki } from '../fixture/pki.ts';

/** As 3.0 and 3.1 have it. */
const old: PkiLayout = { ...pki, engineStore: `${pki.dir}/.keystore`, engineStoreKind: 'jks' };

let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-store-'));
  await copyPki(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(root, pki.dir, name), 'utf8');

function keystore(more: Partial<JksContents> = {}, password = 'mypass'): void {
  const chain = [read('certs/engine.cer'), read('ca.pem')];
  const store = makeJks({ alias: 'engine', key: read('keys/engine_id_rsa'), chain, ...more }, password);
  writeFileSync(join(root, old.engineStore), store);
}

const judged = () => judgeKeys(createFiles(root), old, old.dir);

describe('keys in a Java keystore can be kept', () => {
  it('where it opens and chains to the CA', async () => {
    keystore();
    expect(await judged()).toEqual({
      usable: true,
      signs: true,
      why: 'the CA matches its key, and .keystore opens and chains to it',
    });
  });

  it.each<[string, () => void, string]>([
    ['it is missing', () => undefined, '.keystore is missing'],
    ['it has another password', () => keystore({}, 'other'), 'does not open with its password'],
    [
      'it is a PKCS#12',
      () => writeFileSync(join(root, old.engineStore), readFileSync(join(root, pki.engineStore))),
      'no Java keystore',
    ],
    ['it holds another key', () => keystore({ alias: 'mykey' }), 'holds no key "engine"'],
    ['its key is another one', () => keystore({ key: read('private/ca.pem') }), 'does not belong to its key'],
    [
      'another CA issued it',
      () => keystore({ key: read('private/qemu-ca.pem'), chain: [read('qemu-ca.pem')] }),
      'was not issued by ca.pem',
    ],
  ])('not where %s', async (_, make, why) => {
    make();
    const judgement = await judged();
    expect(judgement).toMatchObject({ usable: false, signs: true });
    expect(judgement.why).toContain(why);
  });
});

it('keys in a PKCS#12 store are judged as ever', async () => {
  expect(await judgeKeys(createFiles(root), pki, pki.dir)).toMatchObject({ usable: true });
});
