/** Writes an uninstall record that this program, setup and the existing cleanup (Python's ConfigParser with interpolation) read alike. */
import { strip, textOf } from './blanks.ts';
import type { GroupDescription, MergedLines, RecordedFile } from './record-merge.ts';
import { GROUP_PREFIX, UNREMOVABLE } from './record-types.ts';

export interface RecordContent {
  files: Iterable<RecordedFile>;
  lines: Iterable<MergedLines>;
  descriptions: ReadonlyMap<string, GroupDescription>;
}

const NO_GROUP = 'core';

/** A value as it is written: `%` starts an interpolation and has to be doubled; a line end would begin another entry. */
function written(value: string): string {
  return strip(value.replace(/[\r\n]+/g, ' ')).replaceAll('%', '%%');
}

function number(index: number): string {
  return String(index).padStart(3, '0');
}

function fileEntries(files: readonly RecordedFile[]): string[] {
  return files.flatMap(({ path, hash }, index) => {
    const prefix = `file.${number(index)}`;
    const name = `${prefix}.name = ${written(path)}`;
    return hash === undefined ? [name] : [name, `${prefix}.${hash.algorithm} = ${hash.hex}`];
  });
}

function lineEntries(lines: readonly MergedLines[]): string[] {
  return lines.flatMap(({ path, edits }, file) =>
    edits.flatMap(({ added, removed }, line) => {
      const prefix = `line.${number(file)}${number(line)}`;
      const entries = [`${prefix}.name = ${written(path)}`];
      if (added !== null) entries.push(`${prefix}.content.added = ${written(textOf(added))}`);
      if (removed !== null) entries.push(`${prefix}.content.removed = ${written(textOf(removed))}`);
      return entries;
    }),
  );
}

/**
 * All edits of a file go to one section, that of its newest edit: a second section would make the existing cleanup forget the first. A thousand
 * edits of one file would make the numbers of lines and files ambiguous, so they go on under the next number of a file.
 */
function linesByGroup(lines: Iterable<MergedLines>): Map<string, MergedLines[]> {
  const byGroup = new Map<string, MergedLines[]>();
  for (const { path, edits } of lines) {
    const group = edits[0]?.group ?? NO_GROUP;
    const parts = byGroup.get(group) ?? [];
    for (let at = 0; at < edits.length; at += 1000) parts.push({ path, edits: edits.slice(at, at + 1000) });
    byGroup.set(group, parts);
  }
  return byGroup;
}

function filesByGroup(files: Iterable<RecordedFile>): Map<string, RecordedFile[]> {
  const byGroup = new Map<string, RecordedFile[]>();
  for (const file of files) {
    const groups = file.unremovable ? [...file.groups, UNREMOVABLE] : file.groups;
    for (const group of groups.length === 0 ? [NO_GROUP] : groups) {
      byGroup.set(group, [...(byGroup.get(group) ?? []), file]);
    }
  }
  return byGroup;
}

/** Text of a record with these files and edits, to be written as UTF-8; empty if there is nothing to record. */
export function serializeRecord(content: RecordContent): string {
  const files = filesByGroup(content.files);
  const lines = linesByGroup(content.lines);
  const groups = new Set([...content.descriptions.keys(), ...files.keys(), ...lines.keys()]);
  const sections = [...groups].flatMap((group) => {
    const entries = [...fileEntries(files.get(group) ?? []), ...lineEntries(lines.get(group) ?? [])];
    if (entries.length === 0) return [];
    const { description, optional } = content.descriptions.get(group) ?? { description: group, optional: false };
    const header = group === UNREMOVABLE ? UNREMOVABLE : GROUP_PREFIX + group;
    const head = [`[${header}]`, `description = ${written(description)}`, `optional = ${optional ? 'True' : 'False'}`];
    return [`${[...head, ...entries].join('\n')}\n\n`];
  });
  return sections.join('');
}
