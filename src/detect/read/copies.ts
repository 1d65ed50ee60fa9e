/**
 * Copies that lie beside a file. Setup's file transactions keep the old content as `NAME.YYYYmmddHHMMSS` for ever, and write the new content to `NAME.XXXXXXXX.tmp` first: a killed setup
 * leaves those, with keys and passwords in them. A package that is removed puts a configuration file of its own aside as `NAME.rpmsave` where setup had filled it. No record names any.
 */
import { nameOf, parentOf } from '../../model/paths.ts';

/** What rpm calls an edited configuration file whose package is removed. */
export const ASIDE = '.rpmsave';

const COPY = /^(.+?)((?:\.\d{14})*)(\.[a-z0-9_]{8}\.tmp|\.rpmsave)?$/s;

/** The name of the file a name is a copy of, or a copy of a copy; null if it is no copy. */
export function baseOfCopy(name: string): string | null {
  const [, base = '', stamps = '', end = ''] = COPY.exec(name) ?? [];
  return stamps + end === '' ? null : base;
}

/** Put aside by the removal of the package that the file belonged to. */
export function isPutAside(path: string): boolean {
  return path.endsWith(ASIDE);
}

export interface FileCopy {
  path: string;
  kind: 'timestamped' | 'temporary' | 'put-aside';
  copyOf: string;
}

/** Copies of a file among the names of its directory, in the order of the names. */
export function copiesOf(path: string, names: readonly string[]): FileCopy[] {
  const parent = parentOf(path);
  return names
    .filter((name) => baseOfCopy(name) === nameOf(path))
    .map((name) => ({
      path: parent === '/' ? `/${name}` : `${parent}/${name}`,
      kind: name.endsWith('.tmp') ? 'temporary' : isPutAside(name) ? 'put-aside' : 'timestamped',
      copyOf: path,
    }));
}
