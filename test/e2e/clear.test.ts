/** The main job on a finished host: clean up, verify, again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SSL_CONF,
  SSL_CONF_ORIGINAL,
  VERSIONLOCK,
  VERSIONLOCK_ORIGINAL,
  ZONE,
  ZONE_ORIGINAL,
} from '../fixture/host-shared.ts';
import { Box, difference, SECRETS } from './harness.ts';

describe('a finished 4.5 host', () => {
  let box: Box;
  let before: ReturnType<Box['host']['listing']>;
  let pristine: string[];
  let first: Awaited<ReturnType<Box['json']>>;

  beforeAll(async () => {
    box = await Box.make({ services: true, firewalld: true }, { size: 'real' });
    before = box.host.listing();
    pristine = await box.objects('template1');
    first = await box.json(['-u']);
  });
  afterAll(() => box.destroy());

  it('ends with 0, ready for engine-setup', () => {
    expect(first.report.steps.filter(({ status }) => status !== 'done' && status !== 'already')).toEqual([]);
    expect(first.report).toMatchObject({ outcome: 'ok', exitCode: 0, changed: true, command: 'cleanup' });
    expect(first.report.verify).toMatchObject({ ready: true });
    expect(first.report.host).toMatchObject({ generation: '4.5', setup: 'complete' });
    const answers = `${first.report.run!.backup}/engine-answers.conf`;
    expect(first.report.databases).toMatchObject([{ component: 'engine', action: 'clear', role: 'engine', answers }]);
    expect(readFileSync(answers, 'utf8')).toMatch(/^OVESETUP_DB\/host=str:localhost$/m);
  });

  it('removes every file that setup and the engine made, and leaves everybody else’s as it was', () => {
    const after = box.host.listing();
    const { gone, changed } = difference(before, after);
    const left = new Set(after.map(({ path }) => path));
    expect(box.host.made.length).toBeGreaterThan(100);
    expect(box.host.made.filter((path) => left.has(path))).toEqual([]);
    expect(box.host.survivors.filter((path) => !left.has(path) || changed.includes(path))).toEqual([]);
    expect(
      gone.filter((path) => !box.host.made.includes(path) && before.find((one) => one.path === path)?.type !== 'dir'),
    ).toEqual([]);
  });

  it('reverts ssl.conf, the version lock and the firewalld zone to what they were before setup', () => {
    expect(box.text(SSL_CONF)).toBe(SSL_CONF_ORIGINAL);
    expect(box.text(VERSIONLOCK)).toBe(VERSIONLOCK_ORIGINAL);
    expect(box.text(ZONE)).toBe(ZONE_ORIGINAL);
  });

  it('leaves an empty database in which its role can begin again', async () => {
    const objects = await box.objects();
    expect(objects).toEqual(pristine);
    await box.server.as(
      'engine',
      'sample-password',
      'engine',
      'CREATE TABLE public.probe (id uuid DEFAULT uuid_generate_v1())',
    );
    await box.server.as('engine', 'sample-password', 'engine', 'DROP TABLE public.probe');
  });

  it('stops every service, and disables it', () => {
    expect(box.host.services.running()).toEqual([]);
    expect(box.host.services.enabled()).toEqual([]);
  });

  it('keeps a whole backup: readable, 0600, with a manifest that is true', () => {
    const backup = first.report.run!.backup!;
    const manifest = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'));
    const names = manifest.members.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['engine.dump', 'files.tar.gz', 'README']));
    expect(first.report.databases[0]!.backup).toBe(join(backup, 'engine.dump'));
  });

  it('writes no password into log, plan, journal, report or output', () => {
    const all = box.written() + first.outcome.stdout + first.outcome.stderr;
    expect(all.length).toBeGreaterThan(1000);
    for (const secret of SECRETS) expect(all).not.toContain(secret);
  });

  it('changes nothing the second time but the log', async () => {
    const now = box.host.listing();
    const second = await box.json(['-u']);
    expect(second.report).toMatchObject({
      outcome: 'nothing-to-do',
      exitCode: 0,
      changed: false,
      steps: [],
      run: null,
    });
    expect(difference(now, box.host.listing())).toEqual({
      gone: [],
      made: [],
      changed: ['/var/log/ovirt-engine/engine-cleanup.log'],
    });
    expect((await box.run(['-u'])).stdout).toContain('Finished cleanup it is now safe to rerun engine-setup.');
  });

  it('verify agrees', async () => {
    const { report } = await box.json(['verify']);
    expect(report).toMatchObject({ outcome: 'ok', verify: { ready: true } });
  });
});

describe('plan', () => {
  let box: Box;
  beforeAll(async () => {
    box = await Box.make({ services: true });
  });
  afterAll(() => box.destroy());

  it('says what a run does in the same words, and changes nothing, not even a lock file', async () => {
    const before = box.host.listing();
    const plan = await box.json(['plan']);
    expect(plan.report).toMatchObject({ command: 'plan', outcome: 'ok', exitCode: 0, changed: false });
    expect(plan.report.steps.every(({ status }) => status === 'planned')).toBe(true);
    const text = await box.run(['plan']);
    expect(text.code).toBe(0);
    expect(difference(before, box.host.listing())).toEqual({ gone: [], made: [], changed: [] });
    const { report } = await box.json(['-u']);
    expect(report.steps.map(({ id, title }) => [id, title])).toEqual(
      plan.report.steps.map(({ id, title }) => [id, title]),
    );
  });
});
