import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderError, renderReport } from '../../src/cli/render-report.ts';
import { colorsOf } from '../../src/cli/view.ts';
import { DATABASE_QUESTION, FINISHED, HOSTS_NOTE } from '../../src/cli/words.ts';
import type { Report } from '../../src/model/report.ts';
import { verify } from '../../src/verify/index.ts';
import { content, database } from '../plan/facts.ts';
import { executed, failingAt, LOG, planned, ran, report } from './reports.ts';
import { host, planOf, RUN, view } from './samples.ts';

const facts = host();
const drop = planOf(facts);
const keep = planOf(facts, { keepDatabases: true });
const keepKeys = planOf(facts, { keepDatabases: true, keepPki: true });
const BACKUP = `/var/lib/engine-cleanup/${RUN}/backup`;
const done = (plan: typeof drop) => executed(plan, () => 'done');

/** The last lines of a text, next to the prompt. */
function last(text: string, lines: number): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

test('the words are those of the feature page', () => {
  expect(FINISHED).toBe('Finished cleanup it is now safe to rerun engine-setup.');
  expect(HOSTS_NOTE).toBe("Note that after re-install you'll have to run Hosts re-install/re-approve");
  expect(DATABASE_QUESTION).toMatch(/^Drop data base\? /);
});

describe('a run that dropped everything', () => {
  const text = renderReport(ran('ok', facts, drop, done(drop)), drop, view());

  test('ends with the closing words', () => {
    expect(last(text, 1)).toBe(FINISHED);
    expect(text).not.toContain(HOSTS_NOTE);
  });

  test('says what it did', () => {
    expect(text.slice(0, text.indexOf('\n\n'))).toBe(`Done, in 3.4 s
  Stopped   ovirt-engine-notifier, ovirt-engine, ovirt-engine-dwhd,
            ovirt-websocket-proxy
  Dropped   database "engine", role "engine"
  Cleared   database "ovirt_engine_history"
  Disabled  ovirt-engine, ovirt-engine-dwhd, ovirt-websocket-proxy,
            ovirt-fence-kdump-listener
  Removed   18 files, 1 directory
  Reverted  lines in /etc/httpd/conf.d/ssl.conf,
            /etc/dnf/plugins/versionlock.list
  Reset     1 file
  Reloaded  httpd`);
  });

  test('says where the backup is, what it holds, how to use it and how to be rid of it', () => {
    expect(text).toContain(`Backup
  ${BACKUP}
  engine.dump is the dump of database "engine".
  dwh.dump is the dump of database "ovirt_engine_history".
  The commands that put everything back are in its README:
    less ${BACKUP}/README
  It holds passwords and private keys. To remove it when it is no longer needed:
    rm -r ${BACKUP}
`);
    expect(text).toContain(`Log: ${LOG}`);
  });

  test('lists what is kept with the command that removes it, and none where it must stay', () => {
    expect(text).toContain('    to remove: rm -r /var/lib/ovirt-engine/backups/*\n');
    expect(text).toContain('    /var/lib/pgsql/data/pg_hba.conf\n  not made by setup\n');
  });

  test('lists each file where everything is wanted', () => {
    const full = renderReport(ran('ok', facts, drop, done(drop)), drop, view({ verbose: true }));
    expect(full).toContain(' /etc/pki/ovirt-engine/keys/engine_id_rsa\n');
  });
});

describe('a run that kept the database', () => {
  test('says so, and what engine-setup will find', () => {
    const text = renderReport(ran('ok', facts, keep, done(keep)), keep, view());
    expect(text).toContain('KEEP    "engine" on localhost:5432, 21 MB: kept as asked');
    expect(text).toContain('What engine-setup will find and ask');
    expect(text).toContain('ENGINE_VACUUM_FULL');
    expect(last(text, 2)).toBe(`${FINISHED}\n${HOSTS_NOTE}`);
  });

  test('and the keys: nothing is said of hosts', () => {
    const text = renderReport(ran('ok', facts, keepKeys, done(keepKeys)), keepKeys, view());
    expect(last(text, 1)).toBe(FINISHED);
    expect(text).not.toContain(HOSTS_NOTE);
  });
});

describe('a run that found nothing to do', () => {
  const nothing = { ...drop, steps: [], databases: [], backupDir: null };
  const text = renderReport(report({ outcome: 'nothing-to-do', facts, plan: nothing }), nothing, view());

  test('ends with the closing words too', () => {
    expect(last(text, 3)).toBe(`Nothing to do.\n\n${FINISHED}`);
    expect(text).toContain('Kept\n');
  });
});

