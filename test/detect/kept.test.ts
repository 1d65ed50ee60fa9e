import { expect, test } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findKept } from '../../src/detect/kept.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { HostError } from '../../src/model/errors.ts';

/** A host on which everything is there that the layout keeps. */
function context(root: string, more: Partial<DetectContext> = {}): DetectContext {
  const files = { list: async () => ['something'], stat: async () => ({}) };
  return { root, layout: g5, host: { files }, ...more } as unknown as DetectContext;
}

test('what is only of use to look back is listed with the command that removes it, and nothing else is', async () => {
  const kept = await findKept(context("/mnt/old engine's"));
  const removable = kept.filter(({ remove }) => remove !== undefined);
  expect(removable.map(({ path }) => path)).toEqual([
    '/var/lib/engine-cleanup/something',
    '/var/lib/ovirt-engine/backups',
    '/var/lib/ovirt-engine-dwh/backups',
    '/var/lib/ovirt-engine-keycloak/backups',
    '/etc/pki/ovirt-engine-backups',
    '/var/lib/ovirt-engine/setup/answers',
    '/var/log/ovirt-engine',
  ]);
  // The directories stay: they belong to packages.
  expect(removable[1]!.remove).toBe("rm -r '/mnt/old engine'\\''s/var/lib/ovirt-engine/backups'/*");
  expect(removable[0]!.remove).toBe("rm -r '/mnt/old engine'\\''s/var/lib/engine-cleanup/something'");
  expect(kept.map(({ path }) => path)).toContain('/var/lib/exports/iso');
  expect(kept.every(({ why }) => !why.includes('rm '))).toBe(true);
});

test('what is not there is not listed, and what cannot be looked at is told', async () => {
  const notes: string[] = [];
  const files = {
    list: async () => null,
    stat: async (path: string) => {
      if (path === '/var/log/ovirt-engine') throw new HostError('cannot be read', { hint: '' });
      return null;
    },
  };
  const nothing = context('/', {
    host: { files } as unknown as DetectContext['host'],
    note: (_, message) => void notes.push(message),
  });
  expect(await findKept(nothing)).toEqual([]);
  expect(notes).toEqual(['cannot be read']);
});
