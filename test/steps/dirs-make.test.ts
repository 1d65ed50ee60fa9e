/** Directories that come back as they were. */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DirectoryBefore } from '../../src/model/backup.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { dirsMake } from '../../src/steps/dirs-make.ts';
import { filesArchive } from '../../src/steps/files-archive.ts';
import { passedOver } from '../fixture/needs.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../host/attributes.ts';
import { Scratch } from '../host/scratch.ts';
import { restoreContext } from './restore-context.ts';

const skip = passedOver('Attributes of directories', await whyNoAttributes());
const PKI = '/etc/pki/ovirt-engine';
const DIRS = [PKI, `${PKI}/certs`, `${PKI}/certs/old`, `${PKI}/keys`];

let scratch: Scratch;
let context: StepContext;
beforeEach(() => {
  scratch = new Scratch();
  scratch.write('/etc/other', 'stays');
  for (const dir of DIRS) scratch.write(`${dir}/file`, dir);
  context = restoreContext(scratch);
});
afterEach(() => scratch.destroy());

const base = { id: '', title: '', target: '', needs: [], destructive: false };

/** Archives files and directories, and takes them away. */
async function removed(): Promise<StepOf<'dirs-make'>> {
  const paths = DIRS.map((dir) => `${dir}/file`);
  await filesArchive.apply({ ...base, kind: 'files-archive', paths, dirs: DIRS }, context);
  const dirs = await Promise.all(
    DIRS.map(async (path): Promise<DirectoryBefore> => {
      const { mode, uid, gid } = (await scratch.files.stat(path))!;
      return { path, mode, uid, gid, archived: true };
    }),
  );
  rmSync(scratch.real(PKI), { recursive: true });
  return { ...base, kind: 'dirs-make', dirs };
}

it.skipIf(skip)('with mode, extended attributes, ACL and label, each of them, and none of the files', async () => {
  chmodSync(scratch.real(`${PKI}/keys`), 0o2750);
  setAttributes(scratch.real(`${PKI}/certs`));
  const attributes = attributesOf(scratch.real(`${PKI}/certs`));
  const step = await removed();
  expect(await dirsMake.probe(step, context)).toBe(false);
  await dirsMake.apply(step, context);
  expect(await dirsMake.probe(step, context)).toBe(true);
  expect(attributesOf(scratch.real(`${PKI}/certs`))).toEqual(attributes);
  expect((await scratch.files.stat(`${PKI}/keys`))?.mode).toBe(0o2750);
  expect(readdirSync(scratch.real(PKI))).toEqual(['certs', 'keys']);
  expect(readdirSync(scratch.real(`${PKI}/certs`))).toEqual(['old']);
  expect(readdirSync(context.runDir)).toEqual([]);
});

it('leaves one that somebody made meanwhile as it is, and takes away what a killed restore left beside', async () => {
  const step = await removed();
  scratch.mkdir(`${PKI}/keys`);
  chmodSync(scratch.real(`${PKI}/keys`), 0o711);
  scratch.mkdir(`${PKI}/certs.ab_0cdef.tmp`);
  await dirsMake.apply(step, context);
  expect((await scratch.files.stat(`${PKI}/keys`))?.mode).toBe(0o711);
  expect(readdirSync(scratch.real(PKI))).toEqual(['certs', 'keys']);
});

it('makes one that the archive does not have with its owner and mode', async () => {
  const { dirs, ...step } = await removed();
  const [pki, certs] = dirs.map(({ archived: _, ...dir }) => ({ ...dir, mode: 0o750 }));
  await dirsMake.apply({ ...step, dirs: [pki!, certs!] }, context);
  expect((await scratch.files.stat(`${PKI}/certs`))?.mode).toBe(0o750);
  expect(existsSync(scratch.real(`${PKI}/keys`))).toBe(false);
});
