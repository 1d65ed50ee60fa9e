/** Directories that stay open for a moment while a host is looked at: what they spare, and what they must never change. */
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFiles, Scratch, turn } from '../scratch.ts';

let scratch: Scratch;
const DIR = '/etc/ovirt-engine';
const PATH = `${DIR}/x.conf`;

beforeEach(() => {
  scratch = new Scratch();
  scratch.write(PATH, 'ours');
});
afterEach(() => scratch.destroy());

/** Puts a link in the place of the directory; the very same file is reached through it. */
function swap(): void {
  renameSync(scratch.real(DIR), join(scratch.dir, 'outside'));
  symlinkSync(join(scratch.dir, 'outside'), scratch.real(DIR));
}

it('they are open until the event loop turns, and then closed', async () => {
  const before = openFiles();
  await scratch.files.stat(PATH);
  await scratch.files.readText(PATH);
  await scratch.files.onOtherMount(PATH, DIR);
  expect(openFiles()).toBe(before + 3);
  await turn();
  expect(openFiles()).toBe(before);
});

it('are few, however many are looked into', async () => {
  for (let index = 0; index < 300; index += 1) scratch.write(`/etc/d${index}/f`, String(index));
  const before = openFiles();
  for (let index = 0; index < 300; index += 1) {
    expect(await scratch.files.readText(`/etc/d${index}/f`)).toBe(String(index));
    expect(openFiles()).toBeLessThan(before + 110);
  }
});

it('what is in them is seen as it is now', async () => {
  expect(await scratch.files.readText(PATH)).toBe('ours');
  scratch.write(PATH, 'changed');
  expect(await scratch.files.readText(PATH)).toBe('changed');
  expect(await scratch.files.stat(`${DIR}/new`)).toBeNull();
  scratch.write(`${DIR}/new`, '');
  expect(await scratch.files.list(DIR)).toEqual(['new', 'x.conf']);
});

it('one that is no longer at its name is known at the next turn', async () => {
  await scratch.files.stat(PATH);
  swap();
  await turn();
  await expect(scratch.files.stat(PATH)).rejects.toMatchObject({ code: 'ELOOP' });
});

it('no change is made through one, not even at once', async () => {
  const { files } = scratch;
  const expected = await scratch.identity(PATH);
  swap();
  await expect(files.remove(PATH, expected, DIR)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await files.removeAll([{ path: PATH, expect: expected, anchor: DIR }])).toMatchObject([
    { path: PATH, error: { code: 'ELOOP' } },
  ]);
});

it('after a change of ours everything is looked at anew at once', async () => {
  const { files } = scratch;
  await files.remove(PATH, await scratch.identity(PATH), DIR);
  await files.removeDir(DIR, '/etc');
  scratch.write(PATH, 'made again');
  expect(await files.readText(PATH)).toBe('made again');
  await files.replace(PATH, Buffer.from('new'), { anchor: DIR });
  swap();
  await expect(files.readText(PATH)).rejects.toMatchObject({ code: 'ELOOP' });
});
