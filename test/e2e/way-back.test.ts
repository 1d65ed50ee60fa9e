/** A run that could not destroy anything leaves the host working: its services run again, on the same database. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
beforeEach(async () => {
  box = await Box.make({ services: true });
  await box.server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x' SUPERUSER");
});
afterEach(() => box.destroy());

/** A rerun, when nothing is in the way any more, comes to its end. */
async function expectRerun(args: string[] = []): Promise<void> {
  const { report } = await box.json(['-u', ...args]);
  expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
}

it('without a backup, when somebody else holds a table', async () => {
  const objects = await box.objects();
  const running = box.host.services.running();
  const other = await box.server.connectAs('reader', 'x', 'engine', { applicationName: 'reporting' });
  await other.query('BEGIN; LOCK TABLE public.vds_static IN ROW EXCLUSIVE MODE');
  const { report } = await box.json(['-u', '--no-backup', '--timeout', '2']);
  await other.end();
  expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete', intact: true });
  expect(report.steps.find(({ status }) => status === 'failed')).toMatchObject({ id: 'clear:engine' });
  expect(report.steps.find(({ status }) => status === 'failed')!.error).toContain('reporting');
  expect(await box.objects()).toEqual(objects);
  expect(box.host.services.running()).toEqual(running);
  expect(report.restarted).toHaveLength(running.length);
  await expectRerun(['--no-backup']);
});

it('when the server ends the session that clears before its commit', async () => {
  const objects = await box.objects();
  const running = box.host.services.running();
  // A reader lets the dump go on and keeps the tables from being dropped: the session waits for it when it is ended.
  const other = await box.server.connectAs('reader', 'x', 'engine', { applicationName: 'reporting' });
  await other.query('BEGIN; SELECT count(*) FROM public.vds_static');
  const run = box.json(['-u', '--timeout', '30']);
  for (let ended = 0; ended === 0; ) {
    const rows = await box.server.superuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'engine-cleanup'
          AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)`,
    );
    ended = rows.length;
  }
  const { report } = await run;
  await other.end();
  expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete', intact: true });
  expect(report.steps.find(({ status }) => status === 'failed')).toMatchObject({ id: 'clear:engine' });
  expect(report.steps.find(({ status }) => status === 'failed')!.error).toContain('terminating connection');
  expect(await box.objects()).toEqual(objects);
  expect(box.host.services.running()).toEqual(running);
  await expectRerun();
});