describe('a run that failed before anything was destroyed', () => {
  const failed = failingAt(drop, 'dump:engine', 'pg_dump failed: permission denied for table vds_static.', 'Grant it.');
  const text = renderReport(ran('incomplete', facts, drop, failed), drop, view());

  test('gives the reason last, and says that nothing was lost and that a rerun continues', () => {
    expect(text).toContain(`Failed
  * Back up database "engine" on localhost:5432
    pg_dump failed: permission denied for table vds_static.
    Grant it.

Log: ${LOG}

Nothing was dropped or removed, and the services that had been stopped run
again.
Run engine-cleanup again to continue.
`);
    expect(text).not.toContain(FINISHED);
    expect(text).not.toContain('Stopped ');
  });

  test('lists everything that is left', () => {
    for (const { title, status } of failed.steps)
      expect(text.includes(`  - ${title}\n`), title).toBe(status === 'blocked');
    expect(text).toContain('It is not whole: the run ended while it was made');
    expect(text).not.toContain('README');
  });

  test('does not say that the services run again where one does not', () => {
    const run = ran('incomplete', facts, drop, failed);
    run.restarted = (run.restarted ?? []).filter((unit) => unit !== 'ovirt-engine');
    run.warnings = [{ code: 'way-back', message: 'ovirt-engine could not be started again: timeout' }];
    const sad = renderReport(run, drop, view());
    expect(sad).not.toContain('run again.\n');
    expect(sad).toContain('! ovirt-engine could not be started again: timeout');
    expect(sad).toMatch(/Stopped +ovirt-engine\n/);
    expect(sad).toMatch(/Restarted +ovirt-engine-notifier, ovirt-engine-dwhd/);
    expect(sad).toContain('Not everything that had been stopped runs again');
  });
});

test('a run that failed after the databases were gone says what is done, what is left and where the backup is', () => {
  const failed = failingAt(drop, 'remove:keystores', 'Read-only file system.', 'Mount it writable.');
  const text = renderReport(ran('incomplete', facts, drop, failed), drop, view());
  expect(text).toMatch(/^Done so far, in 2\.5 s\n/);
  expect(text).toContain('Dropped   database "engine", role "engine"');
  expect(text).toContain(`less ${BACKUP}/README`);
  expect(text).not.toContain('Nothing was dropped');
  expect(text).not.toContain('What still stands in the way');
  expect(last(text, 1)).toBe('Run engine-cleanup again to continue.');
});

describe('a run that was stopped', () => {
  test('between two steps: what is left, and that a rerun continues', () => {
    const stopped = executed(drop, (_, index) => (index < 12 ? 'done' : 'skipped'));
    const text = renderReport(ran('interrupted', facts, drop, stopped), drop, view());
    expect(text).toContain('Left undone, because the run was stopped\n  - Drop role "engine"\n');
    expect(last(text, 2)).toBe('Stopped, as asked.\nRun engine-cleanup again to continue.');
  });

  test('in a dump: that the dump did not end, not that it failed', () => {
    const stopped = failingAt(drop, 'dump:engine', 'stopped by a signal', '');
    const text = renderReport(ran('interrupted', facts, drop, stopped), drop, view());
    expect(text).toContain('Ended unfinished\n  * Back up database "engine" on localhost:5432\n');
    expect(text).not.toContain('Failed');
    expect(text).toContain('Nothing was dropped or removed');
  });

  test('at a question: that nothing was changed', () => {
    const text = renderReport(report({ outcome: 'interrupted', facts }), null, view());
    expect(text).toBe('Stopped, as asked.\nNothing was changed.\nRun engine-cleanup again when it suits.\n');
  });

  test('while verify or plan looked: nothing about a rerun', () => {
    const text = renderReport(report({ command: 'verify', outcome: 'interrupted' }), null, view());
    expect(text).toBe('Stopped, as asked.\nNothing was changed.\n');
  });
});

describe('a run that did not start', () => {
  const refusals = [{ check: 'space', message: 'No room. Nothing was changed.', hint: 'Make some.', forcible: false }];

  test('refused: only the reasons, and that nothing was changed', () => {
    expect(renderReport(planned('refused', facts, drop, { refusals }), drop, view())).toBe(
      'Refused, for this reason\n  * No room. Nothing was changed.\n    Make some.\n\nNothing was changed.\n',
    );
  });

  test('declined', () => {
    expect(renderReport(planned('declined', facts, drop), drop, view())).toBe('Not started. Nothing was changed.\n');
  });

  test('errors have the form of every command', () => {
    expect(renderError({ message: 'Unknown option --x.', hint: 'Did you mean -y?' })).toBe(
      'engine-cleanup: Unknown option --x.\n  Did you mean -y?\n',
    );
    expect(renderError({ message: 'Oops.', hint: null })).toBe('engine-cleanup: Oops.\n');
  });
});

