/**
 * Copies that setup leaves beside a file. Its file transactions keep the old content as `NAME.YYYYmmddHHMMSS` for ever, and write
 * the new content to `NAME.XXXXXXXX.tmp` first: a killed setup leaves those, with keys and passwords in them. No record names either.
 */
import { nameOf, parentOf } from '../../model/paths.ts';

export interface FileCopy {
  path: string;
  kind: 'timestamped' | 'temporary';
  copyOf: string;
}

const COPY = /^(?:\.\d{14})*(\.[a-z0-9_]{8}\.tmp)?$/;

/** Copies of a file among the names of its directory (also copies of copies), in the order of the names. */
export function copiesOf(path: string, names: readonly string[]): FileCopy[] {
  const name = nameOf(path);
  const parent = parentOf(path);
  return names.flatMap((candidate): FileCopy[] => {
    if (name === '' || candidate === name || !candidate.startsWith(name)) return [];
    const match = COPY.exec(candidate.slice(name.length));
    if (match === null) return [];
    const kind = match[1] === undefined ? 'timestamped' : 'temporary';
    return [{ path: parent === '/' ? `/${candidate}` : `${parent}/${candidate}`, kind, copyOf: path }];
  });
}
