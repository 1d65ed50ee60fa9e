/** Files that come back, and the copies of them that a killed restore left beside their place. */
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryName } from '../../src/host/files/temporary.ts';
import type { StepOf } from '../../src/model/plan.ts';
import { filesArchive } from '../../src/steps/files-archive.ts';
import { filesPut } from '../../src/steps/files-put.ts';
import { Scratch } from '../host/scratch.ts';
import { restoreContext } from './restore-context.ts';

const KEYS = '/etc/pki/ovirt-engine/keys';
const KEY = `${KEYS}/engine.p12`;
const CONTENT = 'key '.repeat(1000);

let scratch: Scratch;
let context: ReturnType<typeof restoreContext>;
beforeEach(() => {
  scratch = new Scratch();
  context = restoreContext(scratch);
});
afterEach(() => scratch.destroy());

const base = { id: '', title: '', target: '', needs: [], destructive: true };

/** Archives files, and takes them away. */
async function removed(...paths: string[]): Promise<StepOf<'files-put'>> {
  await filesArchive.apply({ ...base, kind: 'files-archive', paths }, context);
  for (const path of paths) rmSync(scratch.real(path));
  const step: StepOf<'files-put'> = {
    ...base,
    kind: 'files-put',
    files: context.backup.files.map((file) => ({ ...file, present: null })),
  };
  context.plan.steps.push(step);
  return step;
}

it('a copy that a killed restore left, whole or in part, goes', async () => {
  scratch.write(KEY, CONTENT, 0o600);
  symlinkSync('engine.p12', scratch.real(`${KEYS}/link`));
  const step = await removed(KEY, `${KEYS}/link`);
  for (const part of [CONTENT, CONTENT.slice(0, 1234), ''])
    scratch.write(`${KEYS}/${temporaryName('engine.p12')}`, part);
  symlinkSync('engine.p12', scratch.real(`${KEYS}/${temporaryName('link')}`));
  await filesPut.apply(step, context);
  expect(readdirSync(scratch.real(KEYS)).sort()).toEqual(['engine.p12', 'link']);
  expect(readFileSync(scratch.real(KEY), 'utf8')).toBe(CONTENT);
});

it('what only has such a name stays', async () => {
  scratch.write(KEY, CONTENT);
  symlinkSync('engine.p12', scratch.real(`${KEYS}/link`));
  const step = await removed(KEY, `${KEYS}/link`);
  const others = [
    'engine.p12.aaaaaaaa.tmp',
    'engine.p12.bbbbbbbb.tmp',
    'engine.p12.cccccccc.tmpx',
    'other.dddddddd.tmp',
  ];
  scratch.write(`${KEYS}/${others[0]}`, 'another key');
  scratch.write(`${KEYS}/${others[1]}`, `${CONTENT}and more`);
  for (const name of others.slice(2)) scratch.write(`${KEYS}/${name}`, CONTENT);
  scratch.mkdir(`${KEYS}/engine.p12.eeeeeeee.tmp`);
  symlinkSync('elsewhere', scratch.real(`${KEYS}/link.ffffffff.tmp`));
  symlinkSync('engine.p12', scratch.real(`${KEYS}/engine.p12.gggggggg.tmp`));
  const before = readdirSync(scratch.real(KEYS));
  await filesPut.apply(step, context);
  expect(readdirSync(scratch.real(KEYS)).sort()).toEqual([...before, 'engine.p12', 'link'].sort());
});

it('one that was there before, and is put back itself, stays put back', async () => {
  scratch.write(KEY, CONTENT);
  scratch.write(`${KEY}.k3_x9q0a.tmp`, CONTENT);
  const step = await removed(KEY, `${KEY}.k3_x9q0a.tmp`);
  const [copy, key] = [...step.files]
    .sort((a, b) => b.path.length - a.path.length)
    .map((file) => ({ ...step, files: [file] }));
  context.plan.steps = [copy!, key!];
  await filesPut.apply(copy!, context);
  await filesPut.apply(key!, context);
  expect(readdirSync(scratch.real(KEYS)).sort()).toEqual(['engine.p12', 'engine.p12.k3_x9q0a.tmp']);
});
