/** Services below a root: SysV scripts and real processes. */
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
