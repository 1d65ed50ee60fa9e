/** The executor: order, needs, what is done already, failure, interruption, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { changesHost, type Execution, execute, reported } from '../../src/apply/execute.ts';
import { HostError } from '../../src/model/errors.ts';
import type { StepKind } from '../../src/model/plan.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { type FakeStep, Fakes, SECRET } from './fakes.ts';

function run(fakes: Fakes): Promise<Execution> {
  return execute(fakes.plan, fakes.context, fakes.runners, fakes.journal, fakes.progress);
}

function statuses({ steps }: Execution): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, status }) => [id, status]));
}

const failing = (): never => {
  throw new HostError('it failed', { hint: 'mend it', code: 'EIO' });
};

describe('steps', () => {
  it('run one after the other, each written down before its effect and after it', async () => {
    const fakes = new Fakes({ id: 'a' }, { id: 'b', needs: ['a'] });
    const { steps } = await run(fakes);
    expect(fakes.events).toEqual([
      ...['begin a 1/2', 'journal begin a', 'apply a', 'applied a', 'journal done a', 'end a done'],
      ...['begin b 2/2', 'journal begin b', 'apply b', 'applied b', 'journal done b', 'end b done'],
    ]);
    expect(fakes.entries[0]).toEqual({
      event: 'begin',
      step: 'a',
      kind: 'service-disable',
      touches: ['/touched/by/a', '/shared'],
    });
    expect(steps[0]).toMatchObject({
      id: 'a',
      kind: 'service-disable',
      target: 'a',
      title: 'Title of a',
      status: 'done',
      error: null,
      paths: ['/touched/by/a', '/shared'],
    });
  });

  it('that are true already are neither done nor written down, and those that need them go on', async () => {
    const fakes = new Fakes({ id: 'a', probe: true, destructive: true }, { id: 'b', needs: ['a'], probe: true });
    const execution = await run(fakes);
    expect(statuses(execution)).toEqual({ a: 'already', b: 'already' });
    expect(execution).toMatchObject({ changed: false, destroyed: false, interrupted: false });
    expect(fakes.entries).toEqual([]);
  });

  it('that fail block what needs them, directly or not, and nothing else', async () => {
    const fakes = new Fakes(
      { id: 'a', apply: failing },
      { id: 'b', needs: ['a'] },
      { id: 'c', needs: ['b'] },
      { id: 'd', needs: ['e'] },
      { id: 'e' },
      { id: 'f', needs: ['e'] },
    );
    const execution = await run(fakes);
    // `d` needs a step that comes later: what is not proven yet is not proven.
    expect(statuses(execution)).toEqual({
      a: 'failed',
      b: 'blocked',
      c: 'blocked',
      d: 'blocked',
      e: 'done',
      f: 'done',
    });
    expect(execution.steps[0]).toMatchObject({ error: 'it failed', hint: 'mend it' });
    expect(execution.steps[1]!.error).toBe('needs Title of a');
    expect(execution.steps[2]!.error).toBe('needs Title of b');
    expect(fakes.events).toContain('end b blocked');
    expect(fakes.entries.map(({ step }) => step)).not.toContain('b');
    expect(fakes.entries.find(({ status }) => status === 'failed')).toMatchObject({ step: 'a', error: 'it failed' });
  });

  it('whose question fails are not done', async () => {
    const fakes = new Fakes({ id: 'a', probe: new Error('no answer'), destructive: true });
    const execution = await run(fakes);
    expect(execution).toMatchObject({ changed: false, destroyed: false });
    expect(execution.steps[0]).toMatchObject({ status: 'failed', error: 'no answer' });
    expect(fakes.events).not.toContain('apply a');
  });

  it('say no password, and a bug in one is its failure', async () => {
    const leak = (): never => {
      throw new TypeError(`cannot read ${SECRET}`);
    };
    const fakes = new Fakes({ id: 'a', apply: leak }, { id: 'b' });
    const { steps } = await run(fakes);
    expect(steps[0]).toMatchObject({ status: 'failed', error: 'cannot read ***' });
    expect(steps[0]).not.toHaveProperty('hint');
    expect(steps[1]!.status).toBe('done');
    expect(JSON.stringify([steps, fakes.entries])).not.toContain(SECRET);
  });
});

describe('what became of the host', () => {
  const intact = (): never => {
    throw new HostError('rolled back', { hint: '', intact: true });
  };
  const done: FakeStep = { id: 'done', destructive: true };

  it.each<[string, FakeStep[], { changed: boolean; destroyed: boolean }]>([
    ['nothing ran', [], { changed: false, destroyed: false }],
    ['a backup', [{ id: 'a', kind: 'files-archive' }], { changed: false, destroyed: false }],
    ['a change', [{ id: 'a' }], { changed: true, destroyed: false }],
    ['a change that failed', [{ id: 'a', apply: failing }], { changed: true, destroyed: false }],
    ['a loss', [{ id: 'a', destructive: true }], { changed: true, destroyed: true }],
    ['a loss that failed', [{ id: 'a', destructive: true, apply: failing }], { changed: true, destroyed: true }],
    ['a loss undone as a whole', [{ id: 'a', destructive: true, apply: intact }], { changed: true, destroyed: false }],
    [
      'a loss, then one undone as a whole',
      [done, { id: 'a', destructive: true, apply: intact }],
      { changed: true, destroyed: true },
    ],
    [
      'a loss undone as a whole, then one',
      [{ id: 'a', destructive: true, apply: intact }, done],
      { changed: true, destroyed: true },
    ],
    [
      'a backup that failed, and the loss it blocks',
      [
        { id: 'a', kind: 'files-archive', apply: failing },
        { id: 'b', needs: ['a'], destructive: true },
      ],
      { changed: false, destroyed: false },
    ],
  ])('%s', async (_, steps, expected) => {
    expect(await run(new Fakes(...steps))).toMatchObject({ ...expected, interrupted: false });
  });

  it('is changed by every kind of step but those that only make the backup', () => {
    const plan = new Fakes(...(Object.keys(RUNNERS) as StepKind[]).map((kind) => ({ id: kind, kind }))).plan;
    expect(plan.steps.filter((step) => !changesHost(step)).map(({ kind }) => kind)).toEqual([
      'database-dump',
      'roles-dump',
      'files-archive',
      'backup-seal',
    ]);
  });
});

describe('a stop signal', () => {
  it('before the first step leaves everything', async () => {
    const fakes = new Fakes({ id: 'a' }, { id: 'b' });
    fakes.stop.abort();
    const execution = await run(fakes);
    expect(execution).toMatchObject({ interrupted: true, changed: false, destroyed: false });
    expect(statuses(execution)).toEqual({ a: 'skipped', b: 'skipped' });
    expect(fakes.events).toEqual([]);
  });

  it('is obeyed between two steps: the running one ends first', async () => {
    const fakes: Fakes = new Fakes(
      { id: 'a', destructive: true, apply: () => fakes.stop.abort() },
      { id: 'b', destructive: true },
      { id: 'c', needs: ['b'] },
    );
    const execution = await run(fakes);
    expect(statuses(execution)).toEqual({ a: 'done', b: 'skipped', c: 'skipped' });
    expect(execution).toMatchObject({ interrupted: true, changed: true, destroyed: true });
    expect(fakes.events.at(-1)).toBe('end a done');
  });

  it.each([
    ['before others', [{ id: 'b', needs: ['a'] }]],
    ['that is the last', []],
  ])('ends a step that can be ended, %s: a failure and an interruption', async (_, rest) => {
    const fakes: Fakes = new Fakes(
      {
        id: 'a',
        kind: 'database-dump',
        apply: () => {
          fakes.stop.abort();
          failing();
        },
      },
      ...rest,
    );
    const execution = await run(fakes);
    expect(execution.steps.map(({ status }) => status)).toEqual(['failed', ...rest.map(() => 'skipped')]);
    expect(execution).toMatchObject({ interrupted: true, changed: false, destroyed: false });
  });

  it('that comes during the last step interrupts nothing', async () => {
    const fakes: Fakes = new Fakes({ id: 'a', apply: () => fakes.stop.abort() });
    expect(await run(fakes)).toMatchObject({ interrupted: false, steps: [{ status: 'done' }] });
  });
});

describe('a journal that cannot be written', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  it('keeps a step from its effect: nothing happens that was not written down before', async () => {
    const fakes = new Fakes({ id: 'a', destructive: true }, { id: 'b', needs: ['a'] });
    fakes.onJournal = () => {
      throw full;
    };
    const execution = await run(fakes);
    expect(statuses(execution)).toEqual({ a: 'failed', b: 'blocked' });
    expect(execution).toMatchObject({ changed: false, destroyed: false });
    expect(execution.steps[0]!.error).toContain('no space left');
    expect(fakes.events).not.toContain('apply a');
  });

  it('after the effect leaves it as not proven, and what was lost as lost', async () => {
    const fakes = new Fakes({ id: 'a', destructive: true }, { id: 'b', needs: ['a'] });
    fakes.onJournal = ({ event }) => {
      if (event === 'end') throw full;
    };
    const execution = await run(fakes);
    expect(statuses(execution)).toEqual({ a: 'failed', b: 'blocked' });
    expect(execution).toMatchObject({ changed: true, destroyed: true });
  });
});

it('a step that touches one thing does not list it a second time', () => {
  const [step] = new Fakes({ id: 'a' }).plan.steps;
  expect(reported(step!, 'planned', ['/one'])).not.toHaveProperty('paths');
  expect(reported(step!, 'planned', ['/one', '/two'])).toMatchObject({ paths: ['/one', '/two'], status: 'planned' });
});
