/** Whoever can write to a directory on the way to a backup can take the backup away. */
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSpace } from '../../src/detect/space.ts';
import { exposedBy } from '../../src/host/above.ts';
import { passedOver, whyNotRoot } from '../fixture/needs.ts';

const notRoot = passedOver('Directories of somebody else above a backup', whyNotRoot());
const uid = process.getuid!();

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-above-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function made(path: string, mode: number, owner = uid): string {
  mkdirSync(join(dir, path), { recursive: true });
  chmodSync(join(dir, path), mode);
  chownSync(join(dir, path), owner, process.getgid!());
  return join(dir, path);
}

/** What keeps a backup from `path`, whether it is there or not. */
const trouble = (path: string): string | null => findSpace([], [], join(dir, path), uid, '/').trouble;

describe('a backup below', () => {
  it('directories of root and the caller, and the sticky one of all, can be made', () => {
    made('a', 0o755);
    made('a/sticky', 0o1777);
    made('a/sticky/b', 0o700);
    for (const path of ['a', 'a/new', 'a/sticky/new/er', 'a/sticky/b', 'a/sticky/b/new'])
      expect(trouble(path)).toBeNull();
  });

  it.each([0o777, 0o775, 0o757])('one that others can write to (%o) cannot, however deep', (mode) => {
    const open = made('open', mode);
    made('open/mine', 0o700);
    for (const path of ['open/mine', 'open/new', 'open/new/er', 'open/mine/new'])
      expect(trouble(path)).toBe(`lies below ${open}, to which others can write, who could take it away`);
  });

  it.skipIf(notRoot)('one of another account cannot, however private and deep', () => {
    const other = made('other', 0o755, 1234);
    made('other/mine', 0o700);
    for (const path of ['other/mine', 'other/mine/new', 'other/new'])
      expect(trouble(path)).toBe(
        `lies below ${other}, which belongs to another account (uid 1234) that could take it away`,
      );
  });

  it('a link is judged by where it lies and by what it leads through', () => {
    const open = made('open', 0o777);
    made('open/real', 0o700);
    made('mine', 0o700);
    symlinkSync(join(dir, 'open/real'), join(dir, 'to-open'));
    symlinkSync('../mine', join(dir, 'open/to-mine'));
    symlinkSync('open/to-mine', join(dir, 'through'));
    for (const path of ['to-open/new', 'open/to-mine/new', 'through/new'])
      expect(trouble(path)).toContain(`lies below ${open},`);
    symlinkSync('mine', join(dir, 'to-mine'));
    expect(trouble('to-mine/new')).toBeNull();
    symlinkSync('loop', join(dir, 'loop'));
    expect(exposedBy(join(dir, 'loop/new'), uid)).toBeNull();
  });

  it.skipIf(notRoot)('a link of another account in a sticky directory cannot', () => {
    made('sticky', 0o1777);
    made('mine', 0o700);
    symlinkSync(join(dir, 'mine'), join(dir, 'sticky/link'));
    lchownSync(join(dir, 'sticky/link'), 1234, 1234);
    expect(trouble('sticky/link/new')).toContain(`lies below ${join(dir, 'sticky/link')},`);
  });

  it('the root, where runs keep their own, is not judged by what is above it', () => {
    const root = made('open', 0o777);
    made('open/root/var/lib', 0o755);
    const space = findSpace([], [], join(root, 'root/var/lib/engine-cleanup'), uid, join(root, 'root'));
    expect(space.trouble).toBeNull();
  });
});
