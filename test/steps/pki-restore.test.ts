/** Putting the PKI back from the copy that package removal left: every file, in an order that a crash cannot spoil, and nothing that is not setup's. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findPki, judgeKeys } from '../../src/detect/pki.ts';
import { createFiles } from '../../src/host/files/index.ts';
import type { Files } from '../../src/host/port.ts';
import { layoutOf } from '../../src/layouts/index.ts';
import type { CopiedFile } from '../../src/model/facts.ts';
import { nameOf } from '../../src/model/paths.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { pkiRestore } from '../../src/steps/pki-restore.ts';
import { makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import { PACKAGED_PKI, PKI, PKI_COPY } from '../fixture/host-package.ts';
import { STORE_PASSWORD } from '../fixture/pki.ts';
import { makeCa, PkiTree, sign } from '../fixture/pki-tree.ts';

const layout = layoutOf('4.5')!;
const CA = `${PKI}/ca.pem`;
const SERIAL = `${PKI}/serial.txt`;

let dir: string;
let host: ThrowAwayHost;
let files: Files;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-pki-'));
  host = await makeHost({ dir: join(dir, 'host'), package: 'reinstalled' });
  files = createFiles(host.dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The copies as detection tells them; `owners`: what packages own. */
async function copies(owners: Record<string, string> | null = null) {
  const packages = { owners: async () => (owners === null ? null : new Map(Object.entries(owners))) };
  const context = { host: { files, packages }, layout, judgeKeys: true } as unknown as DetectContext;
  return (await findPki(context)).copies;
}

async function copied(owners: Record<string, string> | null = null): Promise<CopiedFile[]> {
  return (await copies(owners)).find(({ usable }) => usable)?.files ?? [];
}

function step(list: CopiedFile[]): StepOf<'pki-restore'> {
  const base = { id: 'restore:pki', title: '', target: '', needs: [], destructive: true };
  return { ...base, kind: 'pki-restore', from: PKI_COPY, path: PKI, files: list };
}

function context(door = files): StepContext {
  return { host: { files: door }, layout, backup: null } as unknown as StepContext;
}

async function restore(): Promise<void> {
  await pkiRestore.apply(step(await copied()), context());
}

const isUsable = async (): Promise<boolean> => (await judgeKeys(files, layout.pki, PKI)).usable;
const tree = (below: string) => host.listing().filter(({ path }) => path.startsWith(`${below}/`));
const place = (path: string): string => PKI + path.slice(PKI_COPY.length);

/** A door that dies at its nth change of the host; `changes` tells what it changed. */
function dying(nth: number): { door: Files; changes: string[] } {
  const changes: string[] = [];
  const counted =
    <A extends [string, ...never[]], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (changes.length === nth) throw new Error('killed');
      changes.push(args[0]);
      return act(...args);
    };
  const { remove, replace, link } = files;
  return { door: { ...files, remove: counted(remove), replace: counted(replace), link: counted(link) }, changes };
}

/** A PKI of another CA, whole but for its trust store: what a setup leaves that was killed after the reinstallation. */
async function killedSetup(): Promise<void> {
  execFileSync('cp', ['-a', `${host.real(PKI_COPY)}/.`, host.real(PKI)]);
  const other = new PkiTree(host.dir);
  await makeCa(other, 'ca', 'another.82743', 0x2000);
  await sign(other, 'ca', 'requests/engine.req', 0x2001, 'certs/engine.cer');
  const store = ['-in', 'certs/engine.cer', '-inkey', 'keys/engine_id_rsa', '-name', '1', '-passout', 'stdin'];
  await other.openssl(['pkcs12', '-export', ...store, '-out', 'keys/engine.p12'], STORE_PASSWORD);
  expect(await isUsable()).toBe(true);
  host.remove(`${PKI}/.truststore`);
}

