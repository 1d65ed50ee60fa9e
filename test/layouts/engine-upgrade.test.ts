/** What setup stumbles over, release by release. */
import { expect, it } from 'vitest';
import { stumblesOf } from '../../src/layouts/otopi/engine-upgrade.ts';
import type { Release } from '../../src/model/layout.ts';

const checks = (release: Release): string[] => stumblesOf(release, [release]).map(({ check }) => check);

it('grows with the releases', () => {
  expect(checks('3.3')).toEqual(['compatibility-levels']);
  expect(checks('3.6')).toEqual(['compatibility-levels', 'running-tasks']);
  expect(checks('4.0')).toEqual(['compatibility-levels', 'running-tasks', 'legacy-directory']);
  expect(checks('4.2')).toEqual(expect.arrayContaining(['machine-levels', 'provider-urls', 'invalid-images']));
  expect(checks('4.3')).not.toContain('legacy-password');
  expect(checks('4.5')).toHaveLength(8);
});

it('knows clusters by the name their table has in the release, and the levels that it upgrades from', () => {
  const [old] = stumblesOf('3.6', ['3.5', '3.6']);
  expect(old!.needs).toContain('vds_groups.compatibility_version');
  expect(old!.sql).toContain("NOT IN ('3.5', '3.6')");
  expect(stumblesOf('4.0', ['4.0'])[0]!.needs).toContain('cluster.compatibility_version');
});
