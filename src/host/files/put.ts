/** Puts back files, links and empty directories whole, with everything they had: beside their place first, then renamed over what is there. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { HostError } from '../../model/errors.ts';
import type { Identity } from '../../model/facts.ts';
import { nameOf, parentOf, realPath } from '../../model/paths.ts';
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

/** One copy to be made. */
export interface Put {
  path: string;
  /** Real path of the file, link or empty directory that is copied, in a directory of ours alone. It does not stay. */
  staged: string;
  /** What must be there; null: nothing. */
  expect: Identity | null;
  /** The directory whose mount it must lie on. */
  anchor: string;
}

/** The most files of one copy: what an argument vector holds is limited. */
const MOST = 500;

/**
 * Node has no calls for attributes, ACLs and labels: GNU cp knows all of them, and passes over what the file system cannot hold. Links are copied as links.
 * @param staged real paths, with the names the copies are to have
 */
function copy(staged: readonly string[], { dir, real }: Parent): void {
  if (staged.length > 0) runCp(['--', ...staged, '/proc/self/fd/3/'], dir, real);
}

/** @param fd an open directory, `/proc/self/fd/3` of the program */
function runCp(words: readonly string[], fd: number, real: string): void {
  const { error, status, stderr } = spawnSync('cp', ['--archive', ...words], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
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

/**
 * Makes an empty directory like another, under a name that is not the last one. Of a directory cp sets rights and attributes by its path: it gets the one that is open here, which nobody can
 * swap, and not its name.
 */
function copyDirectory(staged: string, temporary: string, real: string): void {
  let made: number | null = null;
  try {
    mkdirSync(temporary, 0o700);
    made = openSync(temporary, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    runCp(['--no-target-directory', '--', staged, '/proc/self/fd/3/.'], made, real);
    fsyncSync(made);
    const [own, named] = [fstatSync(made), lstatSync(temporary)];
    if (own.ino !== named.ino || own.dev !== named.dev) throw changedError(real, 'was swapped while it was made');
  } catch (error) {
    throw fileError(error, real, 'cannot be put back');
  } finally {
    if (made !== null) closeSync(made);
  }
}

/**
 * What was written is on the disk before it gets its name. Whoever may write to the directory could have put something else there, a FIFO that has us wait for ever: what
 * is opened has to be a file.
 */
function sync(path: string, real: string): void {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) throw changedError(real, 'was swapped while it was made');
    fsyncSync(fd);
  } catch (error) {
    throw fileError(error, real, 'cannot be put back');
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** Those of one directory that have the same anchor: they take the same way, and one program copies them. */
function* byDirectory(puts: readonly Put[]): Generator<Put[]> {
  const groups = new Map<string, Put[]>();
  for (const put of puts) {
    const key = `${parentOf(put.path)}\0${put.anchor}`;
    groups.set(key, [...(groups.get(key) ?? []), put]);
  }
  for (const group of groups.values()) for (let at = 0; at < group.length; at += MOST) yield group.slice(at, at + MOST);
}

function putInto(root: string, directory: Parent, puts: readonly Put[]): void {
  const made: { parent: Parent; temporary: string; expect: Identity | null; isFile: boolean }[] = [];
  try {
    const named = puts.flatMap(({ path, staged, expect }) => {
      const parent = { ...directory, name: nameOf(path), real: realPath(root, path) };
      assertExpected(parent, expect);
      const name = temporaryName(parent.name);
      const temporary = at(parent.dir, name);
      const kind = lstatSync(staged);
      made.push({ parent, temporary, expect, isFile: kind.isFile() });
      if (kind.isDirectory()) {
        copyDirectory(staged, temporary, parent.real);
        return [];
      }
      const copied = `${parentOf(staged)}/${name}`;
      renameSync(staged, copied);
      return [copied];
    });
    copy(named, directory);
    for (const { parent, temporary, expect, isFile } of made) {
      if (isFile) sync(temporary, parent.real);
      assertExpected(parent, expect);
      renameSync(temporary, at(parent.dir, parent.name));
    }
  } catch (error) {
    for (const { temporary } of made) removeQuietly(temporary);
    throw fileError(error, directory.real, 'cannot be put back');
  }
  syncDirectory(directory.dir, directory.real);
}

/** Puts back many, those of one directory at a time. What failed ends it: what was put back before that is there whole. */
export function putAll(root: string, puts: readonly Put[]): void {
  for (const group of byDirectory(puts)) {
    const [{ path, anchor }] = group as [Put, ...Put[]];
    const done = withParent(
      root,
      path,
      (parent) => {
        putInto(root, parent, group);
        return true;
      },
      anchor,
    );
    if (done === null) throw missingError(root, parentOf(path));
  }
}
