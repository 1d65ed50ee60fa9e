/** What is looked up on the host before it is gone. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { survey } from '../../src/backup/survey.ts';
import { createHost } from '../../src/host/index.ts';
import type { Host } from '../../src/host/port.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { makeFile } from '../host/services/orphans.ts';
import { finished, WISHES } from '../plan/facts.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-survey-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const base = { id: 'id', title: '', target: '', needs: [], destructive: false };

function planOf(where: string, ...steps: Step[]): Plan {
  return { ...makePlan(finished(), WISHES, { backupDir: '/backup' }), root: where, steps };
}

const stop = (unit: string): Step => ({ ...base, kind: 'service-stop', unit, manager: 'systemd', pids: [] });
const disable = (unit: string, links: string[] = []): Step => {
  return { ...base, kind: 'service-disable', unit, manager: 'systemd', links };
};

it('tells who manages a service: systemd only where it runs, and only on the running machine', async () => {
  const services = { startScript: (unit: string) => `/etc/init.d/${unit}` } as Host['services'];
  const host = { ...createHost({ root, timeoutMs: 10_000 }), services };
  const steps = [stop('both'), stop('ran'), disable('both'), disable('container', ['/etc/systemd/system/a.wants/b'])];
  expect((await survey(planOf('/', ...steps), host, new Set())).services).toEqual([
    { unit: 'both', ran: true, enabled: true, systemd: true, script: null },
    { unit: 'ran', ran: true, enabled: false, systemd: true, script: null },
    { unit: 'container', ran: false, enabled: true, systemd: false, script: '/etc/init.d/container' },
  ]);
  expect((await survey(planOf(root, stop('ran')), host, new Set())).services).toEqual([
    { unit: 'ran', ran: true, enabled: false, systemd: false, script: '/etc/init.d/ran' },
  ]);
});

it('writes down directories with their owners, and which of them the archive has, parents first; one that is gone already is left out', async () => {
  makeFile(root, 'etc/a/b/file', '');
  const step: Step = { ...base, kind: 'dirs-remove', paths: ['/etc/a/b', '/etc/a', '/etc/gone'] };
  const { directories } = await survey(
    planOf(root, step),
    createHost({ root, timeoutMs: 10_000 }),
    new Set(['/etc/a']),
  );
  expect(directories.map(({ path }) => path)).toEqual([`${root}/etc/a`, `${root}/etc/a/b`]);
  expect(directories.map(({ archived }) => archived)).toEqual([true, undefined]);
  expect(directories[0]).toMatchObject({ mode: 0o755, uid: process.getuid!(), gid: process.getgid!() });
});
