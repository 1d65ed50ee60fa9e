/** One uninstall record as data. */
import type { LineEdit } from '../../model/facts.ts';
import type { Problem } from './problem.ts';

/** Section of the files that are never to be removed. */
export const UNREMOVABLE = 'unremovable';
export const GROUP_PREFIX = 'file_group_';

/** First line of a record that a dropping run rewrote to the files it kept (--keep-pki, --keep-changed). A comment to every other reader. */
export const DATABASES_GONE =
  '# Rewritten by engine-cleanup to what it kept. The databases of this installation are gone.\n';

export interface RecordHash {
  /** MD5 up to 4.2, SHA-256 since 4.3. */
  algorithm: 'md5' | 'sha256';
  /** Lower-case digits. */
  hex: string;
}

/** An edit of one line of one file, as bytes decoded as latin1 (see `lines.ts`). */
export interface RecordLine extends LineEdit {
  path: string;
}

export interface RecordGroup {
  /** Without the `file_group_` prefix; `unremovable` for the files that are never removed. */
  name: string;
  description: string;
  optional: boolean;
  files: { path: string; hash?: RecordHash }[];
  lines: RecordLine[];
}

export interface UninstallRecord {
  /** Of the record itself. */
  path: string;
  /** None at all: setup was killed while it wrote the record. */
  groups: RecordGroup[];
  /** Paths that no setup writes (relative, with `..`, with control characters). They are in no group. */
  hostile: string[];
  problems: Problem[];
}
