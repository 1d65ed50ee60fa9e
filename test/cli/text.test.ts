import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { count, cut, duration, pad, size, wrap } from '../../src/cli/text.ts';

describe('text', () => {
  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [999.6, '1.0 kB'],
    [240_000, '240 kB'],
    [3_140_000, '3.1 MB'],
    [21_000_000, '21 MB'],
    [1_420_000_000, '1.4 GB'],
    [5e15, '5000 TB'],
  ])('size %d', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  test.each([
    [0, '0.0 s'],
    [340, '0.3 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_600_000, '1 h 00 min'],
  ])('duration %d', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('counts', () => {
    expect([count(1, 'file'), count(0, 'file'), count(2, 'directory', 'directories')]).toEqual([
      '1 file',
      '0 files',
      '2 directories',
    ]);
    expect([cut('abcdef', 6), cut('abcdefg', 6), cut('abc', 2), pad('a', 3)]).toEqual([
      'abcdef',
      'abc...',
      'ab',
      'a  ',
    ]);
  });

  test('is wrapped at blanks, loses no word, and never breaks one', () => {
    expect(wrap('one two three', 8, '- ')).toBe('- one\n  two\n  three');
    const word = fc.stringMatching(/^[a-z/]{1,30}$/);
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 1, max: 40 }), (words, width) => {
        const lines = wrap(words.join(' '), width).split('\n');
        expect(lines.join(' ').split(' ').filter(Boolean)).toEqual(words);
        for (const line of lines) if (line.length > width) expect(line).not.toContain(' ');
      }),
    );
  });
});
