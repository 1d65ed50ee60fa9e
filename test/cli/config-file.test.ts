import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfigFile, parseSeconds } from '../../src/cli/config-file.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { UsageError } from '../../src/model/errors.ts';

const PATH = '/etc/engine-cleanup.conf';

function refused(text: string): { message: string; hint: string } {
  try {
    parseConfigFile(text, PATH);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was taken`);
}

describe('the configuration file', () => {
  test('holds the long option names', () => {
    const text = `# comment
  ; comment

unattended = yes
dont-drop-db=no
keep-pki = True
  backup-dir = /srv/my backups
log = "/var/log/a b.log"
timeout = 90
force = hosted-engine
force = half-built, keep-pki
`;
    expect(parseConfigFile(text, PATH)).toEqual({
      unattended: true,
      'dont-drop-db': false,
      'keep-pki': true,
      'backup-dir': '/srv/my backups',
      log: '/var/log/a b.log',
      timeout: 90,
      force: ['hosted-engine', 'half-built', 'keep-pki'],
    });
    expect(parseConfigFile('\uFEFFjson = on\r\nverbose = 1\r\n', PATH)).toEqual({ json: true, verbose: true });
    expect(parseConfigFile('', PATH)).toEqual({});
  });

  test.each([
    ['\nkeep_pki = yes', `${PATH}, line 2: unknown key "keep_pki".`, 'Did you mean "keep-pki"?'],
    ['--unatended = yes', `${PATH}, line 1: unknown key "--unatended".`, 'Did you mean "unattended"?'],
    ['help = yes', `${PATH}, line 1: unknown key "help".`, /^Valid are: unattended, /],
    ['config = /x', `${PATH}, line 1: unknown key "config".`, /^Valid are: /],
    ['__proto__ = yes', `${PATH}, line 1: unknown key "__proto__".`, /^Valid are: /],
    ['keep-pki = maybe', `${PATH}, line 1: the value of "keep-pki" must be yes or no.`, 'For example: keep-pki = yes'],
    ['keep-pki = yes # really', `${PATH}, line 1: the value of "keep-pki" must be yes or no.`, /./],
    ['keep-pki =', `${PATH}, line 1: the value of "keep-pki" must be yes or no.`, /./],
    ['timeout = 0', `${PATH}, line 1: the value of "timeout" must be a number of seconds greater than 0.`, /./],
    ['log = engine.log', `${PATH}, line 1: the value of "log" must be an absolute path.`, /./],
    [
      'force = hosted-engin',
      `${PATH}, line 1: the value of "force" must be the name of a check that can be forced.`,
      'Did you mean "hosted-engine"?',
    ],
    [
      'force = not-root',
      `${PATH}, line 1: the value of "force" must be the name of a check that can be forced.`,
      /^Valid are: /,
    ],
    ['json = yes\njson = no', `${PATH}, line 2: "json" is there twice.`, 'Remove one of the two lines.'],
    ['unattended', `${PATH}, line 1: this is not "key = value".`, /./],
  ])('%j is refused by its line', (text, message, hint) => {
    const error = refused(text);
    expect(error.message).toBe(message);
    expect(error.hint).toMatch(hint);
  });

  test('takes seconds that a timer can hold', () => {
    expect(['1', '0.5', '2147483'].map(parseSeconds)).toEqual([1, 0.5, 2147483]);
    expect(['', '0', '-1', '1e3', '2147484', 'ten', '60s', ' 1'].map(parseSeconds)).toEqual(Array(8).fill(null));
  });

  test('of any text is read or refused, never anything else', () => {
    const part = fc.oneof(
      fc.constantFrom('unattended', ' = ', 'yes', '\n', '"', '#', 'force', 'timeout'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        try {
          parseConfigFile(parts.join(''), PATH);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the nearest spelling', () => {
  const options = ['unattended', 'dont-drop-db', 'keep-pki', 'keep-changed', 'json', 'plan', 'verify', 'root'];

  test.each([
    ['unatended', 'unattended'],
    ['unattneded', 'unattended'],
    ['UNATTENDED', 'unattended'],
    ['dont-drop', 'dont-drop-db'],
    ['dontdropdb', 'dont-drop-db'],
    ['keep-pik', 'keep-pki'],
    ['jsno', 'json'],
    ['verfy', 'verify'],
    ['plna', 'plan'],
    ['banana', null],
    ['x', null],
    ['', null],
  ])('of %j is %j', (word, expected) => {
    expect(nearest(word, options)).toBe(expected);
  });

  test('of a word with one slip is the word', () => {
    const slip = fc.tuple(fc.constantFrom(...options), fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'replace'));
    fc.assert(
      fc.property(slip, ([word, seed, kind]) => {
        const at = seed % (word.length - 1);
        const [a = '', b = ''] = [word[at], word[at + 1]];
        const middle = { drop: b, double: a + a + b, swap: b + a, replace: `q${b}` }[kind];
        expect(nearest(word.slice(0, at) + middle + word.slice(at + 2), options)).toBe(word);
      }),
      { numRuns: 1000 },
    );
  });
});
