/** What a removal waits for: the directory, once, after the last file of it is gone. */
import { readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Scratch } from '../scratch.ts';

const events: string[] = [];

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    unlinkSync: (path: string) => {
      fs.unlinkSync(path);
      events.push('unlink');
    },
    fsyncSync: (fd: number) => {
      fs.fsyncSync(fd);
      events.push(`sync ${readlinkSync(`/proc/self/fd/${fd}`).replace(/.*\/root/, '')}`);
    },
  };
});

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.destroy());

async function removalsOf(paths: readonly string[]) {
  for (const path of paths) scratch.write(path, 'content');
  const removals = paths.map(async (path) => ({ path, expect: await scratch.identity(path), anchor: '/etc' }));
  const made = await Promise.all(removals);
  events.length = 0;
  return made;
}

it('many of a directory are waited for together, and before it returns', async () => {
  await scratch.files.removeAll(await removalsOf(['/etc/a/1', '/etc/b/1', '/etc/a/2', '/etc/a/3']));
  expect(events).toEqual(['unlink', 'unlink', 'unlink', 'sync /etc/a', 'unlink', 'sync /etc/b']);
});

it('where none of a directory was removed there is nothing to wait for', async () => {
  const removals = await removalsOf(['/etc/a/1']);
  scratch.write('/etc/a/1', 'written since');
  await scratch.files.removeAll(removals);
  expect(events).toEqual([]);
});

it('a single one is waited for at once', async () => {
  const [{ path, expect: expected, anchor }] = (await removalsOf(['/etc/a/1'])) as [
    Awaited<ReturnType<typeof removalsOf>>[number],
  ];
  await scratch.files.remove(path, expected, anchor);
  expect(events).toEqual(['unlink', 'sync /etc/a']);
});
