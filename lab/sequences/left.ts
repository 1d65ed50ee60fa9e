/**
 * What differs between a host and the same host before: of every file its kind, owner, mode and content. Only directories in which a layer of the box has something are looked into: all
 * others are the machine's own, which nobody can write to from a box.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Paths that may differ, each with the reason. What lies below them is not looked at; where only the owner and the mode may differ, it is. */
export type Allowed = readonly (readonly [path: RegExp, why: string, only?: 'owner and mode'])[];

/** A host seen from outside: `root` is its file system. */
export interface View {
  root: string;
}

/** How a path was, and how it is; null where it is not there. */
export type Difference = readonly [before: string | null, now: string | null];

function namesIn(dir: string): string[] {
  try {
    return lstatSync(dir).isDirectory() ? readdirSync(dir) : [];
  } catch {
    return []; // not in this layer
  }
}

/** Kind, mode, owner, and what a link leads to or the hash of a file. */
export function describe({ root }: View, path: string): string | null {
  const place = join(root, path);
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isDirectory()) return `directory ${owner}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(place)}`;
  if (!stat.isFile()) return `special file ${owner}`;
  return `file ${owner} ${createHash('sha256').update(readFileSync(place)).digest('hex').slice(0, 16)}`;
}

/** Without mode and owner. */
function unowned(described: string | null): string | null {
  return described?.replace(/ \d+ \d+:\d+/, '') ?? null;
}

/** @param layers of the box of `now`, above what `before` shows */
export function differences(
  before: View,
  now: View,
  layers: readonly string[],
  allowed: Allowed,
): Map<string, Difference> {
  const found = new Map<string, Difference>();
  const look = (dir: string): void => {
    const written = layers.flatMap((layer) => namesIn(join(layer, dir)));
    // What was in a directory that was removed, or removed and made again, is in no layer.
    const gone = namesIn(join(before.root, dir)).filter((name) => !isThere(join(now.root, dir, name)));
    for (const name of new Set([...written, ...gone])) {
      const path = `${dir === '/' ? '' : dir}/${name}`;
      const fitting = allowed.filter(([pattern]) => pattern.test(path));
      if (fitting.some(([, , only]) => only === undefined)) continue;
      const [was, is] = [describe(before, path), describe(now, path)];
      const same = fitting.length > 0 ? unowned(was) === unowned(is) : was === is;
      if (!same) found.set(path, [was, is]);
      if (was?.startsWith('directory') || is?.startsWith('directory')) look(path);
    }
  };
  look('/');
  return new Map([...found].sort());
}

/** A link counts, wherever it leads. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Every path below one that is there, itself among them. */
export function below(view: View, path: string): string[] {
  const there = describe(view, path);
  if (there === null) return [];
  return [path, ...namesIn(join(view.root, path)).flatMap((name) => below(view, `${path}/${name}`))];
}
