/** The page that names a proof for each promise names only what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const TOP = new URL('../../', import.meta.url);

it('docs/safety.md names a test for each promise, and each of them is there', () => {
  const rows = readFileSync(new URL('docs/safety.md', TOP), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!promise|-)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const named = [...row.matchAll(/`((?:test|lab)\/[^`]+)`/g)].map(([, path]) => path!);
    expect(named, row).not.toEqual([]);
    expect(named.filter((path) => !existsSync(new URL(path, TOP)))).toEqual([]);
  }
});
