/** Which run a restore is about, and what earlier restores of it count for. */
import { describe, expect, it } from 'vitest';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { ListedRun } from '../../src/model/report.ts';
import {
  chooseRun,
  continuedBy,
  hasChanged,
  heldBefore,
  neededBefore,
  putBackBy,
  restoredBy,
  unrestoredBefore,
} from '../../src/restore/choose.ts';
import { runsToPrune } from '../../src/restore/prune.ts';
import type { EarlierRun } from '../../src/restore/runs.ts';

const REMOVAL = { id: 'remove:marker', kind: 'files-remove', destructive: true, files: [] } as unknown as Step;
const PUT = {
  id: 'put:remove:marker',
  kind: 'files-put',
  destructive: true,
  files: [{ path: '/etc/a' }],
} as unknown as Step;

function made(id: string, step: Step, more: Partial<EarlierRun>, plan: Partial<Plan> = {}): EarlierRun {
  return {
    id,
    started: '',
    path: `/${id}`,
    command: 'cleanup',
    outcome: 'ok',
    plan: { mode: 'drop', steps: [step], ...plan } as Plan,
    trouble: null,
    unknown: false,
    journal: [
      { event: 'begin', step: step.id },
      { event: 'end', step: step.id, status: 'done' },
    ],
    backup: null,
    ...more,
  };
}

/** Says that it goes on with an unfinished one. */
const GOES_ON = { continues: {} as NonNullable<Plan['continues']> };
const BACKUP = { backup: {} as NonNullable<EarlierRun['backup']> };

const cleanup = (id: string, more: Partial<EarlierRun> = {}): EarlierRun => made(id, REMOVAL, more);
const rerun = (id: string, more: Partial<EarlierRun> = {}): EarlierRun => made(id, REMOVAL, more, GOES_ON);
const restore = (id: string, run: string, more: Partial<EarlierRun> = {}): EarlierRun =>
  made(id, PUT, { command: 'restore', ...more }, { mode: 'restore', restores: { run, backup: '/b' } });

const chosen = (runs: EarlierRun[], name: string | null = null): string | undefined => chooseRun(runs, name)?.id;

describe('the run that is put back', () => {
  it('is the last cleanup that began to remove something', () => {
    expect(chosen([])).toBeUndefined();
    expect(chosen([cleanup('1'), cleanup('2'), cleanup('3', { journal: [] })])).toBe('2');
    expect(chosen([cleanup('1'), restore('2', '1')])).toBe('1');
  });

  it('is the unfinished one that it went on with, when it is back itself', () => {
    const runs = [cleanup('1'), cleanup('2', { outcome: 'unfinished' }), rerun('3')];
    expect(continuedBy(runs[2]!, runs)?.id).toBe('2');
    expect(continuedBy(runs[1]!, runs)).toBeNull();
    expect(chosen(runs)).toBe('3');
    expect(chosen([...runs, restore('4', '3')])).toBe('2');
    expect(chosen([...runs, restore('4', '3'), restore('5', '2')])).toBe('2');
    expect(chosen([...runs, restore('4', '3', { outcome: 'incomplete' })])).toBe('3');
  });

  it.each(['service-disable', 'dwh-rows', 'ovn-rows'] as const)(
    'is also one that destroyed nothing and did no more than %s',
    (kind) => {
      const step = { id: 'it', kind, destructive: false } as unknown as Step;
      expect(hasChanged(made('2', step, BACKUP))).toBe(true);
      const runs = [cleanup('1'), made('2', step, { outcome: 'unfinished', ...BACKUP }), rerun('3')];
      expect(chosen([...runs, restore('4', '3')])).toBe('2');
      // There would be nothing to put it back from, and the run before is no less whole for it.
      expect(chosen([cleanup('1'), made('2', step, {})])).toBe('1');
    },
  );

  it('has with it what runs that changed nothing had stopped, and with which it went on', () => {
    const stop = { id: 'stop:a', kind: 'service-stop', destructive: false, target: 'a' } as unknown as Step;
    const held = (id: string, more: Partial<EarlierRun> = {}): EarlierRun =>
      made(id, stop, { outcome: 'unfinished', ...more });
    const ids = (runs: EarlierRun[]): string[] => heldBefore(runs.at(-1)!, runs).map(({ id }) => id);
    expect(ids([held('1'), held('2'), rerun('3')])).toEqual(['1', '2']);
    expect(ids([held('1'), rerun('2', { outcome: 'unfinished' }), held('3'), rerun('4')])).toEqual(['3']);
    expect(ids([held('1'), held('2', { outcome: 'ok' }), rerun('3')])).toEqual([]);
    expect(ids([held('1'), restore('2', '1'), rerun('3')])).toEqual([]);
    expect(ids([held('1'), restore('2', '1')])).toEqual([]);
    expect(ids([rerun('1')])).toEqual([]);
    // It found the host set up anew.
    expect(ids([held('1'), cleanup('2')])).toEqual([]);
    const runs = [cleanup('1', { outcome: 'unfinished' }), held('2'), held('3'), rerun('4')];
    expect(neededBefore(runs[3]!, runs)?.id).toBe('3');
    expect(neededBefore(runs[0]!, runs)).toBeNull();
  });

  it('is none before one that went on with nothing: the host was put back or set up in between', () => {
    const runs = [cleanup('1', { outcome: 'unfinished' }), restore('2', '1'), cleanup('3')];
    expect(unrestoredBefore(runs[2]!, runs)).toBeNull();
    expect(chosen([...runs, restore('4', '3')])).toBe('3');
    expect(unrestoredBefore(rerun('3'), [runs[0]!, rerun('3')])?.id).toBe('1');
  });

  it('is the one that is named, or the only one that begins so', () => {
    const runs = [cleanup('20260101'), cleanup('20260202'), restore('20270101', '20260202')];
    expect(chosen(runs, '2027')).toBe('20270101');
    expect(chosen(runs, '20260101')).toBe('20260101');
    expect(() => chosen(runs, '2026')).toThrow('More than one run begins with "2026".');
    expect(() => chosen(runs, '2019')).toThrow('There is no run "2019".');
  });
});

