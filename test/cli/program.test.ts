import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Work } from '../../src/cli/work.ts';
import { HostError } from '../../src/model/errors.ts';
import { planned } from './reports.ts';
import { type How, json, run as runProgram } from './run-program.ts';
import { host, planOf } from './samples.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-program-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (argv: string[], how?: How) => runProgram(root, argv, how);

describe('a run', () => {
  test('unattended: steps and report on stdout, everything in the log, the lock held around it', async () => {
    const ended = await run(['-u']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^\[ 1\/28\] Stop ovirt-engine-notifier\n/);
    expect(ended.stdout).toMatch(/Finished cleanup it is now safe to rerun engine-setup\.\n$/);
    expect(ended.stderr).toBe('');
    expect(ended.locks).toEqual([`take ${root}/run/engine-cleanup.lock`, 'release, log written']);
    expect(ended.log).toMatch(
      /^\S+Z {2}engine-cleanup 1\.2\.3 begins, run by \S+.*, process \d+\n\S+ {2}options: cleanup --root/,
    );
    for (const part of [
      'the plan:',
      'Steps, in their order',
      '28/28 begin',
      'done    Stop ovirt-engine',
      'exit 0',
      'Finished cleanup',
    ])
      expect(ended.log).toContain(part);
    expect(ended.log).not.toContain('\x1b');
  });

  test('with --json prints the document alone on stdout, and progress on stderr', async () => {
    const ended = await run(['-u', '--json']);
    expect(json(ended)).toMatchObject({ outcome: 'ok', exitCode: 0, root });
    expect(ended.stderr).toContain('[28/28] Reload httpd');
  });

  test('without a terminal and without -u is refused at once: no lock, no log', async () => {
    const ended = await run([]);
    expect(ended).toMatchObject({ code: 3, locks: [], log: '', stderr: '' });
    expect(ended.stdout).toContain('There is no terminal to ask questions on');
    expect(json(await run(['--json']))).toMatchObject({ outcome: 'refused', host: null, changed: false });
    expect(readdirSync(root)).toEqual([]);
  });

  test('on a terminal asks, shows the plan and obeys', async () => {
    const yes = await run([], { typed: ['yes', 'yes', 'yes'] });
    expect(yes.code).toBe(0);
    expect(yes.stdout).toContain('Proceed? (yes/no) [no]: ');
    const no = await run(['-d'], { typed: ['no', 'no', 'no'] });
    expect(no.code).toBe(4);
    expect(no.stdout).toMatch(/Not started\. Nothing was changed\.\n$/);
    expect(no.log).toContain('ends: declined, exit 4');
    const silent = await run([], { typed: [] });
    expect(silent.code).toBe(4);
  });

  test('with --json on a terminal asks on stderr', async () => {
    const ended = await run(['--json'], { typed: ['yes', 'yes', 'yes'] });
    expect(json(ended)).toMatchObject({ outcome: 'ok' });
    expect(ended.stderr).toContain('Drop data base?');
  });

  test('stopped at a question: says that nothing was changed', async () => {
    for (const [name, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const controller = new AbortController();
      controller.abort();
      const ended = await run([], { typed: ['yes'], stop: { controller, name } });
      expect(ended.code).toBe(code);
      expect(ended.stdout).toMatch(/Stopped, as asked\.\nNothing was changed\.\n/);
      expect(ended.stdout).not.toContain('Drop data base?');
      expect(ended.log).toContain(`ends: interrupted, exit ${code}`);
    }
  });
});

describe('plan and verify', () => {
  const facts = host();
  const plan = planOf(facts);
  const work: Partial<Work> = {
    plan: async () => ({ report: planned('ok', facts, plan, { command: 'plan' }), plan, facts }),
  };

  test('leave no file and take no lock', async () => {
    for (const argv of [['plan'], ['plan', '--json'], ['verify'], ['verify', '--json']]) {
      const ended = await run(argv, { work });
      expect(ended).toMatchObject({ code: 0, locks: [], log: '', stderr: '' });
      expect(readdirSync(root)).toEqual([]);
    }
  });

  test('print the plan with what it comes to, or the document', async () => {
    const text = (await run(['plan'], { work })).stdout;
    expect(text).toMatch(/^Cleanup of /);
    expect(text).toContain('\n\nA run would take 28 steps. Nothing was changed.\n');
    expect(json(await run(['plan', '--json'], { work }))).toMatchObject({ command: 'plan', outcome: 'ok' });
    expect((await run(['verify'])).stdout).toContain('Yes: engine-setup can be run.');
  });

  test('that cannot look are refused with the reason', async () => {
    const broken = async (): Promise<never> => {
      throw new HostError('/etc/x cannot be read: EIO.', { hint: 'Mend the disk.' });
    };
    for (const command of ['plan', 'verify']) {
      const ended = await run([command], { work: { plan: broken, verify: broken } });
      expect(ended.code).toBe(3);
      expect(ended.stdout).toContain('/etc/x cannot be read: EIO. Nothing was changed.\n    Mend the disk.');
      expect(json(await run([command, '--json'], { work: { plan: broken, verify: broken } }))).toMatchObject({
        command,
        outcome: 'refused',
        refusals: [{ check: 'unreadable' }],
      });
    }
  });
});
