import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { iniValue, parseIni, scanIni } from '../../../src/detect/read/ini.ts';

const RUNS = { numRuns: 3000 };
/** Text made of what an INI reader may trip over, so that random texts are not all rejected in the first line. */
const iniLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[a]',
        '[b]',
        'k = v',
        'k: v',
        '\tmore',
        '  # c',
        '; c',
        '',
        '=',
        '[',
        '[x',
        '%%',
        'é = \u{1F600}',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
    { maxLength: 20 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n', '\r').map((end) => lines.join(end)));

describe('the INI dialect', () => {
  test('reads both signs, keeps the case of keys, trims values and keeps signs inside them', () => {
    const ini = parseIni('[s]\nA.b = x = y \na.B:  u:v\nempty =\n');
    expect(ini.sections[0]?.entries.map(({ key, value }) => [key, value])).toEqual([
      ['A.b', 'x = y'],
      ['a.B', 'u:v'],
      ['empty', ''],
    ]);
    expect(ini.problems).toEqual([]);
  });

  test('goes on over more deeply indented lines, through comments and blank lines', () => {
    const ini = parseIni('[s]\nk = one\n  two\n# not part of it\n\n\t[three]\n\nnext = 1\n');
    expect(iniValue(ini, 's', 'k')).toBe('one\ntwo\n\n[three]');
    expect(iniValue(ini, 's', 'next')).toBe('1');
    const indented = parseIni('[s]\n  a = 1\n  b = 2\n c = 3\n  more\n');
    expect(indented.sections[0]?.entries.map(({ key, value }) => [key, value])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3\nmore'],
    ]);
  });

  test('takes a comment sign inside a value as part of it', () => {
    const ini = parseIni('[s]\nk = # SSLCertificateFile /a ; b # c\n');
    expect(iniValue(ini, 's', 'k')).toBe('# SSLCertificateFile /a ; b # c');
  });

  test('lets the last of several values win, over sections that are there twice, and says so', () => {
    const ini = parseIni('[s]\nk = 1\nk = 2\n[t]\nz = 0\n[s]\nk = 3\n');
    expect(ini.sections.map(({ name }) => name)).toEqual(['s', 't']);
    expect(iniValue(ini, 's', 'k')).toBe('3');
    expect(ini.problems.map(({ line, kind }) => [line, kind])).toEqual([
      [3, 'duplicate'],
      [6, 'duplicate'],
      [7, 'duplicate'],
    ]);
  });

  test('halves doubled percent signs only where they were doubled', () => {
    const text = '[s]\nk = 100%% %h\n';
    expect(iniValue(parseIni(text, { percent: 'doubled' }), 's', 'k')).toBe('100% %h');
    expect(iniValue(parseIni(text), 's', 'k')).toBe('100%% %h');
  });

  test('reads a byte order mark, in either decoding, and any line end', () => {
    for (const mark of ['\uFEFF', '\xef\xbb\xbf', '']) {
      for (const end of ['\n', '\r\n', '\r']) {
        expect(iniValue(parseIni(`${mark}[s]${end}k = v${end}  w${end}`), 's', 'k')).toBe('v\nw');
      }
    }
  });

  test('names the damaged lines and reads the rest', () => {
    const ini = parseIni('lost = 1\n[s]\nno sign here\n= no key\nk = v\n');
    expect(ini.problems.map(({ line, kind }) => [line, kind])).toEqual([
      [1, 'syntax'],
      [3, 'syntax'],
      [4, 'syntax'],
    ]);
    expect(iniValue(ini, 's', 'k')).toBe('v');
  });

  test('never throws, and never names a line that is not there', () => {
    fc.assert(
      fc.property(iniLike, (text) => {
        const { items, problems } = scanIni(text);
        const count = text.split(/\r\n|\n|\r/).length;
        const lines = [...items.flatMap((item) => item.lines), ...problems.map(({ line }) => line)];
        expect(lines.every((line) => line >= 1 && line <= count)).toBe(true);
        expect(new Set(lines).size).toBe(lines.length);
        parseIni(text, { percent: 'doubled' });
      }),
      RUNS,
    );
  });
});
