/** What a plan says of the unfinished run that it goes on with. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/apply/journal.ts';
import type { FileFact } from '../../src/model/facts.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { EarlierRun } from '../../src/restore/runs.ts';
import { continuedHost, latestRuns, unfinishedCleanup, unfinishedRestore } from '../../src/restore/unfinished.ts';

const STEPS = [
  { id: 'stop', title: 'Stop', destructive: false },
  { id: 'clear', title: 'Clear', destructive: true },
  { id: 'remove', title: 'Remove', destructive: true },
] as Step[];
const AT = '2026-01-01T00:00:00.000Z';

const begin = (step: string, touches: string[] = []): JournalEntry => ({ event: 'begin', step, touches, at: AT });
const end = (step: string, status = 'done'): JournalEntry => ({ event: 'end', step, status, at: AT });

function run(id: string, journal: JournalEntry[], more: Partial<EarlierRun> = {}): EarlierRun {
  return {
    id,
    started: AT,
    path: `/${id}`,
    command: 'cleanup',
    outcome: 'unfinished',
    plan: { steps: STEPS } as Plan,
    trouble: null,
    unknown: false,
    journal,
    backup: { dir: `/${id}/backup`, state: 'whole', why: '', sizeBytes: 0, manifest: null, own: true },
    ...more,
  };
}

const file = (phase: string, mtimeMs: number): FileFact => ({ path: '/m', phase, identity: { mtimeMs } }) as FileFact;
const told = (runs: EarlierRun[], files: FileFact[] = []) => unfinishedCleanup(runs, { files }).continues;

describe('a cleanup goes on with the last one that began something and did not come to its end', () => {
  it('and names the step in which that ended, with its backup where anything was destroyed', () => {
    expect(told([])).toBeNull();
    expect(told([run('1', [begin('stop')])])).toEqual({ run: '1', started: AT, stoppedAt: 'Stop', backup: null });
    const clearing = run('1', [begin('stop'), end('stop'), begin('clear')]);
    expect(told([clearing])).toMatchObject({ stoppedAt: 'Clear', backup: '/1/backup' });
    expect(told([run('1', [begin('stop'), end('stop')])])).toMatchObject({ stoppedAt: 'Stop' });
  });

  it.each(['incomplete', 'interrupted', 'internal'] as const)('also where it was %s itself', (outcome) => {
    const journal = [begin('clear'), end('clear', 'failed'), begin('remove'), end('remove')];
    expect(told([run('1', journal, { outcome })])).toMatchObject({ run: '1', stoppedAt: 'Clear' });
  });

  it.each(['ok', 'unready', 'nothing-to-do'] as const)('not where it ended %s', (outcome) => {
    expect(told([run('1', [begin('clear')], { outcome })])).toBeNull();
    expect(told([run('1', [begin('clear')]), run('2', [begin('clear')], { outcome })])).toBeNull();
  });

  it('and the backup is that of the first of several that destroyed anything', () => {
    const runs = [run('1', [begin('stop')]), run('2', [begin('clear')]), run('3', [begin('clear')]), run('4', [])];
    expect(told(runs)).toMatchObject({ run: '3', backup: '/2/backup' });
    expect(told([run('0', [begin('clear')], { outcome: 'ok' }), ...runs])).toMatchObject({ backup: '/2/backup' });
    const partial = { dir: '/1/backup', state: 'partial', why: '', sizeBytes: 0, manifest: null, own: true } as const;
    expect(told([run('1', [begin('clear')], { backup: partial })])).toMatchObject({ backup: null });
  });

  it('and with none whose files do not fit together', () => {
    const odd = { unknown: true, trouble: 'it names a step that the plan does not have' };
    const plan = { steps: STEPS, release: '4.5' } as unknown as Plan;
    expect(told([run('1', [begin('clear')], odd)])).toBeNull();
    expect(continuedHost([run('1', [begin('clear')], { plan })]).continued).toBe('4.5');
    expect(continuedHost([run('1', [begin('clear')], { plan, ...odd })]).continued).toBeNull();
    const runs = [run('1', [begin('clear')]), run('2', [begin('remove')], odd)];
    expect(told(runs)).toMatchObject({ run: '1', stoppedAt: 'Clear', backup: '/1/backup' });
    expect(told([run('1', [begin('clear')], odd), run('2', [begin('stop')])])).toMatchObject({
      run: '2',
      backup: null,
    });
  });

  it('not where something was set up since', () => {
    const runs = [run('1', [begin('clear')])];
    expect(told(runs, [file('marker', Date.parse(AT) - 1), file('drop-ins', Date.parse(AT) + 1)])).not.toBeNull();
    expect(told(runs, [file('marker', Date.parse(AT) + 1)])).toBeNull();
    expect(told(runs, [file('records', Date.parse(AT) + 1)])).toBeNull();
    // The run itself wrote it, and was killed before it could say so.
    expect(told([run('1', [begin('clear', ['/m'])])], [file('records', Date.parse(AT) + 1)])).not.toBeNull();
  });
});

describe('a restore goes on with the last restore of the same run', () => {
  const restore = (id: string, of: string): EarlierRun =>
    run(id, [begin('clear')], {
      command: 'restore',
      plan: { steps: STEPS, restores: { run: of, backup: '/b' } } as Plan,
    });

  it('and with no other, nor with a cleanup', () => {
    expect(unfinishedRestore([restore('2', '1')], '1').continues).toMatchObject({ run: '2', stoppedAt: 'Clear' });
    expect(unfinishedRestore([restore('2', '0')], '1').continues).toBeNull();
    expect(unfinishedRestore([run('2', [begin('clear')])], '1').continues).toBeNull();
    expect(told([restore('2', '1')])).toBeNull();
  });
});

describe('looking for it', () => {
  const plan = { schema: 'engine-cleanup/plan@1', root: '/', mode: 'drop', backupDir: null, databases: [] };
  const step = { id: 'stop', kind: 'service-stop', title: 'Stop', needs: [], destructive: false };
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'engine-cleanup-runs-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** A run on the disk, of the given second. */
  function write(second: number, outcome: string | null): string {
    const id = `20260101T00000${second}Z-00000${second}`;
    const dir = join(root, 'var/lib/engine-cleanup', id);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'plan.json'), JSON.stringify({ ...plan, steps: [step] }));
    const journal = [{ event: 'begin', step: 'stop' }, ...(outcome === null ? [] : [{ event: 'run-end' }])];
    writeFileSync(join(dir, 'journal.jsonl'), journal.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    if (outcome !== null)
      writeFileSync(
        join(dir, 'report.json'),
        JSON.stringify({ schema: 'engine-cleanup/report@1', outcome, warnings: [] }),
      );
    return id;
  }

  it('goes back to the last that came to its end, and reads nothing older', () => {
    expect(latestRuns(root)).toEqual([]);
    write(1, 'ok');
    const ids = [write(2, 'ok'), write(3, 'incomplete'), write(4, null)];
    const runs = latestRuns(root);
    expect(runs.map(({ id, trouble }) => [id, trouble])).toEqual(ids.map((id) => [id, null]));
    expect(told(runs)).toMatchObject({ run: ids[2] });
    const last = write(5, 'ok');
    expect(latestRuns(root).map(({ id }) => id)).toEqual([last]);
  });

  it('passes over what is no time: no run has such a name', () => {
    const id = write(1, 'ok');
    for (const name of ['20269999T000000Z-000000', '99991231T235959Z-000000', '20260101T000002Z-00000g', 'backup'])
      mkdirSync(join(root, 'var/lib/engine-cleanup', name));
    expect(latestRuns(root).map((run) => run.id)).toEqual([id]);
  });

  it('goes past one whose files cannot be used', () => {
    const [first, damaged] = [write(1, 'incomplete'), write(2, 'ok')];
    writeFileSync(join(root, 'var/lib/engine-cleanup', damaged, 'plan.json'), '{');
    expect(latestRuns(root).map(({ id, unknown }) => [id, unknown])).toEqual([
      [first, false],
      [damaged, true],
    ]);
  });
});

