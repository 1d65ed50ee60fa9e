/** What a run did, read from what it left of itself. */
import { expect, it } from 'vitest';
import type { Manifest } from '../../src/model/backup.ts';
import type { Plan } from '../../src/model/plan.ts';
import { effectsOf } from '../../src/restore/read-steps.ts';

it('directories of the manifest are made again, also where a later run took them away', () => {
  const plan = { root: '/mnt/host', steps: [{ id: 'remove:directories', kind: 'dirs-remove', paths: ['/etc/a'] }] };
  const directories = [{ path: '/mnt/host/etc/a', mode: 0o750, uid: 108, gid: 108, archived: true as const }];
  const manifest = { directories, files: [], members: [], services: [] } as unknown as Manifest;
  // Killed before it came to them.
  const { removedDirs } = effectsOf(plan as unknown as Plan, [], manifest);
  expect(removedDirs).toEqual([{ ...directories[0], path: '/etc/a' }]);
});