test('a bug after the first step says what is known, and that a rerun continues', () => {
  const half = executed(drop, (_, index) => (index < 3 ? 'done' : 'skipped'));
  const bug = { ...ran('internal', facts, drop, half), error: { message: 'x is not a function', hint: 'Report it.' } };
  const text = renderReport(bug, drop, view());
  expect(text).toContain('Ended by an error\n  x is not a function\n  Report it.\n');
  expect(last(text, 2)).toBe('This is a bug in engine-cleanup.\nRun engine-cleanup again to continue.');
});

describe('a run whose host is not ready', () => {
  const checks = [
    { id: 'database-engine', ok: false, detail: 'Role "engine" is left.', hint: 'A DBA runs: DROP ROLE "engine";' },
    { id: 'pki', ok: true, detail: 'fine' },
    { id: 'hosts', ok: true, severity: 'warning' as const, detail: 'hosts must be re-approved' },
  ];
  const unready: Report = { ...ran('unready', facts, keep, done(keep)), verify: { ready: false, checks } };

  test('says what stands in the way, and the way on, but not the closing words', () => {
    const text = renderReport(unready, keep, view());
    expect(text).toContain(
      'What still stands in the way of engine-setup\n  * Role "engine" is left.\n    A DBA runs: DROP ROLE "engine";\n',
    );
    expect(text).toContain('To know before engine-setup is run\n  ! hosts must be re-approved\n');
    expect(text).not.toContain(FINISHED);
    expect(text).toContain('The cleanup itself is done.');
    expect(last(text, 1)).toBe(HOSTS_NOTE);
  });

  test('is told so where nothing was left to do, too', () => {
    const text = renderReport({ ...unready, steps: [] }, { ...drop, steps: [] }, view());
    expect(text).not.toContain('The cleanup itself is done.');
    expect(text).toContain('"engine-cleanup verify"');
  });
});

describe('verify', () => {
  const of = (verdict: ReturnType<typeof verify>, more: Partial<Report> = {}): string =>
    renderReport(
      {
        ...report({ command: 'verify', outcome: verdict.ready ? 'ok' : 'unready', facts, verdict }),
        ...more,
      },
      null,
      view(),
    );

  test('lists every check, and counts the obstacles', () => {
    const half = host({ databases: [database({ content: content({ missing: ['vms'] }) })] });
    const verdict = verify(half, false);
    const text = of(verdict);
    expect(text).toMatch(/^Can engine-setup be run now on engine\.example\.com\?\n\n/);
    const obstacles = verdict.checks.filter(({ ok }) => !ok).length;
    expect(obstacles).toBeGreaterThan(0);
    expect(text.match(/^ {2}NO {4}/gm)).toHaveLength(obstacles);
    expect(text.match(/^ {2}(?:NO|ok|note) /gm)).toHaveLength(verdict.checks.length);
    expect(last(text, 1)).toBe(
      `Not yet: ${obstacles} ${obstacles === 1 ? 'obstacle' : 'obstacles'} must be out of the way first.`,
    );
  });

  test('says yes', () => {
    const text = of({ ready: true, checks: [{ id: 'a', ok: true, detail: 'fine' }] }, { root: '/mnt/old' });
    expect(text).toBe(`Can engine-setup be run now below /mnt/old?

  ok    fine

Yes: engine-setup can be run.
`);
  });
});

describe('the verb plan', () => {
  const closing = (one: Report, plan = drop): string => renderReport(one, plan, view());

  test('closes with what a run would be', () => {
    expect(closing(planned('ok', facts, drop, { command: 'plan' }))).toBe(
      'A run would take 28 steps. Nothing was changed.\nWith -d the databases are kept; an interactive run asks.\n',
    );
    expect(closing(planned('ok', facts, keep, { command: 'plan' }), keep)).toMatch(
      /^A run would take 20 steps\.[^-]*$/,
    );
    expect(closing(planned('refused', facts, drop, { command: 'plan' }))).toBe(
      'A run would be refused. Nothing was changed.\n',
    );
    expect(closing(report({ command: 'plan', outcome: 'nothing-to-do' }))).toBe('Nothing to do.\n');
  });
});

test('colours change no word, and red is only what failed', () => {
  const failed = failingAt(drop, 'dump:engine', 'error', 'hint');
  for (const one of [ran('ok', facts, drop, done(drop)), ran('incomplete', facts, drop, failed)]) {
    const colored = renderReport(one, drop, view({ colors: colorsOf(true) }));
    expect(stripVTControlCharacters(colored)).toBe(renderReport(one, drop, view()));
    expect(colored.includes('\x1b[31m')).toBe(one.outcome === 'incomplete');
  }
});
