/** Steps that do what a test says, and a record of what happened in which order. */
import type { Progress } from '../../src/apply/execute.ts';
import type { Journal } from '../../src/apply/journal.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Plan, Step, StepKind } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import type { StepContext, StepRunners } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { finished, WISHES } from '../plan/facts.ts';

export const SECRET = 'secret-of-the-role';

export interface FakeStep {
  id: string;
  needs?: string[];
  /** Default `service-disable`: changes the host, destroys nothing. */
  kind?: StepKind;
  destructive?: boolean;
  /** The goal is already true; or the question fails. */
  probe?: boolean | Error;
  /** What the step does beside being recorded. */
  apply?: () => unknown;
}

/** A plan of such steps, and the runners that run them. */
export class Fakes {
  /** What happened: `begin a`, `journal begin a`, `apply a`, `journal done a`, `end a done` … */
  readonly events: string[] = [];
  readonly entries: Parameters<Journal['write']>[0][] = [];
  readonly stop = new AbortController();
  readonly plan: Plan;
  readonly runners: StepRunners;
  readonly context: StepContext;
  readonly #steps: readonly FakeStep[];
  /** Called with each entry before it is kept: a journal that cannot be written throws here. */
  onJournal: (entry: Parameters<Journal['write']>[0]) => void = () => undefined;

  /** Called when all of the journal has to be on disk. */
  onSettle: () => void = () => undefined;

  constructor(...steps: FakeStep[]) {
    this.#steps = steps;
    const empty = makePlan(finished({ files: [], lines: [], services: [], databases: [] }), WISHES, { backupDir: '' });
    this.plan = { ...empty, steps: steps.map((step) => this.#planned(step)) };
    const runner = {
      touches: ({ id }: Step) => [`/touched/by/${id}`, '/shared'],
      probe: async ({ id }: Step) => {
        const { probe = false } = this.#find(id);
        if (probe instanceof Error) throw probe;
        return probe;
      },
      apply: async ({ id }: Step) => {
        this.events.push(`apply ${id}`);
        // Whoever does not wait for a step sees the next one begin here.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#find(id).apply?.();
        this.events.push(`applied ${id}`);
      },
    };
    this.runners = Object.fromEntries(Object.keys(RUNNERS).map((kind) => [kind, runner])) as unknown as StepRunners;
    const vault = new Vault();
    vault.put(SECRET);
    this.context = {
      plan: this.plan,
      version: '0.0.0',
      host: {} as StepContext['host'],
      layout: g5,
      vault,
      tools: { pgDump: null, pgRestore: null, psql: null, tar: null },
      timeoutMs: 1000,
      extraCa: [],
      runDir: '/nonexistent',
      backup: null,
      sessions: new Map(),
      undo: { services: [], databases: [] },
      onBytes: () => undefined,
      warn: () => undefined,
      signal: this.stop.signal,
    };
  }

  #find(id: string): FakeStep {
    return this.#steps.find((step) => step.id === id)!;
  }

  #planned({ id, needs = [], kind = 'service-disable', destructive = false }: FakeStep): Step {
    const title = `Title of ${id}`;
    // Only what every kind of step has is looked at by whoever runs it.
    return { kind, id, title, target: id, needs, destructive } as unknown as Step;
  }

  readonly journal: Journal = {
    write: (entry) => {
      this.onJournal(entry);
      this.entries.push(entry);
      this.events.push(`journal ${entry.event === 'end' ? entry.status : entry.event} ${entry.step}`);
    },
    add: (entry) => this.journal.write(entry),
    settle: () => this.onSettle(),
    close: () => undefined,
  };

  readonly progress: Progress = {
    begin: ({ id }, index, total) => this.events.push(`begin ${id} ${index + 1}/${total}`),
    bytes: () => undefined,
    end: ({ id }, status) => this.events.push(`end ${id} ${status}`),
  };
}
