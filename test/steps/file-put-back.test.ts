/** A package's configuration file becomes what lies beside it, and nothing that somebody wrote meanwhile is lost. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFiles } from '../../src/host/files/index.ts';
import { layoutOf } from '../../src/layouts/index.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { filePutBack } from '../../src/steps/file-put-back.ts';

const PATH = '/etc/grafana/grafana.ini';
const FROM = `${PATH}.20260101120000`;

let root: string;
let context: StepContext;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-put-back-'));
  mkdirSync(join(root, 'etc/grafana'), { recursive: true });
  writeFileSync(join(root, FROM), '[paths]\n', { mode: 0o600 });
  context = { host: { files: createFiles(root) }, layout: layoutOf('4.5'), backup: null } as unknown as StepContext;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function planned(): Promise<StepOf<'file-put-back'>> {
  const identity = (await context.host.files.stat(PATH))?.identity ?? null;
  return { path: PATH, from: FROM, identity } as StepOf<'file-put-back'>;
}

it('gives the file the content of the other, and keeps its owner and mode', async () => {
  writeFileSync(join(root, PATH), 'secret = of setup\n');
  chmodSync(join(root, PATH), 0o640);
  const step = await planned();
  expect(await filePutBack.probe(step, context)).toBe(false);
  await filePutBack.apply(step, context);
  expect(readFileSync(join(root, PATH), 'utf8')).toBe('[paths]\n');
  expect(statSync(join(root, PATH)).mode & 0o777).toBe(0o640);
  expect(await filePutBack.probe(step, context)).toBe(true);
});

it('makes a file that went with its package, as the other is', async () => {
  await filePutBack.apply(await planned(), context);
  expect(readFileSync(join(root, PATH), 'utf8')).toBe('[paths]\n');
  expect(statSync(join(root, PATH)).mode & 0o777).toBe(0o600);
});

it.each([
  ['one that was written to since', (path: string) => writeFileSync(path, 'by somebody else\n')],
  ['one that went', (path: string) => rmSync(path)],
])('does not touch %s', async (_, change) => {
  writeFileSync(join(root, PATH), 'secret = of setup\n');
  const step = await planned();
  change(join(root, PATH));
  await expect(filePutBack.apply(step, context)).rejects.toThrow(/grafana\.ini was written to since/);
});

it('does not make up what is gone', async () => {
  writeFileSync(join(root, PATH), 'secret = of setup\n');
  const step = await planned();
  rmSync(join(root, FROM));
  expect(await filePutBack.probe(step, context)).toBe(false);
  await expect(filePutBack.apply(step, context)).rejects.toThrow(/120000 is gone.*not changed/);
  expect(readFileSync(join(root, PATH), 'utf8')).toBe('secret = of setup\n');
});
