/** The list of checks for people names every rule that is data of a release. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { databasesOf, LAYOUTS } from '../../src/layouts/index.ts';

it('docs/verify.md names every check that a layout brings', () => {
  const text = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8');
  const checks = LAYOUTS.flatMap(databasesOf).flatMap(({ database: { stumbles = [], references } }) => [
    ...stumbles.map(({ check }) => check),
    ...(references ? [references.check] : []),
  ]);
  checks.push(...LAYOUTS.flatMap(({ pki }) => pki.spoils.map(({ check }) => check)));
  expect(checks.length).toBeGreaterThan(8);
  expect(checks.filter((check) => !text.includes(`\`${check}\``))).toEqual([]);
});
