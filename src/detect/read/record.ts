/**
 * Uninstall records (`/etc/ovirt-engine/uninstall.d/<timestamp>-uninstall.conf`): the files setup wrote, by group, with their hashes, and the
 * lines it changed in files of others. Since 3.3; each setup and upgrade writes a new one and names only what that run changed.
 */
import type { LineEdit } from '../../model/facts.ts';
import { isPlainPath } from '../../model/paths.ts';
import { bytesOf } from './blanks.ts';
import { type IniSection, parseIni } from './ini.ts';
import type { Problem } from './problem.ts';
import { GROUP_PREFIX, type RecordGroup, type RecordHash, UNREMOVABLE, type UninstallRecord } from './record-types.ts';

export {
  type MergedEdit,
  type MergedLines,
  type MergedRecord,
  mergeRecords,
  type RecordedFile,
} from './record-merge.ts';
export {
  DATABASES_GONE,
  type RecordGroup,
  type RecordHash,
  type RecordLine,
  type UninstallRecord,
} from './record-types.ts';
export { serializeRecord } from './record-write.ts';

const DIGITS: Record<RecordHash['algorithm'], RegExp> = { md5: /^[0-9a-f]{32}$/, sha256: /^[0-9a-f]{64}$/ };

interface Parts {
  line: number;
  parts: Map<string, string>;
}

/** Entries `file.NNN.*` or `line.NNNNNN.*` by their number. Numbers are names only: there are gaps, and more than three digits. */
function numbered(section: IniSection, kind: 'file' | 'line'): Parts[] {
  const found = new Map<string, Parts>();
  for (const { key, value, line } of section.entries) {
    const match = /^(file|line)\.(\d+)\.(.+)$/s.exec(key);
    if (match === null || match[1] !== kind) continue;
    const number = match[2] ?? '';
    const entry = found.get(number) ?? { line, parts: new Map() };
    entry.parts.set(match[3] ?? '', value);
    found.set(number, entry);
  }
  return [...found.values()];
}

type Note = (line: number, kind: Problem['kind'], message: string) => void;

function hashOf({ parts, line }: Parts, note: Note): { hash?: RecordHash } {
  for (const algorithm of ['sha256', 'md5'] as const) {
    const hex = parts.get(algorithm)?.toLowerCase();
    if (hex === undefined) continue;
    if (DIGITS[algorithm].test(hex)) return { hash: { algorithm, hex } };
    note(line, 'ignored', `the ${algorithm} checksum of a file is not one and is not used.`);
  }
  return {};
}

/** An edit from its recorded forms; null if it says nothing, or more than one line. `content` is the form of the first 3.3 builds. */
function editOf(parts: ReadonlyMap<string, string>): LineEdit | null {
  const added = parts.get('content.added') ?? parts.get('content');
  const removed = parts.get('content.removed');
  if (added === undefined && removed === undefined) return null;
  if (/[\r\n]/.test(`${added}${removed}`)) return null;
  return {
    added: added === undefined ? null : bytesOf(added),
    removed: removed === undefined ? null : bytesOf(removed),
  };
}

function groupOf(section: IniSection): RecordGroup | null {
  const { name: header, entries } = section;
  const name = header.startsWith(GROUP_PREFIX)
    ? header.slice(GROUP_PREFIX.length)
    : header === UNREMOVABLE
      ? header
      : '';
  if (name === '') return null;
  const value = (key: string) => entries.find((entry) => entry.key === key)?.value;
  const optional = value('optional')?.toLowerCase() === 'true';
  return { name, description: value('description') ?? '', optional, files: [], lines: [] };
}

/** Reads one record, a text decoded as UTF-8. Never throws: what is damaged, unknown or hostile is listed, and the rest is still there. */
export function parseRecord(text: string, path: string): UninstallRecord {
  const { sections, problems: found } = parseIni(text, { percent: 'doubled' });
  const record: UninstallRecord = { path, groups: [], hostile: [], problems: found.map((one) => ({ ...one, path })) };
  const note: Note = (line, kind, message) => {
    record.problems.push({ path, line, kind, message: `Line ${line}: ${message}` });
  };
  const plainPath = ({ line, parts }: Parts): string | null => {
    const name = parts.get('name');
    if (name === undefined || name === '') {
      note(line, 'ignored', 'the entry names no file.');
      return null;
    }
    if (isPlainPath(name) && !/[\0-\x1f\x7f]/.test(name)) return name;
    record.hostile.push(name);
    note(line, 'hostile', 'this path cannot have been written by setup; it is left alone.');
    return null;
  };
  for (const section of sections) {
    const group = groupOf(section);
    if (group === null) {
      note(section.line, 'ignored', 'the section is of no known kind; nothing in it is acted on.');
      continue;
    }
    record.groups.push(group);
    for (const entry of numbered(section, 'file')) {
      const target = plainPath(entry);
      if (target !== null) group.files.push({ path: target, ...hashOf(entry, note) });
    }
    for (const entry of numbered(section, 'line')) {
      const target = plainPath(entry);
      const edit = editOf(entry.parts);
      if (edit === null) note(entry.line, 'ignored', 'the entry names no single line.');
      else if (target !== null) group.lines.push({ path: target, ...edit });
    }
  }
  return record;
}
