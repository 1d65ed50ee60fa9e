import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDamaged } from '../../../src/detect/read/problem.ts';
import { type MergedRecord, mergeRecords, parseRecord, serializeRecord } from '../../../src/detect/read/record.ts';

const CAPTURED = new URL('../../fixture/captured/engine-4.5/uninstall.conf', import.meta.url);
const PATH = '/etc/ovirt-engine/uninstall.d/20210305101500-uninstall.conf';
const SSL = '/etc/httpd/conf.d/ssl.conf';
const LOCKS = '/etc/dnf/plugins/versionlock.list';
const CREDENTIALS = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';

const first = parseRecord(
  `[file_group_core]
description = first
optional = False
file.000.name = /etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf
file.000.sha256 = ${'1'.repeat(64)}
file.002.name = ${CREDENTIALS}
file.002.md5 = ${'A'.repeat(32)}

[unremovable]
description = never
file.000.name = ${SSL}

[file_group_ssl]
optional = True
line.000000.name = ${SSL}
line.000000.content.added = # SSLCertificateFile /etc/pki/tls/certs/localhost.crt
line.000000.content.removed = SSLCertificateFile /etc/pki/tls/certs/localhost.crt
line.000001.name = ${SSL}
line.000001.content.added = SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer

[file_group_versionlock]
line.0001000.name = ${LOCKS}
line.0001000.content = ovirt-engine-4.4.4.7-1.el8.noarch
`,
  PATH,
);
const second = parseRecord(
  `[file_group_core]
description = second
file.1234.name = ${CREDENTIALS}
file.1234.sha256 = ${'5'.repeat(64)}
[file_group_versionlock]
line.000000.name = ${LOCKS}
line.000000.content.added = ovirt-engine-4.4.7.6-1.el8.noarch
`,
  PATH.replace('2021', '2022'),
);

