/** The program from its command line to its exit code, with work of the test's own behind the words. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { program } from '../../src/cli/program.ts';
import type { Input } from '../../src/cli/terminal.ts';
import type { Work } from '../../src/cli/work.ts';
import type { Host } from '../../src/host/port.ts';
import { BusyError, HostError } from '../../src/model/errors.ts';
import type { StopSignal } from '../../src/model/outcome.ts';
import type { Report } from '../../src/model/report.ts';
import type { RunOptions, RunParts } from '../../src/run.ts';
import { executed, planned, ran, report } from './reports.ts';
import { host, planOf, Sink } from './samples.ts';
import { validateReport } from './schema.ts';

const SECRET = 'SECRET-of-the-engine';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-program-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** Empty where there is no log. */
  log: string;
  locks: string[];
}

interface How {
  work?: Partial<Work>;
  /** Lines typed on a terminal; without it there is none. */
  typed?: string[];
  stop?: { controller: AbortController; name: StopSignal };
  crash?: Promise<never>;
}

async function run(argv: string[], { work, typed, stop, crash }: How = {}): Promise<Ended> {
  const terminal = typed !== undefined;
  const stdin: Input = new PassThrough();
  stdin.isTTY = terminal;
  (stdin as PassThrough).end((typed ?? []).map((line) => `${line}\n`).join(''));
  const stdout = terminal ? (Sink.terminal() as Sink) : new Sink();
  const stderr = terminal ? (Sink.terminal() as Sink) : new Sink();
  const locks: string[] = [];
  const code = await program(
    {
      argv: ['--root', root, ...argv],
      version: '1.2.3',
      cwd: root,
      stdin,
      stdout,
      stderr,
      env: { NO_COLOR: '1', TERM: 'xterm' },
      stop: { signal: (stop?.controller ?? new AbortController()).signal, name: () => stop?.name ?? 'SIGINT' },
      ...(crash ? { crash } : {}),
    },
    async () => ({
      host: () => ({}) as Host,
      lock: (path) => {
        locks.push(`take ${path}`);
        return { release: () => void locks.push(`release, log ${logText() === '' ? 'empty' : 'written'}`) };
      },
      plan: async () => {
        throw new Error('no plan here');
      },
      verify: async () => report({ command: 'verify', outcome: 'ok', verdict: { ready: true, checks: [] } }),
      cleanup,
      ...work,
    }),
  );
  return { code, stdout: stdout.text, stderr: stderr.text, log: logText(), locks };
}

function logText(): string {
  const path = join(root, 'var/log/ovirt-engine/engine-cleanup.log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** A run on the sample host that talks, plans and reports as the real one does, and touches nothing. */
async function cleanup(options: RunOptions, { dialogue }: RunParts): Promise<Report> {
  const facts = host();
  const replan = (wishes: RunOptions['wishes']) => planOf(facts, wishes);
  const plan = await dialogue.decide(facts, options.wishes, replan);
  if (plan === null) return { ...planned('declined', facts, planOf(facts)), root };
  dialogue.planned(facts, plan);
  for (const [index, step] of plan.steps.entries()) {
    dialogue.progress.begin(step, index, plan.steps.length);
    dialogue.progress.end(step, 'done', 1, null);
  }
  return {
    ...ran(
      'ok',
      facts,
      plan,
      executed(plan, () => 'done'),
    ),
    root,
  };
}

/** A run that throws after so many steps. */
function throwing(error: unknown, steps: number): Work['cleanup'] {
  return async (options, { dialogue, vault }) => {
    vault.put(SECRET);
    const facts = host();
    const plan = planOf(facts, options.wishes);
    if (steps > 0) {
      dialogue.planned(facts, plan);
      for (const [index, step] of plan.steps.slice(0, steps).entries()) {
        dialogue.progress.begin(step, index, plan.steps.length);
        if (index < steps - 1) dialogue.progress.end(step, 'done', 1, null);
      }
    }
    throw error;
  };
}

function json({ stdout }: Ended): Report {
  const read = JSON.parse(stdout) as Report;
  expect(validateReport(read)).toEqual([]);
  return read;
}

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
