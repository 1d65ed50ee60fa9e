/** Services below a root: SysV scripts and real processes. */
import { existsSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

describe('a service that does not stop', () => {
  it('blocks the database and everything behind it; what was stopped runs again; a rerun after mending finishes', async () => {
    box = await Box.make({ services: true, stubborn: ['ovirt-engine'] });
    const objects = await box.objects();
    const running = box.host.services.running();
    const { report } = await box.json(['-u', '--timeout', '2']);
    expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete' });
    const failed = report.steps.filter(({ status }) => status === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(['stop:ovirt-engine']);
    expect(failed[0]!.error).toContain('ovirt-engine');
    expect(report.steps.filter(({ kind, status }) => kind.startsWith('database-') && status !== 'blocked')).toEqual([]);
    expect(await box.objects()).toEqual(objects);
    expect(box.host.services.running()).toEqual(running);
    box.host.services.mend('ovirt-engine');
    const again = await box.json(['-u']);
    expect(again.report.steps.filter(({ error }) => error)).toEqual([]);
    expect(again.report).toMatchObject({ exitCode: 0, verify: { ready: true } });
  });
});

describe('services that are already stopped, or not there', () => {
  it('are normal', async () => {
    box = await Box.make({ services: 'stopped' });
    const { report } = await box.json(['-u']);
    expect(report.steps.filter(({ kind }) => kind === 'service-stop')).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0 });
    expect(box.host.services.enabled()).toEqual([]);
  });
});

describe('a disk that lies elsewhere by the time of the restore', () => {
  it('has no script run by its own word: what ran is told as to be started by hand', async () => {
    box = await Box.make({ services: true });
    const running = box.host.services.running();
    expect(running).toContain('ovirt-engine');
    expect((await box.json(['-u'])).report).toMatchObject({ exitCode: 0 });
    renameSync(box.root, join(box.dir, 'mounted'));
    symlinkSync('mounted', box.root);
    const called = box.path('/called');
    writeFileSync(box.path('/etc/init.d/ovirt-engine'), `#!/bin/sh\necho "$1" >>${called}\n`, { mode: 0o755 });
    const { report } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, outcome: 'ok' });
    expect(existsSync(called)).toBe(false);
    expect(report.steps.filter(({ kind }) => kind === 'service-start')).toEqual([]);
    for (const unit of running)
      expect(report.warnings).toContainEqual({
        code: 'service',
        message: expect.stringMatching(`^${unit} ran before`),
      });
  });
});
