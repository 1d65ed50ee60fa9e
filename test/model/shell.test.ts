import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/model/shell.ts';

test('a word for sh is that word again, and is quoted only where it must be', () => {
  expect(['/var/lib/x-1.dump', '/a b', "it's", '', '$HOME', '-x'].map(shellWord)).toEqual([
    '/var/lib/x-1.dump',
    "'/a b'",
    "'it'\\''s'",
    "''",
    "'$HOME'",
    '-x',
  ]);
  const words = fc.sample(fc.string({ unit: 'binary', minLength: 1 }), { numRuns: 200, seed: 1 });
  const plain = words.filter((word) => !/[\0\p{Cs}]/u.test(word));
  const script = `printf '%s\\0' ${plain.map(shellWord).join(' ')}`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(plain);
});
