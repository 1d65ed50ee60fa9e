/** Inputs for readers: text that is nearly right. Pieces of the format in any order, and well-formed texts with a few places damaged. */
import fc from 'fast-check';

/** What readers of text stumble over, whatever the format. */
const ODD = [
  ...[
    '',
    ' ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\x0b',
    '\x0c',
    '\x1b[31m',
    '\x7f',
    '\x85',
    '\xa0',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ud800',
  ],
  ...[
    '%',
    '%%',
    '%(x)s',
    '$',
    '${',
    '$\u007bA}',
    '\\',
    '\\\\',
    '"',
    "'",
    '=',
    ':',
    '#',
    ';',
    '[',
    ']',
    '-',
    '--',
    '/',
    '/..',
    '/.',
    '//',
    '*',
  ],
  ...[
    '0',
    '1',
    '-1',
    '65536',
    '99999999999999999999',
    'NaN',
    'true',
    'None',
    '__proto__',
    'constructor',
    'toString',
    'ä',
    '🦄',
  ],
];

/** One change of a text: `length` characters from `at` (a share of its length) give way to `text`. */
const edit = (words: readonly string[]): fc.Arbitrary<{ at: number; length: number; text: string }> =>
  fc.record({
    at: fc.nat(9_999).map((parts) => parts / 10_000),
    length: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.nat(200)),
    text: fc.oneof(fc.constantFrom(...words, ...ODD), fc.string({ unit: 'binary', maxLength: 6 })),
  });

/** Texts for a reader. `words`: pieces of its format. `samples`: texts it understands. */
export function texts(words: readonly string[], samples: readonly string[]): fc.Arbitrary<string> {
  const pieces = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words) },
      fc.constantFrom(...ODD),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 60 },
  );
  const damaged = fc.tuple(fc.constantFrom(...samples), fc.array(edit(words), { maxLength: 6 })).map(([text, edits]) =>
    edits.reduce((now, { at, length, text: put }) => {
      const from = Math.floor(at * now.length);
      return now.slice(0, from) + put + now.slice(from + length);
    }, text),
  );
  return fc.oneof(
    pieces.map((parts) => parts.join('')),
    { weight: 2, arbitrary: damaged },
  );
}

/** The same for bytes: a well-formed input with some of them changed, cut off or repeated. */
export function bytes(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(9_999).map((parts) => parts / 10_000),
    length: fc.nat(8),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(
        ...[
          [0xff, 0xff, 0xff, 0xff],
          [0x7f, 0xff, 0xff, 0xff],
          [0, 0, 0, 0],
          [0x80, 0, 0, 0],
        ].map((one) => Uint8Array.from(one)),
      ),
    ),
  });
  return fc.tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 4 })).map(([sample, changes]) =>
    changes.reduce((now, { at, length, put }) => {
      const from = Math.floor(at * now.length);
      return Buffer.concat([now.subarray(0, from), put, now.subarray(from + length)]);
    }, sample),
  );
}
