/** What must hold of a run in which something failed, whatever failed, and of the run after it. */
import type { Report } from '../../src/model/report.ts';
import { validateReport } from '../cli/schema.ts';
import { type Box, endPrograms, type Outcome } from '../e2e/harness.ts';
import { type Arena, differences, isSame, type State } from './arena.ts';
import { ENV, type Injection, injection, type PlacedFault, wordsOf } from './inject.ts';

/** A bug (1) and a wrong command line (2) are none. */
const CODES = [0, 3, 5, 6];

/** Text of a program that died where it should have spoken. */
const STACK = /^\s+at .+[:(]\d+|node:internal|Node\.js v\d/m;

function reportOf(outcome: Outcome): Report | string {
  try {
    const report = JSON.parse(outcome.stdout) as Report;
    const wrong = validateReport(report);
    return wrong.length > 0 ? `the report does not fit its schema: ${wrong.join('; ')}` : report;
  } catch {
    return `no report (exit ${outcome.code ?? outcome.signal}): ${outcome.stderr.slice(-600)}`;
  }
}

/** Everything that went wrong says what to do about it. */
function unhinted(report: Report): string[] {
  const steps = report.steps
    .filter(({ status }) => status === 'failed')
    .map(({ id, error, hint }) => ({ what: `${id}: ${error}`, hint }));
  const refusals = report.refusals.map(({ message, hint }) => ({ what: message, hint }));
  const errors = report.error ? [{ what: report.error.message, hint: report.error.hint }] : [];
  const checks = (report.verify?.checks ?? [])
    .filter(({ ok, severity }) => !ok && severity !== 'warning')
    .map(({ detail, hint }) => ({ what: detail, hint }));
  return [...steps, ...refusals, ...errors, ...checks]
    .filter(({ hint }) => !hint)
    .map(({ what }) => `no hint: ${what}`);
}

/** What is untrue in a report of a host that was `before` and is `now`, and would be `after` if nothing had failed. */
export function untruths(
  report: Report,
  { before, after, now }: { before: State; after: State; now: State },
): string[] {
  const { exitCode: code, changed } = report;
  const wrong = unhinted(report);
  if (!CODES.includes(code)) wrong.push(`exit ${code}: ${report.error?.message}`);
  const [same, done] = [isSame(before, now), isSame(after, now)];
  if (!same && !changed) wrong.push(`changed without a word: ${JSON.stringify(differences(before, now))}`);
  if (code === 0 && !done) wrong.push(`exit 0, and undone is ${JSON.stringify(differences(after, now))}`);
  if (code === 3 && (changed || !same)) wrong.push('refused after a change');
  if (code === 3 && report.refusals.length === 0) wrong.push('refused without a reason');
  if (code === 5 && !report.error && !report.steps.some(({ status }) => status === 'failed'))
    wrong.push('incomplete without a reason');
  if (code === 6 && !(report.verify?.checks ?? []).some(({ ok }) => !ok)) wrong.push('unready without an obstacle');
  if (report.intact === true && now.objects.join() !== before.objects.join())
    wrong.push('"intact", and the database is not');
  return wrong;
}

/** Lost is only what a whole backup has. */
async function unsaved(arena: Arena): Promise<string[]> {
  const lost = await arena.lost();
  return lost.length > 0 && !arena.hasWholeBackup()
    ? [`lost without a whole backup: ${lost.slice(0, 5).join(', ')}`]
    : [];
}

/** A run after the cause is mended comes to the end of an undisturbed one. */
async function unfinished(arena: Arena, words: readonly string[]): Promise<string[]> {
  const outcome = await arena.box.run([...words, '--json']);
  const report = reportOf(outcome);
  if (typeof report === 'string') return [`the rerun: ${report}`];
  const rest = differences(arena.after, await arena.state());
  const wrong = Object.keys(rest).length > 0 ? [`the rerun leaves ${JSON.stringify(rest)}`] : [];
  if (report.exitCode === 0) return wrong;
  const why = [...report.steps.flatMap(({ error }) => error ?? []), ...report.refusals.map(({ message }) => message)];
  return [...wrong, `the rerun ends with ${report.exitCode}: ${why.join('; ') || JSON.stringify(report.verify)}`];
}

/** Where a read of its own event descriptor fails, libuv ends the process at once: as if it had been killed. Where a write to its lock for signals fails, it waits for itself for ever. */
function wasAborted({ signal }: Outcome): boolean {
  return signal === 'SIGABRT';
}

/**
 * What came of a run that was disturbed in some way: everything that is wrong with it and with the run after it.
 * @param isRight what is as it should be in this case
 */
export async function judge(
  arena: Arena,
  outcome: Outcome,
  words: readonly string[],
  mend: () => Promise<void> = async () => undefined,
  isRight: (one: string) => boolean = () => false,
): Promise<string[]> {
  const wrong = (await wrongWith(arena, outcome, words, mend)).filter((one) => !isRight(one));
  arena.figures.count(wrong.length === 0);
  return wrong;
}

async function wrongWith(
  arena: Arena,
  outcome: Outcome,
  words: readonly string[],
  mend: () => Promise<void>,
): Promise<string[]> {
  if (wasAborted(outcome)) {
    const lost = await unsaved(arena);
    await mend();
    return [...lost, ...(await unfinished(arena, words))];
  }
  const report = reportOf(outcome);
  const wrong: string[] = [];
  if (STACK.test(outcome.stderr)) wrong.push(`a stack trace: ${outcome.stderr.slice(-600)}`);
  const { before, after } = arena;
  if (typeof report === 'string') wrong.push(report);
  else wrong.push(...untruths(report, { before, after, now: await arena.state() }));
  wrong.push(...(await unsaved(arena)));
  await mend();
  wrong.push(...(await unfinished(arena, words)));
  return wrong;
}

export interface Tried {
  /** Faults that met a call of the program. */
  met: number;
  /** How the runs ended, by exit code. */
  ends: Record<string, number>;
  wrong: string[];
}

/** Longer than any run, ms. */
const LIMIT_MS = 180_000;

/** A run that hangs is killed; in Node's own calls that is as if Node had ended it. */
async function runWith({ prefix, endedInNode }: Injection, box: Box, words: readonly string[]): Promise<Outcome> {
  const { ended } = box.start([...words, '--json'], { prefix, env: ENV });
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    endPrograms(box.root);
  }, LIMIT_MS);
  const outcome = await ended.finally(() => clearTimeout(limit));
  return hung && endedInNode() ? { ...outcome, signal: 'SIGABRT' } : outcome;
}

/** Runs with each fault in turn on the same host, brought back to its beginning between them. */
export async function tryFaults(
  arena: Arena,
  faults: readonly PlacedFault[],
  words: readonly string[] = ['-u'],
): Promise<Tried> {
  const tried: Tried = { met: 0, ends: {}, wrong: [] };
  for (const { instead, ...first } of faults) {
    for (const n of [first.n, ...instead]) {
      const fault = { ...first, n };
      const injected = injection(arena.box, fault);
      const outcome = await runWith(injected, arena.box, words);
      const line = injected.met();
      if (line !== null) {
        tried.met += 1;
        const end = String(outcome.code ?? outcome.signal);
        tried.ends[end] = (tried.ends[end] ?? 0) + 1;
        const wrong = await judge(arena, outcome, words);
        tried.wrong.push(...wrong.map((one) => `${wordsOf(fault)} (${line.slice(0, 160)}): ${one}`));
      }
      await arena.reset();
      if (line !== null) break;
    }
  }
  return tried;
}
