/**
 * The INI dialect of setup's uninstall records and of its environment and answer files, as Python's ConfigParser reads it: `key = value`
 * or `key: value`, keys keep their case, more deeply indented lines continue a value, `#` and `;` start a comment only where a
 * line starts. Unlike Python 3 it accepts duplicates, the later one wins: files of the Python 2 releases were read that way.
 */
import { indentOf, splitLines, strip, UNIVERSAL_ENDS, withoutMark } from './blanks.ts';
import type { Problem } from './problem.ts';

export interface IniItem {
  kind: 'section' | 'entry';
  /** Name of the section, or key of the entry. */
  name: string;
  /** Lines of a value that goes on over several are joined by `\n`; blanks at both ends are gone. Empty for a section. */
  value: string;
  /** 1-based line it starts on. */
  line: number;
  /** Every line it is made of: comments between the lines of a value are not part of it. */
  lines: number[];
}

export interface IniEntry {
  key: string;
  value: string;
  line: number;
}

export interface IniSection {
  name: string;
  line: number;
  entries: IniEntry[];
}

export interface Ini {
  sections: IniSection[];
  problems: Problem[];
}

interface OpenEntry {
  item: IniItem;
  indent: number;
  /** Blank lines that belong to the value only if it goes on after them. */
  blanks: number[];
}

function goOn(entry: OpenEntry, part: string, line: number): void {
  entry.item.value += '\n'.repeat(entry.blanks.length + 1) + part;
  entry.item.lines.push(...entry.blanks, line);
  entry.blanks = [];
}

/** Key and value of `key = value` or `key: value`, whichever sign comes first; null if there is none, or no key. */
function entryOf(text: string): { key: string; value: string } | null {
  const cut = text.search(/[=:]/);
  const key = cut < 0 ? '' : strip(text.slice(0, cut));
  return key === '' ? null : { key, value: strip(text.slice(cut + 1)) };
}

/** Everything in the text in its order, duplicates included. Never throws. */
export function scanIni(text: string): { items: IniItem[]; problems: Problem[] } {
  const items: IniItem[] = [];
  const problems: Problem[] = [];
  let open: OpenEntry | null = null;
  let inSection = false;
  let line = 0;
  for (const { body } of splitLines(withoutMark(text), UNIVERSAL_ENDS)) {
    line++;
    const content = strip(body);
    if (content === '') {
      open?.blanks.push(line);
      continue;
    }
    if (content.startsWith('#') || content.startsWith(';')) continue;
    const indent = indentOf(body);
    if (open !== null && indent > open.indent) {
      goOn(open, content, line);
      continue;
    }
    open = null;
    const section = /^\[(.+)\]/s.exec(content)?.[1];
    if (section !== undefined) {
      items.push({ kind: 'section', name: section, value: '', line, lines: [line] });
      inSection = true;
      continue;
    }
    const entry = entryOf(content);
    if (entry === null || !inSection) {
      const message = entry === null ? 'this is neither a section nor "key = value".' : 'this key is in no section.';
      problems.push({ line, kind: 'syntax', message: `Line ${line}: ${message}` });
      continue;
    }
    open = {
      item: { kind: 'entry', name: entry.key, value: entry.value, line, lines: [line] },
      indent,
      blanks: [],
    };
    items.push(open.item);
  }
  return { items, problems };
}

/**
 * Sections and entries in the order of their first appearance, with the value of the last one.
 * `percent: 'doubled'` is for texts that were written with interpolation on (`%%` stands for `%`); a single `%` is always itself.
 */
export function parseIni(text: string, options: { percent?: 'literal' | 'doubled' } = {}): Ini {
  const { items, problems } = scanIni(text);
  const sections = new Map<string, { section: IniSection; byKey: Map<string, IniEntry> }>();
  let current: { section: IniSection; byKey: Map<string, IniEntry> } | undefined;
  for (const { kind, name, value: raw, line } of items) {
    const value = options.percent === 'doubled' ? raw.replaceAll('%%', '%') : raw;
    if (kind === 'section') {
      current = sections.get(name);
      if (current !== undefined)
        problems.push({ line, kind: 'duplicate', message: `Line ${line}: this section is there twice.` });
      current ??= { section: { name, line, entries: [] }, byKey: new Map() };
      sections.set(name, current);
      continue;
    }
    const known = current?.byKey.get(name);
    if (known !== undefined) {
      problems.push({
        line,
        kind: 'duplicate',
        message: `Line ${line}: this key is there twice in its section; the last one counts.`,
      });
      known.value = value;
      known.line = line;
      continue;
    }
    const entry = { key: name, value, line };
    current?.byKey.set(name, entry);
    current?.section.entries.push(entry);
  }
  problems.sort((a, b) => a.line - b.line);
  return { sections: [...sections.values()].map(({ section }) => section), problems };
}

/** The value of a key in a section; undefined where there is none. */
export function iniValue(ini: Ini, section: string, key: string): string | undefined {
  return ini.sections.find(({ name }) => name === section)?.entries.find((entry) => entry.key === key)?.value;
}
