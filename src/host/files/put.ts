/** Puts back a file or link whole, with everything it had: beside its place first, then renamed over what is there. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import type { Identity } from '../../model/facts.ts';
import { parentOf } from '../../model/paths.ts';
import { assertOnAnchorMount, differenceOf, syncDirectory, withEntry } from './entry.ts';
import { changedError, codeOf, fileError } from './errors.ts';
import { missingError } from './make.ts';
import { removeQuietly, temporaryName } from './temporary.ts';
import { at, type Parent, withParent } from './walk.ts';

/** Longest time for one copy, ms. */
const LIMIT_MS = 600_000;

function assertExpected(parent: Parent, expect: Identity | null): void {
  const difference = withEntry(parent, (entry) => {
    assertOnAnchorMount(parent, entry);
    return expect === null ? 'is there since the plan was made' : (differenceOf(entry.stat, expect) ?? '');
  });
  if (difference === null) {
    if (expect !== null) throw changedError(parent.real, 'is gone since the plan was made');
    assertOnAnchorMount(parent, null);
  } else if (difference !== '') {
    throw changedError(parent.real, difference);
  }
}

/** Node has no calls for attributes, ACLs and labels: GNU cp knows all of them, and passes over what the file system cannot hold. A link is copied as a link. */
function copy(staged: string, { dir, real }: Parent, name: string): void {
  const { error, status, stderr } = spawnSync('cp', ['--archive', '--', staged, `/proc/self/fd/3/${name}`], {
    stdio: ['ignore', 'ignore', 'pipe', dir],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    timeout: LIMIT_MS,
  });
  if (!error && status === 0) return;
  const said = stderr?.toString().trim().replaceAll('\n', '; ');
  throw new HostError(`${real} cannot be put back (${said || error?.message || `cp ended with ${status}`}).`, {
    hint: 'Mend the cause, then run engine-cleanup restore again.',
    code: error ? codeOf(error) : `exit ${status}`,
  });
}

/** What was written is on the disk before it gets its name. */
function sync(path: string, real: string): void {
  if (!lstatSync(path).isFile()) return;
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    fsyncSync(fd);
  } catch (error) {
    throw fileError(error, real, 'cannot be put back');
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** @param staged real path of the file or link that is copied, in a directory of ours alone */
export function put(
  root: string,
  path: string,
  staged: string,
  { anchor, expect }: { anchor: string; expect: Identity | null },
): void {
  const done = withParent(
    root,
    path,
    (parent) => {
      assertExpected(parent, expect);
      const name = temporaryName(parent.name);
      try {
        copy(staged, parent, name);
        sync(at(parent.dir, name), parent.real);
        assertExpected(parent, expect);
        renameSync(at(parent.dir, name), at(parent.dir, parent.name));
      } catch (error) {
        removeQuietly(at(parent.dir, name));
        throw fileError(error, parent.real, 'cannot be put back');
      }
      syncDirectory(parent.dir, parent.real);
      return true;
    },
    anchor,
  );
  if (done === null) throw missingError(root, parentOf(path));
}