describe('an earlier restore', () => {
  it('counts until a cleanup or a restore of its own takes away what it put back', () => {
    const runs = [cleanup('1'), restore('2', '1')];
    expect(restoredBy('1', runs)).toBe('2');
    expect([...putBackBy('1', runs).paths]).toEqual(['/etc/a']);
    const undone = [...runs, restore('3', '2')];
    expect(restoredBy('1', undone)).toBeNull();
    expect(putBackBy('1', undone).paths.size).toBe(0);
    expect(restoredBy('1', [...undone, restore('4', '3')])).toBe('2');
    expect(restoredBy('1', [...runs, cleanup('3')])).toBeNull();
  });

  it('counts as far as it went', () => {
    const killed = restore('2', '1', { outcome: 'unfinished', journal: [{ event: 'begin', step: PUT.id }] });
    expect(restoredBy('1', [cleanup('1'), killed])).toBeNull();
    expect(putBackBy('1', [cleanup('1'), killed]).paths.size).toBe(0);
  });
});

it('old backups are the oldest beyond those that stay; what has none does not count', () => {
  const listed = ['1', '2', '3', '4'].map((id) => ({
    id,
    state: id === '2' ? 'none' : 'whole',
  })) as unknown as ListedRun[];
  const pruned = (keep: number): string[] => runsToPrune(listed, keep).map(({ id }) => id);
  expect([pruned(0), pruned(1), pruned(3), pruned(9)]).toEqual([['1', '3', '4'], ['1', '3'], [], []]);
});

describe('a cleanup that was killed before it removed anything', () => {
  const step = (id: string, kind: string): Step => ({ id, kind, target: `the ${id}`, destructive: false }) as Step;
  const steps = [step('dump', 'database-dump'), step('stop', 'service-stop'), step('close', 'database-seal'), REMOVAL];
  /** It began these steps, and took these back. */
  const killed = (
    id: string,
    begun: string[],
    undone: string[] = [],
    more: Partial<EarlierRun> = {},
    plan: Partial<Plan> = {},
  ): EarlierRun =>
    made(
      id,
      REMOVAL,
      {
        outcome: 'unfinished',
        journal: [
          ...begun.map((one) => ({ event: 'begin' as const, step: one })),
          ...undone.map((one) => ({ event: 'undo' as const, step: `the ${one}` })),
        ],
        ...more,
      },
      { steps, ...plan },
    );

  it('is put back where it left services stopped or a database closed', () => {
    expect(chosen([killed('1', ['stop'])])).toBe('1');
    expect(chosen([killed('1', ['stop', 'close', 'dump'], ['stop'])])).toBe('1');
    expect(chosen([cleanup('1'), killed('2', ['close'])])).toBe('2');
    expect(chosen([cleanup('1'), killed('2', ['stop']), restore('3', '2')])).toBe('2');
  });

  it('and not where it left the host as it was, or a later one removed something', () => {
    expect(chosen([killed('1', ['dump'])])).toBeUndefined();
    expect(chosen([cleanup('1'), killed('2', ['dump'])])).toBe('1');
    expect(chosen([cleanup('1'), killed('2', ['stop', 'close'], ['close', 'stop'])])).toBe('1');
    expect(chosen([cleanup('1'), killed('2', ['stop'], [], { outcome: 'ok' })])).toBe('1');
    expect(chosen([killed('1', ['stop']), cleanup('2')])).toBe('2');
  });

  it('before the unfinished one that it went on with', () => {
    const runs = [cleanup('1', { outcome: 'unfinished' }), killed('2', ['stop'], [], {}, GOES_ON)];
    expect(chosen(runs)).toBe('2');
    expect(chosen([...runs, restore('3', '2')])).toBe('1');
  });
});
