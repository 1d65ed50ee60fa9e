/** What all uninstall records of a host say together. */
import type { LineEdit } from '../../model/facts.ts';
import { type RecordHash, UNREMOVABLE, type UninstallRecord } from './record-types.ts';

export interface RecordedFile {
  path: string;
  /** Without `unremovable`, in the order of their first appearance. */
  groups: string[];
  /** Some record, however old, says that the file is never to be removed. */
  unremovable: boolean;
  /** Of the newest record that has one. */
  hash?: RecordHash;
}

export interface MergedEdit extends LineEdit {
  group: string;
  /** A later record or section names the same file, so the existing cleanup has forgotten this edit. */
  superseded: boolean;
}

export interface MergedLines {
  path: string;
  /** Newest record first, within a record in its order. The same edit is there once. */
  edits: MergedEdit[];
}

export interface GroupDescription {
  description: string;
  optional: boolean;
}

export interface MergedRecord {
  /** By group, of the newest record that has it. */
  descriptions: Map<string, GroupDescription>;
  files: Map<string, RecordedFile>;
  lines: MergedLines[];
}

/** Edits of one record by file, in its order; those of a file's earlier sections are superseded by its last section. */
function editsByFile(record: UninstallRecord): Map<string, MergedEdit[]> {
  const byFile = new Map<string, MergedEdit[]>();
  for (const { name: group, lines } of record.groups) {
    for (const { path, added, removed } of lines) {
      const edits = byFile.get(path) ?? [];
      for (const edit of edits) edit.superseded ||= edit.group !== group;
      edits.push({ added, removed, group, superseded: false });
      byFile.set(path, edits);
    }
  }
  return byFile;
}

function withoutRepeats(edits: readonly MergedEdit[]): MergedEdit[] {
  const seen = new Map<string, MergedEdit>();
  for (const edit of edits) {
    const key = JSON.stringify([edit.added, edit.removed]);
    if (!seen.has(key)) seen.set(key, edit);
  }
  return [...seen.values()];
}

/**
 * Merges records in the order of their names, which begin with the time: the description of a group and the hash of a file are the
 * newest, groups are the union, `unremovable` wins. Edits of earlier records are kept as superseded instead of being forgotten:
 * a file that two setups edited still holds the lines of both.
 */
export function mergeRecords(records: readonly UninstallRecord[]): MergedRecord {
  const merged: MergedRecord = { descriptions: new Map(), files: new Map(), lines: [] };
  const lines = new Map<string, MergedEdit[]>();
  for (const record of [...records].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    for (const { name, description, optional, files } of record.groups) {
      merged.descriptions.set(name, { description, optional });
      for (const { path, hash } of files) {
        const file = merged.files.get(path) ?? { path, groups: [], unremovable: false };
        if (name === UNREMOVABLE) file.unremovable = true;
        else if (!file.groups.includes(name)) file.groups.push(name);
        if (hash !== undefined) file.hash = hash;
        merged.files.set(path, file);
      }
    }
    for (const [path, edits] of editsByFile(record)) {
      const older = (lines.get(path) ?? []).map((edit) => ({ ...edit, superseded: true }));
      lines.set(path, withoutRepeats([...edits, ...older]));
    }
  }
  merged.lines = [...lines].map(([path, edits]) => ({ path, edits }));
  return merged;
}