describe('putting the PKI back', () => {
  it('gives every file back with content, owner, mode and target, and leaves the copy as it is', async () => {
    const before = tree(PKI_COPY);
    host.remove(PKI); // so that its directories come back too
    await restore();
    const wanted = before.filter(({ path }) => !PACKAGED_PKI.test(nameOf(path)));
    expect(tree(PKI)).toEqual(wanted.map((entry) => ({ ...entry, path: place(entry.path) })));
    expect(tree(PKI_COPY)).toEqual(before);
  });

  it('names every file it makes, and writes ca.pem last', async () => {
    const list = await copied();
    const { door, changes } = dying(Number.POSITIVE_INFINITY);
    await pkiRestore.apply(step(list), context(door));
    expect(changes.at(-1)).toBe(CA);
    expect(changes.toSorted()).toEqual(pkiRestore.touches(step(list)).toSorted());
    expect(changes.length).toBeGreaterThan(80);
  });

  it('does not touch a file of a package, by rule or by what rpm says', async () => {
    const own = [`${PKI}/openssl.conf`, `${PKI}/cert.template.in`, `${PKI}/cacert.conf`];
    for (const path of own) host.write(path, '# of a newer package\n');
    await pkiRestore.apply(step(await copied({ [own[2]!]: 'ovirt-engine-4.5.9' })), context());
    for (const path of own) expect(host.read(path)).toBe('# of a newer package\n');
    expect(host.exists(CA)).toBe(true);
  });

  it('leaves out what a killed setup had left in the tree', async () => {
    host.write(`${PKI_COPY}/keys/jboss.p12.ab12cd34.tmp`, 'half a keystore');
    await restore();
    expect(existsSync(host.real(`${PKI}/keys/jboss.p12.ab12cd34.tmp`))).toBe(false);
  });

  it('makes a link where a file is, and a file where a link is', async () => {
    host.write(`${PKI}/apache-ca.pem`, 'of a third party\n');
    symlinkSync('elsewhere', host.real(SERIAL));
    await restore();
    expect(lstatSync(host.real(`${PKI}/apache-ca.pem`)).isSymbolicLink()).toBe(true);
    expect(host.read(SERIAL)).toBe(host.read(`${PKI_COPY}/serial.txt`));
  });

  it('writes over no file that appeared or changed since the plan was made', async () => {
    const list = await copied();
    host.write(SERIAL, '2000\n');
    await expect(pkiRestore.apply(step(list), context())).rejects.toThrow(/serial\.txt was changed since/);
    expect(host.read(SERIAL)).toBe('2000\n');
    const again = await copied();
    writeFileSync(host.real(SERIAL), '2000 and more\n');
    await expect(pkiRestore.apply(step(again), context())).rejects.toThrow(/serial\.txt was changed since/);
    expect(host.read(SERIAL)).toBe('2000 and more\n');
    expect(host.exists(CA)).toBe(false);
  });

  it('fails where a file of the copy is gone, and does not go on to ca.pem', async () => {
    const list = await copied();
    host.remove(`${PKI_COPY}/private/ca.pem`);
    await expect(pkiRestore.apply(step(list), context())).rejects.toThrow(/no longer in the copy/);
    expect(host.exists(CA)).toBe(false);
  });
});

describe('a copy that cannot be put back', () => {
  it.each([
    ['a directory', () => mkdirSync(host.real(SERIAL))],
    [
      'a link on the way',
      () => {
        rmSync(host.real(`${PKI}/certs`), { recursive: true });
        symlinkSync('/tmp', host.real(`${PKI}/certs`));
      },
    ],
  ])('is not usable: %s is in the way', async (_what, spoil) => {
    spoil();
    const [newest] = await copies();
    expect(newest).toMatchObject({ path: PKI_COPY, usable: false });
    expect(newest?.why).toContain('it cannot be put back');
  });
});

describe('whether it is done', () => {
  it('is told by keys that belong together, not by names', async () => {
    const probe = () => pkiRestore.probe(step([]), context());
    expect(await probe()).toBe(false);
    await restore();
    expect(await probe()).toBe(true);
    host.write(`${PKI}/keys/engine.p12`, readFileSync(host.real(`${PKI_COPY}/.truststore`), 'latin1'));
    expect(await probe()).toBe(false);
  });
});

describe('a crash', () => {
  it('at any point leaves a tree that a rerun puts back whole, over nothing', async () => {
    const { door, changes } = dying(Number.POSITIVE_INFINITY);
    await pkiRestore.apply(step(await copied()), context(door));
    const whole = tree(PKI);
    for (const nth of [1, 2, 40, changes.length - 2, changes.length - 1]) {
      for (const path of changes) host.remove(path);
      await expect(pkiRestore.apply(step(await copied()), context(dying(nth).door))).rejects.toThrow('killed');
      expect(await isUsable(), `after ${nth} files`).toBe(false);
      await restore();
      expect(tree(PKI), `after ${nth} files`).toEqual(whole);
    }
  });

  it('over a PKI of another CA never leaves a mixture that passes for whole', async () => {
    await killedSetup();
    const kept = join(dir, 'kept');
    execFileSync('cp', ['-a', host.real(PKI), kept]);
    const { door, changes } = dying(Number.POSITIVE_INFINITY);
    await pkiRestore.apply(step(await copied()), context(door));
    expect(host.read(CA)).toBe(host.read(`${PKI_COPY}/ca.pem`));
    const whole = tree(PKI);
    for (const nth of [0, 1, 2, 3, 4, 50, changes.length - 1]) {
      rmSync(host.real(PKI), { recursive: true });
      execFileSync('cp', ['-a', kept, dirname(host.real(CA))]);
      await expect(pkiRestore.apply(step(await copied()), context(dying(nth).door))).rejects.toThrow('killed');
      expect(await isUsable(), `after ${nth} changes`).toBe(false);
      await restore();
      expect(tree(PKI), `after ${nth} changes`).toEqual(whole);
    }
  });
});