/** What a merged record says, without what writing it does not keep: which edits are superseded and by whose section they came. */
function essence({ files, lines }: Pick<MergedRecord, 'files' | 'lines'>) {
  return {
    files: [...files.values()]
      .map((file) => ({ ...file, groups: [...file.groups].sort() }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    lines: lines
      .map(({ path, edits }) => ({ path, edits: edits.map(({ added, removed }) => ({ added, removed })) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

describe('one uninstall record', () => {
  test('of a real 4.5 host is read whole', () => {
    const record = parseRecord(readFileSync(CAPTURED, 'utf8'), PATH);
    expect(record.problems).toEqual([]);
    expect(record.groups.map(({ name, files, optional }) => [name, files.length, optional])).toEqual([
      ['core', 24, false],
      ['ca_pki', 25, true],
      ['vmconsole_proxy_helper_pki', 3, true],
      ['vmconsole_proxy_pki', 7, true],
      ['ca_config', 1, true],
    ]);
    expect(record.groups.every(({ files }) => files.every(({ hash }) => hash?.algorithm === 'sha256'))).toBe(true);
  });

  test('may have gaps, long numbers, either checksum and either form of an added line', () => {
    expect(first.groups.map(({ name }) => name)).toEqual(['core', 'unremovable', 'ssl', 'versionlock']);
    expect(first.groups[0]?.files[1]).toEqual({ path: CREDENTIALS, hash: { algorithm: 'md5', hex: 'a'.repeat(32) } });
    expect(first.groups[1]?.files).toEqual([{ path: SSL }]);
    expect(first.groups[3]?.lines).toEqual([
      { path: LOCKS, added: 'ovirt-engine-4.4.4.7-1.el8.noarch', removed: null },
    ]);
    expect(second.groups[0]?.files[0]?.path).toBe(CREDENTIALS);
  });

  test('names nothing that a hostile path could reach, and says so', () => {
    const hostile = ['etc/passwd', '/etc/../root/.ssh', '/etc//passwd', '/', '/a/./b', '/a\tb', '/etc/\n\tpasswd'];
    const text = hostile.map(
      (path, at) => `file.${at}.name = ${path}\nline.${at}.name = ${path}\nline.${at}.content = x\n`,
    );
    const record = parseRecord(`[file_group_core]\n${text.join('')}file.99.name = /good\n`, PATH);
    expect(record.groups[0]?.files).toEqual([{ path: '/good' }]);
    expect(record.groups[0]?.lines).toEqual([]);
    expect(record.hostile).toHaveLength(2 * hostile.length);
    expect(record.problems.filter(({ kind }) => kind === 'hostile')).toHaveLength(2 * hostile.length);
    expect(isDamaged(record.problems)).toBe(false);
  });

  test('that was cut off keeps its whole entries; an empty one has no group', () => {
    const record = parseRecord(`[file_group_core]\nfile.000.name = /a\nfile.000.sha256 = 12ab\nfile.001.na`, PATH);
    expect(record.groups[0]?.files).toEqual([{ path: '/a' }]);
    expect(isDamaged(record.problems)).toBe(true);
    expect(parseRecord('', PATH).groups).toEqual([]);
  });

  test('acts on nothing in a section of another kind', () => {
    const record = parseRecord('[whatever]\nfile.000.name = /a\n[file_group_]\nfile.000.name = /b\n', PATH);
    expect(record.groups).toEqual([]);
    expect(record.problems.map(({ kind, line }) => [kind, line])).toEqual([
      ['ignored', 1],
      ['ignored', 3],
    ]);
  });
});

describe('merging records', () => {
  const merged = mergeRecords([second, first]); // the order is that of their names

  test('takes the newest hash and description and the union of groups', () => {
    expect(merged.files.get(CREDENTIALS)).toEqual({
      path: CREDENTIALS,
      groups: ['core'],
      unremovable: false,
      hash: { algorithm: 'sha256', hex: '5'.repeat(64) },
    });
    expect(merged.files.size).toBe(3);
    expect(merged.descriptions.get('core')?.description).toBe('second');
  });

  test('never forgets that a file is not to be removed', () => {
    const later = parseRecord(`[file_group_core]\nfile.000.name = ${SSL}\n`, '/z');
    expect(mergeRecords([first, later]).files.get(SSL)).toEqual({ path: SSL, groups: ['core'], unremovable: true });
  });

  test('keeps the lines of earlier records, newest first, which the existing cleanup forgets', () => {
    expect(merged.lines.find(({ path }) => path === LOCKS)?.edits).toEqual([
      { added: 'ovirt-engine-4.4.7.6-1.el8.noarch', removed: null, group: 'versionlock', superseded: false },
      { added: 'ovirt-engine-4.4.4.7-1.el8.noarch', removed: null, group: 'versionlock', superseded: true },
    ]);
    expect(merged.lines.find(({ path }) => path === SSL)?.edits.map(({ superseded }) => superseded)).toEqual([
      false,
      false,
    ]);
  });
});

describe('lines in several sections', () => {
  test('are all kept, although the existing cleanup knows only those of the last', () => {
    const section = (group: string, line: string) =>
      `[file_group_${group}]\nline.000000.name = ${SSL}\nline.000000.content.added = ${line}\n`;
    const record = parseRecord(section('a', 'one') + section('b', 'two'), PATH);
    expect(mergeRecords([record]).lines[0]?.edits.map(({ added, superseded }) => [added, superseded])).toEqual([
      ['one', true],
      ['two', false],
    ]);
  });
});

describe('writing a record', () => {
  test('keeps the numbers of files and lines apart beyond a thousand lines', () => {
    const edits = Array.from({ length: 2500 }, (_, at) => ({
      added: `line ${at}`,
      removed: null,
      group: 'versionlock',
      superseded: false,
    }));
    const text = serializeRecord({ files: [], lines: [{ path: LOCKS, edits }], descriptions: new Map() });
    expect(text).toContain('line.002499.content.added = line 2499\n');
    expect(mergeRecords([parseRecord(text, PATH)]).lines).toEqual([{ path: LOCKS, edits }]);
  });

  test('doubles percent signs, for Python reads it with interpolation', () => {
    const text = serializeRecord({
      files: [
        { path: '/a%b', groups: ['core'], unremovable: true, hash: { algorithm: 'sha256', hex: '0'.repeat(64) } },
      ],
      lines: [{ path: '/é', edits: [{ added: 'CustomLog "%t %h"', removed: null, group: 'ssl', superseded: false }] }],
      descriptions: new Map([['core', { description: '100 %\nsure', optional: true }]]),
    });
    expect(text).toBe(`[file_group_core]
description = 100 %% sure
optional = True
file.000.name = /a%%b
file.000.sha256 = ${'0'.repeat(64)}

[unremovable]
description = unremovable
optional = False
file.000.name = /a%%b
file.000.sha256 = ${'0'.repeat(64)}

[file_group_ssl]
description = ssl
optional = False
line.000000.name = /é
line.000000.content.added = CustomLog "%%t %%h"

`);
  });

  test('of nothing is no text, of a real record all of it', () => {
    expect(
      serializeRecord({
        files: [],
        lines: [],
        descriptions: new Map([['core', { description: '', optional: false }]]),
      }),
    ).toBe('');
    const merged = mergeRecords([parseRecord(readFileSync(CAPTURED, 'utf8'), PATH)]);
    const text = serializeRecord({ ...merged, files: merged.files.values() });
    expect(text).toBe(readFileSync(CAPTURED, 'utf8'));
  });

  const word = fc.string({
    unit: fc.constantFrom('a', '%', '=', ':', ';', '#', '[', ']', 'é', '\u{1F600}', ' b'),
    minLength: 1,
    maxLength: 8,
  });
  const name = fc.stringMatching(/^[a-z_]{1,6}$/);
  const value = word.map((text) => text.trim());
  const path = fc
    .array(
      value.map((text) => `x${text}`),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => `/${parts.join('/')}`);
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  const line = fc
    .record({ added: fc.option(value), removed: fc.option(value) })
    .filter(({ added, removed }) => added !== null || removed !== null);
  const section = fc.record({
    name: fc.oneof(
      name.map((group) => `file_group_${group}`),
      fc.constant('unremovable'),
    ),
    files: fc.array(fc.tuple(path, hex), { maxLength: 4 }),
    lines: fc.array(fc.tuple(path, line), { maxLength: 4 }),
  });
  const doubled = (text: string) => text.replaceAll('%', '%%');
  const recordText = fc
    .array(section, { maxLength: 4 })
    .map((sections) =>
      sections
        .map(({ name: header, files, lines }) =>
          [
            `[${header}]`,
            ...files.map(([target, hash], at) => `file.${at}.name = ${doubled(target)}\nfile.${at}.sha256 = ${hash}`),
            ...lines.map(([target, { added, removed }], at) =>
              [
                `line.${at}.name = ${doubled(target)}`,
                ...(added === null ? [] : [`line.${at}.content.added = ${doubled(added)}`]),
                ...(removed === null ? [] : [`line.${at}.content.removed = ${doubled(removed)}`]),
              ].join('\n'),
            ),
          ].join('\n'),
        )
        .join('\n'),
    );

  test('and reading it again says the same', () => {
    fc.assert(
      fc.property(fc.array(recordText, { maxLength: 3 }), (texts) => {
        const merged = mergeRecords(texts.map((text, at) => parseRecord(text, `/${at}`)));
        const again = parseRecord(serializeRecord({ ...merged, files: merged.files.values() }), '/all');
        expect(again.problems).toEqual([]);
        const grouped = (file: { groups: string[]; unremovable: boolean }) =>
          file.groups.length > 0 || file.unremovable;
        expect([...merged.files.values()].every(grouped)).toBe(true);
        expect(essence(mergeRecords([again]))).toEqual(essence(merged));
      }),
      { numRuns: 2000 },
    );
  });

  test('no text makes the reader throw, or name a path that is not plain', () => {
    const anything = fc.array(
      fc.oneof(
        recordText,
        fc.string({ unit: 'binary' }),
        fc.constantFrom('file.0.name = ../x', '[unremovable]', 'line.1.content='),
      ),
    );
    fc.assert(
      fc.property(anything, (parts) => {
        const merged = mergeRecords([parseRecord(parts.join('\n'), PATH)]);
        for (const target of merged.files.keys()) expect(target).toMatch(/^\/[^\0-\x1f]+$/);
        serializeRecord({ ...merged, files: merged.files.values() });
      }),
      { numRuns: 3000 },
    );
  });
});
