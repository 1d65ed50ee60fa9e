import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Work } from '../../src/cli/work.ts';
import { BusyError, HostError } from '../../src/model/errors.ts';
import { executed, ran } from './reports.ts';
import { type How, json, run as runProgram, SECRET, throwing } from './run-program.ts';
import { host, planOf } from './samples.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-program-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = (argv: string[], how?: How) => runProgram(root, argv, how);

describe('an error', () => {
  test('of the command line: on stderr, and as a document where one is asked for', async () => {
    const ended = await run(['--unatended']);
    expect(ended).toMatchObject({ code: 2, stdout: '', locks: [] });
    expect(ended.stderr).toBe('engine-cleanup: Unknown option --unatended.\n  Did you mean --unattended?\n');
    expect(json(await run(['plan', '--json', '--unatended']))).toMatchObject({
      command: 'plan',
      outcome: 'usage',
      exitCode: 2,
      host: null,
      error: { message: 'Unknown option --unatended.' },
    });
  });

  test('that the host is busy: code 75, and the other run’s log is left alone', async () => {
    const lock = (): never => {
      throw new BusyError('Another run works.', 'Wait.');
    };
    const ended = await run(['-u'], { work: { lock } });
    expect(ended).toMatchObject({
      code: 75,
      stdout: '',
      stderr: 'engine-cleanup: Another run works.\n  Wait.\n',
      log: '',
    });
    expect(json(await run(['-u', '--json'], { work: { lock } }))).toMatchObject({ outcome: 'busy', host: null });
  });

  test('that the caller may not lock: refused, for who it is', async () => {
    const lock = (): never => {
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open' });
    };
    const ended = json(await run(['-u', '--json'], { work: { lock } }));
    expect(ended).toMatchObject({ exitCode: 3, refusals: [{ check: 'not-root' }] });
  });

  test('of the log: refused before anything is looked at, and the lock is given back', async () => {
    writeFileSync(join(root, 'var'), '');
    const ended = await run(['-u', '--json']);
    expect(json(ended)).toMatchObject({ exitCode: 3, refusals: [{ check: 'log' }], changed: false });
    expect(ended.locks).toHaveLength(2);
  });

  test('of a log that a link would lead out of the root: refused, unless it was asked for by its real place', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'engine-cleanup-outside-'));
    try {
      symlinkSync(outside, join(root, 'var'));
      expect(json(await run(['-u', '--json']))).toMatchObject({ exitCode: 3, refusals: [{ check: 'log' }] });
      expect(readdirSync(outside)).toEqual([]);
      expect(await run(['-u', '--log', join(outside, 'log')])).toMatchObject({ code: 0 });
      expect(readdirSync(outside)).toEqual(['log']);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  test.each([
    ['what cannot be read', new HostError('no /etc', { hint: 'Mend it.' }), 'unreadable'],
    ['a full disk', Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'mkdir' }), 'unwritable'],
  ])('before the first step, %s: refused', async (_, error, check) => {
    const ended = json(await run(['-u', '--json'], { work: { cleanup: throwing(error, 0) } }));
    expect(ended).toMatchObject({ exitCode: 3, changed: false, refusals: [{ check }] });
    expect(ended.refusals[0]!.message).toMatch(/Nothing was changed\.$/);
  });

  test('after the first step: incomplete, with what was done and what is left', async () => {
    const error = new HostError(`lost the host, ${SECRET}`, { hint: 'Look at it.' });
    const ended = json(await run(['-u', '--json'], { work: { cleanup: throwing(error, 3) } }));
    expect(ended).toMatchObject({ exitCode: 5, outcome: 'incomplete', changed: true, host: { generation: '4.5' } });
    expect(ended.error).toEqual({ message: 'lost the host, ***', hint: 'Look at it.' });
    expect(ended.steps.map(({ status }) => status).slice(0, 4)).toEqual(['done', 'done', 'failed', 'skipped']);
    expect(ended.run?.id).toBe('20261124T020405Z-1a2b3c');
    const text = await run(['-u'], { work: { cleanup: throwing(error, 3) } });
    expect(text.stdout).toContain('Ended by an error\n  lost the host, ***\n  Look at it.\n');
    expect(text.stdout).toMatch(/Run engine-cleanup again to continue\.\n$/);
  });

  test('that is a bug: code 1, with the place of the log, its stack there, and no secret anywhere', async () => {
    const bug = new TypeError(`x is not a function ${SECRET}`);
    for (const steps of [0, 3]) {
      const ended = await run(['-u', '--json'], { work: { cleanup: throwing(bug, steps) } });
      const read = json(ended);
      expect(read).toMatchObject({ exitCode: 1, outcome: 'internal', changed: steps > 0 });
      expect(read.error?.hint).toContain(`${root}/var/log/ovirt-engine/engine-cleanup.log`);
      expect(read.steps.length > 0).toBe(steps > 0);
      expect(ended.log).toMatch(/TypeError: x is not a function \*\*\*\n +at /);
      expect(ended.stdout + ended.stderr + ended.log).not.toContain(SECRET);
    }
    const text = await run(['-u'], { work: { cleanup: throwing(bug, 0) } });
    expect(text).toMatchObject({ code: 1, stdout: '' });
    expect(text.stderr).toMatch(/^engine-cleanup: x is not a function \*\*\*\n {2}This is a bug/);
  });

  test('that no promise carries ends the run all the same', async () => {
    const crash = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('thrown by an event')), 20);
    });
    const never: Work['cleanup'] = () => new Promise(() => undefined);
    const ended = await run(['-u', '--json'], { work: { cleanup: never }, crash });
    expect(json(ended)).toMatchObject({ exitCode: 1, error: { message: 'thrown by an event' } });
    expect(ended.locks.at(-1)).toBe('release, log written');
  });

  test('of a stop signal while the host is looked at: obeyed at once, however long a server takes to answer', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    for (const argv of [['plan'], ['verify'], ['-u']]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      const ended = await run([...argv, '--json'], {
        work: { plan: never, verify: never, cleanup: never },
        stop: { controller, name: 'SIGTERM' },
      });
      expect(json(ended)).toMatchObject({ exitCode: 143, outcome: 'interrupted', changed: false });
      expect(ended.log.includes('ends: interrupted, exit 143')).toBe(argv[0] === '-u');
      expect(ended.locks.length).toBe(argv[0] === '-u' ? 2 : 0);
    }
  });

  test('of a stop signal after the first step: left to the run, which ends between two steps', async () => {
    const controller = new AbortController();
    const slow: Work['cleanup'] = async (options, { dialogue }) => {
      const facts = host();
      const plan = planOf(facts, options.wishes);
      dialogue.planned(facts, plan);
      dialogue.progress.begin(plan.steps[0]!, 0, plan.steps.length);
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 30));
      dialogue.progress.end(plan.steps[0]!, 'done', 30, null);
      return ran(
        'interrupted',
        facts,
        plan,
        executed(plan, (_, index) => (index === 0 ? 'done' : 'skipped')),
      );
    };
    const ended = await run(['-u'], { work: { cleanup: slow }, stop: { controller, name: 'SIGINT' } });
    expect(ended.code).toBe(130);
    expect(ended.stdout).toContain('        stopping after this step, as asked\n        done\n');
    expect(ended.stdout).toMatch(/Run engine-cleanup again to continue\.\n$/);
  });
});
