/** Directories of our own: of the mode that was asked for, and nothing else gets it. */
import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectories } from '../../src/apply/directories.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-directories-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Takes away what another program swaps meanwhile. */
function clear(path: string): void {
  while (lstatSync(path, { throwIfNoEntry: false })) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It is another thing now.
    }
  }
}

const mode = (path: string): number => statSync(path).mode & 0o7777;

it.each([0o000, 0o022, 0o077, 0o777])('have their mode under umask %o, which stays', (umask) => {
  const before = process.umask(umask);
  try {
    makeDirectories(join(dir, 'a/b'), 0o755);
    makeDirectories(join(dir, 'c'), 0o700);
    expect(() => makeDirectories(join(dir, 'x'.repeat(300)), 0o700)).toThrow(/ENAMETOOLONG/);
    expect(process.umask()).toBe(umask);
  } finally {
    process.umask(before);
  }
  expect(['a', 'a/b', 'c'].map((name) => mode(join(dir, name)))).toEqual([0o755, 0o755, 0o700]);
});

it('leave one that is there as it is, and what is no directory', () => {
  mkdirSync(join(dir, 'a'), { mode: 0o711 });
  makeDirectories(join(dir, 'a'), 0o755);
  expect(mode(join(dir, 'a'))).toBe(0o711);
  writeFileSync(join(dir, 'file'), '');
  expect(() => makeDirectories(join(dir, 'file/b'), 0o755)).toThrow(/ENOTDIR/);
});

it('swapped for links as soon as they are made, again and again, give nothing their mode', {
  timeout: 60_000,
}, async () => {
  const victim = join(dir, 'victim');
  writeFileSync(victim, '', { mode: 0o600 });
  const [open, made, aside] = ['open', 'open/made', 'open/aside'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(open);
  const swapper = spawn(
    process.execPath,
    [
      '-e',
      `const { renameSync, symlinkSync } = require('node:fs');
       const [made, aside, victim] = process.argv.slice(1);
       console.log('ready');
       for (;;) try { renameSync(made, aside); symlinkSync(victim, made); } catch {}`,
      made,
      aside,
      victim,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await new Promise((resolve) => swapper.stdout.once('data', resolve));
    let swaps = 0;
    for (let round = 0; round < 20_000 && swaps < 150; round += 1) {
      try {
        makeDirectories(made, 0o755);
      } catch (error) {
        // The name was gone for a moment.
        expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
      }
      expect(mode(victim)).toBe(0o600);
      if (lstatSync(made, { throwIfNoEntry: false })?.isSymbolicLink()) swaps += 1;
      for (const path of [made, aside]) clear(path);
    }
    expect(swaps).toBe(150);
  } finally {
    swapper.kill('SIGKILL');
  }
});
