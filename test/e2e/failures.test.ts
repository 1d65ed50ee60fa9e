/** The nine ways in which the existing cleanup was measured to fail, each ended well. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { Box, difference } from './harness.ts';

let box: Box;

async function fullAndReady(): Promise<void> {
  const { report } = await box.json(['-u']);
  expect(report.steps.filter(({ error }) => error)).toEqual([]);
  expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
}

beforeEach(async () => {
  box = await Box.make({ services: true });
});
afterEach(() => box.destroy());

function temporaryFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^tmp[a-z0-9_]{8}$/.test(name));
}

describe('ways in which the existing cleanup fails', () => {
  it('1: a second run is no error', async () => {
    await fullAndReady();
    // Of a restore that was killed: keys and passwords, which go with the next run, whatever that has to do.
    const stage = `/var/lib/engine-cleanup/${box.runs()[0]}/stage`;
    mkdirSync(box.path(`${stage}/etc/pki`), { recursive: true });
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', warnings: [] });
    expect(box.exists(stage)).toBe(false);
  });

  it('2 and 3: killed while the database is cleared, it loses nothing, leaves no password in /tmp, and a rerun finishes', async () => {
    const objects = await box.objects();
    const before = temporaryFiles();
    // A lock of somebody else keeps the program inside the database step, so that the kill always meets it there.
    await box.server.superuser("CREATE ROLE somebody LOGIN PASSWORD 'x' SUPERUSER");
    const other = await box.server.connectAs('somebody', 'x', 'engine', { applicationName: 'reporting' });
    await other.query('BEGIN; LOCK TABLE public.vds_static IN ROW EXCLUSIVE MODE');
    const running = box.start(['-u', '--timeout', '30']);
    await running.saw('Back up database');
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill('SIGKILL');
    await running.ended;
    await other.end();
    expect(await box.objects()).toEqual(objects);
    expect(temporaryFiles()).toEqual(before);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(true);
    // Whoever starts it again is told with what it goes on, on the screen and in the log.
    const [run] = box.runs();
    const sentence = new RegExp(
      `Continues the run of \\S+ \\S+ UTC \\(${run}\\), which stopped at: Back up database "engine"`,
    );
    const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
    expect(oneLine((await box.run(['plan'])).stdout)).toMatch(sentence);
    expect(oneLine((await box.terminal([], 'yes\nno')).text)).toMatch(sentence);
    await fullAndReady();
    expect(oneLine(box.text('/var/log/ovirt-engine/engine-cleanup.log'))).toMatch(sentence);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '4: %s stops it between two steps with its own exit code, and a rerun continues',
    async (signal) => {
      const running = box.start(['-u']);
      await running.saw('Back up');
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
      expect(stdout + stderr).toMatch(/again/i);
      expect(stdout).not.toContain('Finished cleanup');
      expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(true);
      await fullAndReady();
    },
  );

  it('5: with a wrong password it refuses before the first change, and with the right one a rerun finishes', async () => {
    await box.server.superuser("ALTER ROLE engine PASSWORD 'another'");
    const before = box.host.listing();
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 3, changed: false, databases: [{ action: 'refuse' }] });
    expect(report.refusals[0]!.hint).toContain('-d');
    expect(box.host.services.running().length).toBeGreaterThan(0);
    // A refused run is in the log too, and its lock file stays.
    expect(difference(before, box.host.listing())).toEqual({
      gone: [],
      made: ['/run', '/run/engine-cleanup.lock', '/var/log/ovirt-engine/engine-cleanup.log'],
      changed: [],
    });
    expect(box.text('/var/log/ovirt-engine/engine-cleanup.log')).toContain('ends: refused, exit 3');
    await box.server.superuser(`ALTER ROLE engine PASSWORD '${ENGINE_PASSWORD}'`);
    await fullAndReady();
  });

  it('6: with the server down it refuses, and -d goes on without the server; when it is up again reruns finish', async () => {
    await box.server.stop();
    const refused = await box.json(['-u']);
    expect(refused.report).toMatchObject({ exitCode: 3, changed: false });
    const kept = await box.json(['-u', '-d']);
    expect(kept.report.steps.filter(({ error }) => error)).toEqual([]);
    // The cleanup is done; that the server does not answer is still in the way of engine-setup.
    expect(kept.report).toMatchObject({ exitCode: 6, outcome: 'unready', databases: [{ action: 'keep' }] });
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(true);
    await box.server.restart();
    expect((await box.json(['-u', '-d'])).report).toMatchObject({ exitCode: 0 });
    await fullAndReady();
    expect((await box.objects()).filter((name) => !name.startsWith('public.uuid'))).toEqual([]);
  });

  it('7: a database that is gone is success; the role alone is told', async () => {
    await box.server.superuser('DROP DATABASE engine');
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ databases: [{ action: 'absent' }], exitCode: 6 });
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report.verify!.checks.find(({ ok }) => !ok)!.hint).toContain('DROP ROLE');
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(false);
  });

  it('8: when pg_dump fails nothing is cleared or removed, the services run again, and no partial dump stays', async () => {
    const before = box.host.listing();
    const objects = await box.objects();
    const running = box.host.services.running();
    // The role may not read one table of its own: pg_dump fails half-way.
    await box.server.superuser('REVOKE SELECT ON public.vds_static FROM engine', 'engine');
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete' });
    expect(report.steps.find(({ id }) => id === 'dump:engine')).toMatchObject({ status: 'failed' });
    expect(report.steps.filter(({ status }) => status === 'blocked').length).toBeGreaterThan(3);
    expect(await box.objects()).toEqual(objects);
    expect(box.host.services.running()).toEqual(running);
    const { gone, changed } = difference(before, box.host.listing());
    expect(gone).toEqual([]);
    expect(changed.filter((path) => !path.includes('/run/') && !path.includes('/log/'))).toEqual([]);
    await box.server.superuser('GRANT SELECT ON public.vds_static TO engine', 'engine');
    await fullAndReady();
  });

  it('9: a lock held by somebody else ends in a clear error within the time limit, with nothing half done', async () => {
    const objects = await box.objects();
    await box.server.superuser("CREATE ROLE somebody LOGIN PASSWORD 'x' SUPERUSER");
    const other = await box.server.connectAs('somebody', 'x', 'engine', { applicationName: 'reporting' });
    await other.query('BEGIN; LOCK TABLE public.vds_static IN ROW EXCLUSIVE MODE');
    const { report, outcome } = await box.json(['-u', '--timeout', '2']);
    await other.end();
    expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete' });
    const failed = report.steps.find(({ status }) => status === 'failed')!;
    expect(failed.error).toContain('reporting');
    expect(outcome.ms).toBeLessThan(30_000);
    expect(await box.objects()).toEqual(objects);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(true);
    await fullAndReady();
  });

  it('9b: a reader that keeps the tables from being dropped ends in the same, and the services run again', async () => {
    const objects = await box.objects();
    const running = box.host.services.running();
    await box.server.superuser("CREATE ROLE reader LOGIN PASSWORD 'x' SUPERUSER");
    const other = await box.server.connectAs('reader', 'x', 'engine', { applicationName: 'reporting' });
    await other.query('BEGIN; SELECT count(*) FROM public.vds_static');
    const { report } = await box.json(['-u', '--timeout', '2']);
    await other.end();
    expect(report).toMatchObject({ exitCode: 5, outcome: 'incomplete' });
    expect(report.steps.find(({ status }) => status === 'failed')).toMatchObject({ id: 'clear:engine' });
    expect(report.steps.find(({ status }) => status === 'failed')!.error).toContain('reporting');
    expect(await box.objects()).toEqual(objects);
    expect(box.host.services.running()).toEqual(running);
    await fullAndReady();
  });

  it('10: standard input at its end is refused at once without -u, also where an edited file would add a question', async () => {
    const { code, stdout, stderr } = await box.run([], { input: '' });
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/terminal/);
    expect(stdout + stderr).toMatch(/--unattended|-u/);
  });

  it('what a killed run left is removed, be it nothing but an empty directory', async () => {
    const directory = '/etc/ovirt-engine/uninstall.d';
    await fullAndReady();
    // Of nobody, as far as one can see.
    mkdirSync(box.path(directory));
    expect((await box.json(['-u'])).report).toMatchObject({ outcome: 'nothing-to-do' });
    const [run] = box.runs();
    // As if it had been killed before its last words.
    rmSync(box.path(`/var/lib/engine-cleanup/${run}/report.json`));
    const journal = `/var/lib/engine-cleanup/${run}/journal.jsonl`;
    const lines = box.text(journal).trimEnd().split('\n');
    expect(lines.pop()).toContain('"event":"run-end"');
    writeFileSync(box.path(journal), lines.map((line) => `${line}\n`).join(''));
    mkdirSync(box.path(`/var/lib/engine-cleanup/${run}/stage/etc/pki`), { recursive: true });
    const { report } = await box.json(['-u']);
    expect(box.exists(`/var/lib/engine-cleanup/${run}/stage`)).toBe(false);
    expect(report.refusals).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', host: { generation: '4.5' }, continues: { run } });
    expect(box.exists(directory)).toBe(false);
    expect((await box.json(['-u'])).report).toMatchObject({ outcome: 'nothing-to-do', steps: [] });
  });
});
