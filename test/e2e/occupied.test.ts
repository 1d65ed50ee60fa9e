/** Nothing works on a host together with a run: exit 75, nothing changed, and who it is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFile, Orphans, SECONDS } from '../host/services/orphans.ts';
import { Box, difference } from './harness.ts';

const orphans = new Orphans();
let box: Box;
beforeEach(async () => {
  box = await Box.make({ services: true });
});
afterEach(async () => {
  orphans.end();
  await box.destroy();
});

const setup = async (): Promise<number> =>
  orphans.start([makeFile(box.root, 'usr/bin/engine-setup', `#!/bin/sh\nsleep ${SECONDS} & wait\n`, 0o755)]);

describe('while engine-setup runs', () => {
  it('a run ends at once, and is told by which process; plan and verify need not wait', async () => {
    const pid = await setup();
    const [before, objects] = [box.host.listing(), await box.objects()];
    const { code, report } = await box.json(['-u']);
    expect({ code, outcome: report.outcome, changed: report.changed }).toEqual({
      code: 75,
      outcome: 'busy',
      changed: false,
    });
    expect(difference(before, box.host.listing())).toMatchObject({ gone: [], changed: [] });
    expect(await box.objects()).toEqual(objects);
    expect(box.runs()).toEqual([]);
    const { stderr } = await box.run(['-u']);
    expect(stderr).toContain(`engine-setup works on this host: process ${pid}. Nothing was changed.`);
    expect((await box.run(['plan'])).code).toBe(3); // below a root, a process that runs from there and is no service of setup
    expect((await box.run(['verify'])).code).toBe(0);
    orphans.end();
    expect((await box.json(['-u'])).report).toMatchObject({ exitCode: 0 });
    await setup();
    expect((await box.json(['restore', '-u'])).report).toMatchObject({ exitCode: 75, changed: false });
  });

  it('that was begun while the question was open', async () => {
    const before = box.host.listing();
    const { code, text } = await box.terminal([], 'yes\nyes\n', setup);
    expect(text).toContain('engine-setup works on this host');
    expect(code).toBe(75);
    expect(difference(before, box.host.listing()).gone).toEqual([]);
  });
});

it('of ten runs that are started at once one works, nine say who does, and the host is right', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => box.json(['-u'])));
  const [worked, ...others] = all.sort((a, b) => Number(a.code) - Number(b.code));
  expect(worked!.report).toMatchObject({ exitCode: 0, changed: true });
  // One that starts when the work is done finds nothing left to do.
  for (const { code, report, outcome } of others) {
    expect([75, 0]).toContain(code);
    expect(report.changed).toBe(false);
    if (code === 75) expect(outcome.stderr + outcome.stdout).toMatch(/process \d+|holds the lock/);
  }
  expect(others.filter(({ code }) => code === 75).length).toBeGreaterThan(0);
  expect(box.runs().length).toBe(1);
  expect((await box.run(['verify'])).code).toBe(0);
});
