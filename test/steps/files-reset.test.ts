/** A package's file that setup or openssl filled: put back to what the package brings. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFiles } from '../../src/host/files/index.ts';
import type { Files } from '../../src/host/port.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { filesReset } from '../../src/steps/files-reset.ts';

const SERIAL = '/etc/pki/ovirt-engine/serial.txt';
const DATABASE = '/etc/pki/ovirt-engine/database.txt';

let root: string;
let files: Files;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-reset-'));
  files = createFiles(root);
  write(SERIAL, '1007\n');
  write(DATABASE, 'V\t...\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const context = () => ({ layout: g5, host: { files }, backup: null }) as unknown as StepContext;

async function step(): Promise<StepOf<'files-reset'>> {
  const planned = async (path: string) => ({ path, why: '', identity: (await files.stat(path))!.identity });
  const base = { id: '', title: '', target: '', needs: [], destructive: true };
  const list = [{ ...(await planned(SERIAL)), pristine: '01' }, await planned(DATABASE)];
  return { ...base, kind: 'files-reset', files: list };
}

it('has its own content again, nothing where the package brings nothing', async () => {
  const one = await step();
  expect(await filesReset.probe(one, context())).toBe(false);
  await filesReset.apply(one, context());
  expect([text(SERIAL), text(DATABASE)]).toEqual(['01', '']);
  expect(await filesReset.probe(one, context())).toBe(true);
});

it('stays as it is where that was done before, half of it too', async () => {
  const one = await step();
  write(SERIAL, '01');
  const { mtimeMs } = statSync(join(root, SERIAL));
  expect(await filesReset.probe(one, context())).toBe(false);
  await filesReset.apply(one, context());
  expect(statSync(join(root, SERIAL)).mtimeMs).toBe(mtimeMs);
  expect(text(DATABASE)).toBe('');
});

it('is not done where something of that size was written since: that is in no backup', async () => {
  const one = await step();
  write(SERIAL, '02');
  expect(await filesReset.probe(one, context())).toBe(false);
  await expect(filesReset.apply(one, context())).rejects.toThrow(/written to since the plan saw it/);
  expect(text(SERIAL)).toBe('02');
});

it('is done where it is gone', async () => {
  const one = await step();
  rmSync(join(root, SERIAL));
  write(DATABASE, '');
  expect(await filesReset.probe(one, context())).toBe(true);
});
