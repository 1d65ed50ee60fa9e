/**
 * Copies that setup leaves beside a file. Its file transactions keep the old content as `NAME.YYYYmmddHHMMSS` for ever, and write
 * the new content to `NAME.XXXXXXXX.tmp` first: a killed setup leaves those, with keys and passwords in them. No record names either.
 */
import { nameOf, parentOf } from '../../model/paths.ts';

/** What rpm calls an edited configuration file whose package is removed. */
export const ASIDE = '.rpmsave';

const COPY = /^(.+?)((?:\.\d{14})*)(\.[a-z0-9_]{8}\.tmp)?$/s;

/** The name of the file a name is a copy of, or a copy of a copy; null if it is no copy. */
export function baseOfCopy(name: string): string | null {
  const [, base = '', stamps = '', temporary = ''] = COPY.exec(name) ?? [];
  return stamps + temporary === '' ? null : base;
}

export interface FileCopy {
  path: string;
  kind: 'timestamped' | 'temporary';
  copyOf: string;
}

/** Copies of a file among the names of its directory, in the order of the names. */
export function copiesOf(path: string, names: readonly string[]): FileCopy[] {
  const parent = parentOf(path);
  return names
    .filter((name) => baseOfCopy(name) === nameOf(path))
    .map((name) => ({
      path: parent === '/' ? `/${name}` : `${parent}/${name}`,
      kind: name.endsWith('.tmp') ? 'temporary' : 'timestamped',
      copyOf: path,
    }));
}
