import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HELP, isHelp, isVersion } from '../../src/cli/help.ts';
import { OPTIONS, VERBS } from '../../src/cli/option-table.ts';

describe('help', () => {
  test('shows exactly the three common options, and where the rest is', () => {
    const shown = [...HELP.matchAll(/^ +(-\w), (--[\w-]+)/gm)].map(([, short, long]) => `${short} ${long}`);
    expect(shown).toEqual(['-u --unattended', '-d --dont-drop-db', '-h --help']);
    expect(HELP.match(/--[\w-]+/g)).toHaveLength(3);
    expect(HELP).toContain('engine-cleanup(8)');
    for (const word of VERBS) expect(HELP).not.toMatch(new RegExp(`\\b${word}\\b`));
    for (const line of HELP.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each([
    ['-h', true],
    ['--help', true],
    ['-uh', true],
    ['-hd', true],
    ['plan --help --nonsense', true],
    ['--help=yes', true],
    ['', false],
    ['-- -h', false],
    ['-u', false],
    ['--hel', false],
    ['-x', false],
  ])('%j: %s', (argv, asked) => {
    expect(isHelp(argv.split(' '))).toBe(asked);
  });

  test('a version is asked for', () => {
    expect(['-V', '--version', '-uV'].map((word) => isVersion([word]))).toEqual([true, true, true]);
    expect(['-v', '--versio', ''].map((word) => isVersion([word]))).toEqual([false, false, false]);
  });

  test('every letter of an option can stand beside -h and -V', () => {
    for (const row of OPTIONS) {
      if (!('short' in row) || row.short === 'h' || row.short === 'V') continue;
      expect(isHelp([`-${row.short}h`]), row.short).toBe(true);
      expect(isVersion([`-${row.short}V`]), row.short).toBe(true);
    }
  });
});

describe('the program, asked for help', () => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-help-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  beforeAll(async () => {
    const entry = new URL('../../src/main.ts', import.meta.url).pathname;
    // Whatever is loaded besides help.ts and main.ts itself throws.
    await build({
      entryPoints: [entry],
      outfile: join(dir, 'main.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
      plugins: [
        {
          name: 'nothing-else',
          setup(on) {
            on.onLoad({ filter: /\.ts$/ }, ({ path }) => {
              if (/\/src\/(?:main|cli\/help)\.ts$/.test(path)) return null;
              return { contents: 'throw new Error("loaded"); export const program = null;', loader: 'ts' };
            });
          },
        },
      ],
    });
  });

  function run(...argv: string[]): string {
    return execFileSync(process.execPath, [join(dir, 'main.cjs'), ...argv], { encoding: 'utf8', stdio: 'pipe' });
  }

  test('answers before anything else is loaded', () => {
    expect(run('-h')).toBe(HELP);
    expect(run('--version')).toMatch(/^engine-cleanup \d+\.\d+\.\d+\n$/);
    expect(() => run('-u')).toThrow(/loaded/);
    expect(readFileSync(join(dir, 'main.cjs'), 'utf8')).toContain('loaded');
  });

  test('does not mind a reader that goes away', () => {
    const script = `(sleep 0.2; "${process.execPath}" "${join(dir, 'main.cjs')}" -h) | true; echo "\${PIPESTATUS[0]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('0\n');
  });
});
