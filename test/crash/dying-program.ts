/**
 * The program, with a host that can die: as SIGKILL does it, so that nothing of ours runs afterwards, at one place of one step. Run as a child process. CRASH_TRACE names the file that gets a
 * line for each step that ended, CRASH_AT says where to die: before a step, after one of its effects on the host or its backup, or after all of them but before the journal says so. Where CRASH_SERVER
 * names a PostgreSQL server by its pid, that dies in the place of the program.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';
import { program } from '../../src/cli/program.ts';
import type { AdminConnection, Connection, Files, Host } from '../../src/host/port.ts';
import type { Step, StepKind } from '../../src/model/plan.ts';
import type { StepContext, StepRunner } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { childrenOf } from '../fixture/server-process.ts';
import type { KillPoint } from './kill-points.ts';

const { CRASH_TRACE, CRASH_AT, CRASH_SERVER } = process.env;
const target: KillPoint | null = CRASH_AT === undefined ? null : JSON.parse(CRASH_AT);

/** The step at work, and how many of its effects are done. Several may be at work at the same time. */
const atWork = new AsyncLocalStorage<{ step: Step; effects: number }>();

function die(): void {
  if (CRASH_SERVER !== undefined) {
    for (const pid of [...childrenOf(Number(CRASH_SERVER)), Number(CRASH_SERVER)]) process.kill(pid, 'SIGKILL');
    return;
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('a process outlived its SIGKILL');
}

function place(step: Step, when: KillPoint['when'], effect = 0): void {
  if (target?.step === step.id && target.when === when && (target.effect ?? 0) === effect) die();
}

/** One effect is done. */
function effect(): void {
  const work = atWork.getStore();
  if (work === undefined) return;
  work.effects += 1;
  place(work.step, 'in', work.effects);
}

type Method = (...args: never[]) => unknown;

/** The same object, whose methods count as an effect when they have ended. */
function mortal<T extends object>(object: T, names: readonly (keyof T)[], own: Partial<T> = {}): T {
  return new Proxy(object, {
    get(inner, name) {
      if (name in own) return own[name as keyof T];
      const value = Reflect.get(inner, name, inner) as unknown;
      if (typeof value !== 'function') return value;
      const method = (value as Method).bind(inner) as (...args: unknown[]) => unknown;
      if (!names.includes(name as keyof T)) return method;
      return (...args: unknown[]) => {
        const result = method(...args);
        if (!(result instanceof Promise)) {
          effect();
          return result;
        }
        return result.then((end: unknown) => {
          effect();
          return end;
        });
      };
    },
  });
}

/** Lists are worked off in three parts, each an effect: what is done with many files dies in the middle too. */
async function inParts<T, R>(list: readonly T[], work: (part: readonly T[]) => Promise<R>): Promise<R[]> {
  const size = Math.max(1, Math.ceil(list.length / 3));
  const results: R[] = [];
  for (let from = 0; from === 0 || from < list.length; from += size) {
    results.push(await work(list.slice(from, from + size)));
    effect();
  }
  return results;
}

function mortalFiles(files: Files): Files {
  const changes = ['remove', 'removeDir', 'replace', 'makeParents', 'link', 'makeDir'] as const;
  return mortal(files, changes, {
    removeAll: async (removals) => (await inParts(removals, (part) => files.removeAll(part))).flat(),
    putAll: async (puts) => void (await inParts(puts, (part) => files.putAll(part))),
  });
}

const mortalConnection = (connection: Connection): Connection => mortal(connection, ['query']);
const mortalAdmin = (admin: AdminConnection): AdminConnection => mortal(admin, ['query', 'execute', 'login']);

function mortalHost(host: Host): Host {
  const { databases } = host;
  return {
    ...host,
    files: mortalFiles(host.files),
    machine: mortalFiles(host.machine),
    services: mortal(host.services, ['stop', 'start', 'disable', 'enable', 'reload']),
    ovn: mortal(host.ovn, ['setRows']),
    databases: {
      connect: async (...args) => mortalConnection(await databases.connect(...args)),
      admin: (...args) => {
        const admin = databases.admin(...args);
        return admin && mortalAdmin(admin);
      },
    },
  };
}

function mortalContext(context: StepContext): StepContext {
  const { backup, host, onBytes } = context;
  let moved = false;
  return {
    ...context,
    host: mortalHost(host),
    backup: backup && mortal(backup, ['write', 'add', 'seal']),
    onBytes: (done, expected) => {
      onBytes(done, expected);
      // How often a dump or an archive tells of itself is chance; that it began is not.
      if (!moved) effect();
      moved = true;
    },
  };
}

for (const kind of Object.keys(RUNNERS) as StepKind[]) {
  const runner = RUNNERS[kind] as StepRunner<StepKind>;
  const apply: StepRunner<StepKind>['apply'] = async (step, context) => {
    const work = { step, effects: 0 };
    place(step, 'before');
    await atWork.run(work, () => runner.apply(step, mortalContext(context)));
    place(step, 'after');
    if (CRASH_TRACE) appendFileSync(CRASH_TRACE, `${JSON.stringify({ step: step.id, kind, effects: work.effects })}\n`);
  };
  Object.assign(RUNNERS, { [kind]: { ...runner, apply } });
}

const { argv, stdin, stdout, stderr, env } = process;
const stop = { signal: new AbortController().signal, name: () => 'SIGTERM' as const };
const invocation = { argv: argv.slice(2), version: '0.0.0', cwd: process.cwd(), stdin, stdout, stderr, env, stop };
process.exitCode = await program(invocation);
stdout.write('', () => process.exit());
