import { expect, test } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findKept } from '../../src/detect/kept.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { HostError } from '../../src/model/errors.ts';
import type { MarkerFacts } from '../../src/model/facts.ts';

/** A host on which everything is there that the layout keeps. */
function context(root: string, more: Partial<DetectContext> = {}): DetectContext {
  const files = {
    list: async () => ['something'],
    stat: async (path: string) => ({ identity: { type: path.endsWith('.txt') ? 'file' : 'dir' } }),
  };
  return { root, layout: g5, host: { files }, ...more } as unknown as DetectContext;
}

test('what is only of use to look back is listed with the command that removes it, and nothing else is', async () => {
  const kept = await findKept(context("/mnt/old engine's"), null);
  const removable = kept.filter(({ remove }) => remove !== undefined);
  expect(removable.map(({ path }) => path)).toEqual([
    '/var/lib/engine-cleanup/something',
    '/var/lib/ovirt-engine/backups',
    '/var/lib/ovirt-engine-dwh/backups',
    '/var/lib/ovirt-engine-reports/backups',
    '/var/lib/ovirt-engine-keycloak/backups',
    '/etc/pki/ovirt-engine-backups',
    '/var/lib/ovirt-engine/setup/answers',
    '/var/lib/ovirt-engine/setup-history.txt',
    '/var/log/ovirt-engine',
  ]);
  // The directories stay: they belong to packages.
  expect(removable[1]!.remove).toBe("rm -r '/mnt/old engine'\\''s/var/lib/ovirt-engine/backups'/*");
  expect(removable[0]!.remove).toBe("rm -r '/mnt/old engine'\\''s/var/lib/engine-cleanup/something'");
  expect(removable.find(({ path }) => path.endsWith('.txt'))!.remove).toBe(
    "rm '/mnt/old engine'\\''s/var/lib/ovirt-engine/setup-history.txt'",
  );
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
  expect(await findKept(nothing, null)).toEqual([]);
  expect(notes).toEqual(['cannot be read']);
});

test('a place of the machine is listed only where setup had to do with it', async () => {
  const aio = '/etc/ovirt-engine-setup.conf.d/20-setup-aio.conf';
  const listed = async (there: readonly string[]): Promise<string[]> => {
    const files = {
      list: async () => [],
      stat: async (path: string) => (there.includes(path) ? { identity: { type: 'file' } } : null),
    };
    const host = { files } as unknown as DetectContext['host'];
    return (await findKept(context('/', { host }), null)).map(({ path }) => path);
  };
  expect(await listed(['/root/.ssh/authorized_keys'])).toEqual([]);
  expect(await listed(['/root/.ssh/authorized_keys', aio])).toEqual(['/root/.ssh/authorized_keys']);
});

test('copies of files of others that setup edits are listed with the command for each, and files of others that only look like them are not', async () => {
  const names: Record<string, string[]> = {
    '/etc/httpd/conf.d': [
      'ssl.conf',
      'ssl.conf.20260101120000',
      'ssl.conf.abcdefgh.tmp',
      'ssl.conf.rpmsave',
      'wiki.conf.rpmsave',
      'wiki.conf.20260101120000',
      'z-ovirt-engine-proxy.conf.20260101120000', // setup's own: it goes
    ],
    '/etc/firewalld/zones': ['public.xml.20260101120000', 'public.xml.old'],
  };
  const files = { list: async (dir: string) => names[dir] ?? [], stat: async () => null };
  const host = { files } as unknown as DetectContext['host'];
  const kept = await findKept(context("/mnt/old engine's", { host }), null);
  expect(kept.map(({ path }) => path)).toEqual([
    '/etc/httpd/conf.d/ssl.conf.20260101120000',
    '/etc/httpd/conf.d/ssl.conf.rpmsave',
    '/etc/firewalld/zones/public.xml.20260101120000',
  ]);
  expect(kept[0]).toEqual({
    path: '/etc/httpd/conf.d/ssl.conf.20260101120000',
    why: 'older copy of /etc/httpd/conf.d/ssl.conf, as setup keeps one whenever it edits that',
    remove: "rm '/mnt/old engine'\\''s/etc/httpd/conf.d/ssl.conf.20260101120000'",
  });
});

test('containers that the marker names are listed one by one, with the command for each', async () => {
  const nothing = { files: { list: async () => [], stat: async () => null } } as unknown as DetectContext['host'];
  const kept = (value: unknown, root = '/') =>
    findKept(context(root, { host: nothing }), {
      path: g5.marker,
      version: '4.1.0',
      values: { 'OVESETUP_REMOVE/deployedDCList': value } as MarkerFacts['values'],
    });
  expect((await kept('glance-registry, cinder,')).map(({ path, remove }) => [path, remove])).toEqual([
    ['docker container glance-registry', 'docker rm --force --volumes glance-registry'],
    ['docker container cinder', 'docker rm --force --volumes cinder'],
  ]);
  expect((await kept("a'b"))[0]!.remove).toBe("docker rm --force --volumes 'a'\\''b'");
  expect((await kept('cinder', '/mnt/old'))[0]).toMatchObject({ path: 'docker container cinder' });
  expect((await kept('cinder', '/mnt/old'))[0]!.remove).toBeUndefined();
  for (const none of ['', null, true, undefined]) expect(await kept(none)).toEqual([]);
});
