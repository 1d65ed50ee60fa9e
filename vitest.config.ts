import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const TEST = new URL('test/', import.meta.url);

/** Those that put other modules in the place of the program's have a process of their own. */
const replacing = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => /\bvi\.(?:mock|doMock|resetModules)\(/.test(readFileSync(new URL(path, TEST), 'utf8')))
  .map((path) => `test/${path}`);

export default defineConfig({
  test: {
    globalSetup: ['test/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // Reading the program and the fixtures anew takes longer than most files have to do.
    projects: [
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: replacing, isolate: false } },
      { extends: true, test: { name: 'alone', include: replacing } },
    ],
  },
});
