/** Nothing works on a host together with a run: exit 75, nothing changed, and who it is. */
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFile, Orphans, SECONDS } from '../host/services/orphans.ts';
import { Box, difference, type Running } from './harness.ts';

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
  // The one that works waits for its server until the others have ended.
  box.server.freeze();
  const since = Date.now();
  const all = Array.from({ length: 10 }, () => box.start(['-u', '--json', '--timeout', '120']));
  const ended = new Set<Running>();
  for (const one of all) void one.ended.then(() => ended.add(one));
  await expect.poll(() => ended.size, { timeout: 60_000 }).toBe(9);
  box.server.thaw();
  const [worked] = all.filter((one) => !ended.has(one));
  const others = await Promise.all([...ended].map((one) => one.ended));
  expect(JSON.parse((await worked!.ended).stdout)).toMatchObject({ exitCode: 0, outcome: 'ok', changed: true });

  const said = /process (\d+), started (\S+) by (\S+)\. Nothing was changed\./;
  for (const { code, stdout, stderr } of others) {
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 75, outcome: 'busy', changed: false });
    expect(code).toBe(75);
    const [, pid, started, user] = said.exec(stderr) ?? [];
    expect({ pid, user }).toEqual({ pid: `${worked!.child.pid}`, user: userInfo().username });
    expect(Date.parse(started!)).toBeGreaterThanOrEqual(since);
    expect(Date.parse(started!)).toBeLessThanOrEqual(Date.now());
  }
  expect(box.runs().length).toBe(1);
  expect((await box.run(['verify'])).code).toBe(0);
});
