/** What a run did, read from what it left of itself. */
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/model/backup.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { ServiceEffect } from '../../src/restore/effects.ts';
import { type HeldServices, withHeld } from '../../src/restore/held.ts';
import { effectsOf } from '../../src/restore/read-steps.ts';

it('directories of the manifest are made again, also where a later run took them away', () => {
  const plan = { root: '/mnt/host', steps: [{ id: 'remove:directories', kind: 'dirs-remove', paths: ['/etc/a'] }] };
  const directories = [{ path: '/mnt/host/etc/a', mode: 0o750, uid: 108, gid: 108, archived: true as const }];
  const manifest = { directories, files: [], members: [], services: [] } as unknown as Manifest;
  // Killed before it came to them.
  const { removedDirs } = effectsOf(plan as unknown as Plan, [], manifest, '/mnt/host');
  expect(removedDirs).toEqual([{ ...directories[0], path: '/etc/a' }]);
});

describe('a service that the run stopped', () => {
  const script = '/mnt/host/etc/init.d/ovirt-engine';
  const stopped = (root: string, how: { systemd: boolean; script: string | null }, here: string) => {
    const plan = { root, steps: [{ id: 'stop', kind: 'service-stop', unit: 'ovirt-engine' }] } as unknown as Plan;
    const services = [{ unit: 'ovirt-engine', ran: true, enabled: true, ...how }];
    const manifest = { root, directories: [], files: [], members: [], services } as unknown as Manifest;
    const at = '2026-01-01T00:00:00.000Z';
    const [service] = effectsOf(plan, [{ event: 'begin', step: 'stop', touches: [], at }], manifest, here).services;
    return { script: service!.script, startable: service!.startable };
  };

  it('is started by its script below a root only where that run worked below the same root', () => {
    expect(stopped('/mnt/host', { systemd: false, script }, '/mnt/host')).toEqual({ script, startable: true });
    const nobody = { script: null, startable: false };
    expect(stopped('/', { systemd: false, script: '/etc/init.d/ovirt-engine' }, '/mnt/host')).toEqual(nobody);
    expect(stopped('/mnt/other', { systemd: false, script: '/mnt/other/etc/init.d/x' }, '/mnt/host')).toEqual(nobody);
    expect(stopped('/', { systemd: true, script: null }, '/mnt/host')).toEqual(nobody);
  });

  it('is started on the running machine by what manages it there', () => {
    expect(stopped('/', { systemd: true, script: null }, '/')).toEqual({ script: null, startable: true });
    expect(stopped('/mnt/host', { systemd: false, script }, '/')).toEqual({ script, startable: true });
    expect(stopped('/', { systemd: false, script: null }, '/')).toEqual({ script: null, startable: false });
  });
});

it('the web server is one that has to be told, also where the run did not come to it', () => {
  const plan = { root: '/', steps: [{ id: 'reload', kind: 'web-server-reload', unit: 'httpd' }] } as unknown as Plan;
  const manifest = { root: '/', directories: [], files: [], members: [], services: [] } as unknown as Manifest;
  expect(effectsOf(plan, [], manifest, '/').webServer).toBe('httpd');
  expect(effectsOf({ ...plan, steps: [] }, [], manifest, '/').webServer).toBeNull();
});

describe('services that a run found stopped, as one before it was killed after it had stopped them', () => {
  const service = (unit: string, more: Partial<ServiceEffect> = {}): ServiceEffect => ({
    ...{ unit, script: null, startable: true },
    ...more,
  });
  const held = (stopped: string[], ended = stopped): HeldServices => ({
    stopped: stopped.map((unit) => service(unit, { active: true })),
    ended: new Set(ended),
  });
  const running = (services: ServiceEffect[], ...before: HeldServices[]): string[] =>
    withHeld(services, before).flatMap(({ unit, active }) => (active === true ? [unit] : []));

  it('run again, in the order in which they were stopped, and are enabled as the run found them', () => {
    const disabled = service('b', { enabled: true });
    expect(running([disabled], held(['a', 'b']))).toEqual(['a', 'b']);
    expect(withHeld([disabled], [held(['a', 'b'])])[1]).toMatchObject({ unit: 'b', active: true, enabled: true });
    expect(running([], held(['a']), held(['b']))).toEqual(['a', 'b']);
  });

  it('also those that it was killed in stopping', () => {
    expect(running([service('b', { active: true })], held(['a', 'b'], ['a']))).toEqual(['a', 'b']);
  });

  it('and none where the run had to stop one of them anew: somebody had chosen in between what runs', () => {
    expect(running([service('a', { active: true })], held(['a', 'b']))).toEqual(['a']);
  });
});