describe('the web server is told by the run that comes after', () => {
  const steps = [...STEPS, { id: 'reload', title: 'Reload', kind: 'web-server-reload', destructive: false }] as Step[];
  const reloading = (id: string, journal: JournalEntry[], more: Partial<EarlierRun> = {}): EarlierRun =>
    run(id, [begin('clear'), ...journal], { plan: { steps } as Plan, ...more });
  const owed = (...runs: EarlierRun[]): boolean => unfinishedCleanup(runs, { files: [] }).owesReload;

  it('where one was to tell it and did not', () => {
    expect(owed(reloading('1', []))).toBe(true);
    expect(continuedHost([reloading('1', [])])).toMatchObject({ owesReload: true });
    expect(owed(reloading('1', [begin('reload')]))).toBe(true);
    expect(owed(reloading('1', [end('reload', 'blocked')], { outcome: 'incomplete' }))).toBe(true);
    expect(owed(reloading('1', []), run('2', [begin('clear')]))).toBe(true);
  });

  it('and not where it was told, or nobody was to', () => {
    expect(owed(run('1', [begin('clear')]))).toBe(false);
    expect(owed(reloading('1', [begin('reload'), end('reload')]))).toBe(false);
    expect(owed(reloading('1', []), reloading('2', [end('reload')]))).toBe(false);
    expect(owed(reloading('1', [], { outcome: 'ok' }))).toBe(false);
    const since = file('marker', Date.parse(AT) + 1);
    expect(unfinishedCleanup([reloading('1', [])], { files: [since] }).owesReload).toBe(false);
  });

  it('also by a restore', () => {
    const plan = { steps, restores: { run: '1', backup: '/b' } } as Plan;
    const restore = reloading('2', [], { command: 'restore', plan });
    expect(unfinishedRestore([restore], '1').owesReload).toBe(true);
    expect(unfinishedRestore([restore], '0').owesReload).toBe(false);
  });
});
