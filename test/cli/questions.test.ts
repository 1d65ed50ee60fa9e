import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openQuestions } from '../../src/cli/ask.ts';
import { converse } from '../../src/cli/questions.ts';
import { DATABASE_QUESTION } from '../../src/cli/words.ts';
import { InterruptedError } from '../../src/model/errors.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Plan, Wishes } from '../../src/model/plan.ts';
import { content, database, file, superuserView, WISHES } from '../plan/facts.ts';
import { host, planOf, Sink, view } from './samples.ts';

const OPEN: Wishes = { ...WISHES, keepDatabases: undefined, unattended: false };
const CHANGED = '/etc/ovirt-engine/engine.conf.d/11-setup-sso.conf';

interface Talk {
  plan: Plan | null;
  text: string;
  /** The questions in their order. */
  asked: string[];
}

/** Converses with an operator who types these lines, and then nothing more. */
async function talk(facts: Facts, typed: string[], wishes: Partial<Wishes> = {}, given: string[] = []): Promise<Talk> {
  const input = new PassThrough();
  const output = new Sink();
  input.end(typed.map((line) => `${line}\n`).join(''));
  const questions = openQuestions(input, output);
  const plan = await converse(facts, { ...OPEN, ...wishes }, (wanted) => planOf(facts, wanted), {
    terminal: { say: (text) => void output.write(text), ask: questions.ask },
    view: view({ width: 100 }),
    given: new Set(given),
  });
  const asked = [...output.text.matchAll(/([^\n]+?) \(yes\/no\)(?: \[\w+\])?: /g)].map(([, question]) => question!);
  return { plan, text: output.text, asked };
}

const unchanged = (more: Partial<Facts> = {}): Facts =>
  host({ files: host().files.map((one) => ({ ...one, changed: false })), ...more });

describe('an interactive run', () => {
  test('that drops: asks for the database in the words of the feature page, and shows the plan before it asks to proceed', async () => {
    const facts = unchanged();
    const { plan, text, asked } = await talk(facts, ['yes', 'yes']);
    expect(asked).toEqual([DATABASE_QUESTION, 'Proceed?']);
    expect(DATABASE_QUESTION).toBe(
      'Drop data base? if you want to reuse the existing database for the future installation choose no.',
    );
    expect(plan).toEqual(planOf(facts, { ...OPEN, keepDatabases: false }));
    expect(text.indexOf('Cleanup of engine.example.com')).toBeGreaterThan(text.indexOf(DATABASE_QUESTION));
    expect(text.indexOf('Proceed?')).toBeGreaterThan(text.indexOf('DROP    engine database "engine"'));
  });

  test('says before the question which databases it is about, and what yes does to each', async () => {
    const { text } = await talk(unchanged(), []);
    const before = text.slice(0, text.indexOf(DATABASE_QUESTION));
    expect(before).toContain('Engine database "engine" on localhost:5432, 21 MB');
    expect(before).toContain('yes drops it, with its role');
    expect(before).toContain('Data Warehouse database "ovirt_engine_history" on db.example.com:5432 (remote), 1.4 GB');
    expect(before).toContain('yes empties it; the empty database and its role stay');
  });

  describe('on a host with databases that upgrades left', () => {
    const old = { ...superuserView().database!, name: 'engine_2013_01_02_03_04_05' };
    const facts = unchanged({ databases: [database({ admin: { ...superuserView(), leftovers: [old] } })] });
    const question = 'Drop these old databases too?';

    test('asks for them, with their names and sizes; only yes drops them', async () => {
      const { plan, text, asked } = await talk(facts, ['yes', 'yes', 'yes']);
      expect(asked).toEqual([DATABASE_QUESTION, question, 'Proceed?']);
      expect(text.slice(0, text.indexOf(question))).toContain('"engine_2013_01_02_03_04_05" on localhost:5432, 21 MB');
      expect(plan).toEqual(planOf(facts, { ...OPEN, keepDatabases: false, dropOldDatabases: true }));
      const kept = planOf(facts, { ...OPEN, keepDatabases: false });
      for (const answer of ['no', '']) expect((await talk(facts, ['yes', answer, 'yes'])).plan).toEqual(kept);
    });

    test('is not asked twice, nor where the databases are kept, nor in an unattended run, which keeps them', async () => {
      expect((await talk(facts, ['yes', 'yes'], { dropOldDatabases: true })).asked).not.toContain(question);
      expect((await talk(facts, ['yes', 'yes'], {}, ['drop-old-databases'])).asked).not.toContain(question);
      expect((await talk(facts, ['no', 'yes', 'yes'])).asked).not.toContain(question);
      const unattended = await talk(facts, [], { unattended: true, keepDatabases: false });
      expect(unattended.asked).toEqual([]);
      expect(unattended.plan!.databases).toMatchObject([{ action: 'drop' }, { action: 'keep', leftover: true }]);
    });

    test('says before the database question nothing of them: that is about the one in use', async () => {
      const { text } = await talk(facts, []);
      expect(text.slice(0, text.indexOf(DATABASE_QUESTION))).not.toContain('engine_2013');
    });
  });

  test('has no default for the database', async () => {
    const { asked, text } = await talk(unchanged(), ['', '', 'no', 'yes', 'yes']);
    expect(asked.filter((question) => question.startsWith('Please answer'))).toHaveLength(2);
    expect(text).toContain(`${DATABASE_QUESTION} (yes/no): `);
  });

  test('that keeps: asks for the keys too, and says how many passwords hang on them', async () => {
    const facts = unchanged();
    const kept = await talk(facts, ['no', 'yes', 'yes']);
    expect(kept.asked).toEqual([DATABASE_QUESTION, 'Keep the CA and keys?', 'Proceed?']);
    expect(kept.text).toMatch(/the 7 passwords stored in the database stay\s+readable/);
    expect(kept.plan).toEqual(planOf(facts, { ...OPEN, keepDatabases: true, keepPki: true }));
    const gone = await talk(unchanged(), ['no', 'no', 'yes']);
    expect(gone.plan).toMatchObject({ mode: 'keep', keepPki: false });
    expect(gone.text).toContain('7 stored passwords in the database can no longer be read');
    expect((await talk(unchanged(), ['no', '', 'yes'])).plan).toMatchObject({ keepPki: true });
  });

  test('lists files that were edited and asks about them; no keeps them', async () => {
    const removed = await talk(host(), ['yes', '', 'yes']);
    expect(removed.asked).toEqual([DATABASE_QUESTION, 'Remove them too?', 'Proceed?']);
    expect(removed.text).toContain(`Edited since setup wrote them\n  ${CHANGED}\n`);
    const paths = (plan: Plan | null): string[] =>
      plan?.steps.flatMap((step) => (step.kind === 'files-remove' ? step.files.map(({ path }) => path) : [])) ?? [];
    expect(paths(removed.plan)).toContain(CHANGED);
    const kept = await talk(host(), ['yes', 'no', 'yes']);
    expect(paths(kept.plan)).not.toContain(CHANGED);
    expect(kept.plan?.kept).toContainEqual({ target: CHANGED, why: 'edited since setup wrote it, kept as asked' });
    expect((await talk(host(), ['yes', ''], { backup: false })).text).toContain('No backup is made, as asked.');
  });

  test.each([
    [['yes', 'no'], 'no'],
    [['yes', ''], 'the default'],
    [['yes'], 'the end of input'],
    [[], 'the end of input at the first question'],
  ])('%j: %s ends it without a change', async (typed) => {
    const { plan, asked } = await talk(unchanged(), typed);
    expect(plan).toBeNull();
    expect(asked.at(-1)).toBe('Proceed?');
  });

  test('asks nothing that was said on the command line', async () => {
    expect((await talk(host(), ['yes'], { keepDatabases: true, keepPki: true, keepChanged: true })).asked).toEqual([
      'Proceed?',
    ]);
    const given = await talk(host(), ['no', 'yes'], {}, ['keep-pki', 'keep-changed']);
    expect(given.asked).toEqual([DATABASE_QUESTION, 'Proceed?']);
    expect(given.plan).toMatchObject({ mode: 'keep', keepPki: false });
    expect((await talk(unchanged(), ['no', 'yes'], { keepPki: true })).asked).toEqual([DATABASE_QUESTION, 'Proceed?']);
  });

  test('asks nothing about a database that is not there, or is another host’s', async () => {
    const gone = database({ reach: { state: 'absent', message: '3D000' }, content: null });
    const foreign = database({ foreign: 'belongs to another host' });
    for (const databases of [[], [gone], [foreign]]) {
      const { asked, plan } = await talk(unchanged({ databases }), ['yes']);
      expect(asked).toEqual(['Proceed?']);
      expect(plan).toMatchObject({ mode: 'drop' });
    }
  });

  test('asks nothing about keys that are not there, and does about a usable copy', async () => {
    const lost = { ...host().pki, usable: false, usableWhy: 'ca.pem is missing' };
    expect((await talk(unchanged({ pki: lost }), ['no', 'yes'])).asked).toEqual([DATABASE_QUESTION, 'Proceed?']);
    const copies = [{ path: '/b/1', usable: true, why: '', takenAt: '2026-01-01T00:00:00Z' }];
    const { asked, plan } = await talk(unchanged({ pki: { ...lost, copies } }), ['no', 'yes', 'yes']);
    expect(asked).toContain('Keep the CA and keys?');
    expect(plan?.steps.map(({ id }) => id)).toContain('restore:pki');
  });

  test('does not ask to proceed with what is refused, and hands the reasons on', async () => {
    const down = database({ reach: { state: 'unreachable', message: 'no answer' }, content: null });
    // The edited file of this host is not asked about either: nothing will be removed.
    const { plan, asked, text } = await talk(host({ databases: [down] }), ['yes']);
    expect(asked).toEqual([DATABASE_QUESTION]);
    expect(text).toContain('yes is not possible: no answer');
    expect(plan?.refusals.map(({ check }) => check)).toEqual(['database']);
    const half = database({ content: content({ missing: ['vms'] }), admin: superuserView() });
    const kept = await talk(unchanged({ databases: [half] }), ['no', 'no']);
    expect(kept.asked).not.toContain('Proceed?');
    expect(kept.plan?.refusals.map(({ check }) => check)).toEqual(['half-built']);
  });

  test('does not ask to proceed where there is nothing to do', async () => {
    const nothing = host({ files: [], services: [], lines: [], databases: [], directories: [], webServer: null });
    const { plan, asked } = await talk(
      { ...nothing, records: { paths: [], empty: [], entries: [], lines: 0, databasesGone: false } },
      [],
    );
    expect(asked).toEqual([]);
    expect(plan?.steps).toEqual([]);
  });

  test('ends with a stop signal', async () => {
    const stop = new AbortController();
    const output = new Sink();
    const questions = openQuestions(new PassThrough(), output, stop.signal);
    const talking = converse(unchanged(), OPEN, (wanted) => planOf(unchanged(), wanted), {
      terminal: { say: (text) => void output.write(text), ask: questions.ask },
      view: view(),
    });
    setImmediate(() => stop.abort());
    await expect(talking).rejects.toThrow(InterruptedError);
  });

  test('shows real paths of an installation below a root', async () => {
    const facts = { ...host(), root: '/mnt/old' };
    facts.files = [...facts.files, file('/etc/ovirt-engine/engine.conf.d/edited.conf', 'drop-ins', { changed: true })];
    const { text } = await talk(facts, ['yes', 'yes', 'yes']);
    expect(text).toContain(`\n  /mnt/old${CHANGED}\n`);
    expect(text).toContain('Cleanup of the installation below /mnt/old');
  });
});

describe('an unattended run', () => {
  const wishes = { unattended: true, keepDatabases: false };

  test('asks nothing and shows no plan', async () => {
    const facts = host();
    const { plan, text } = await talk(facts, ['no'], wishes);
    expect(text).toBe('');
    expect(plan).toEqual(planOf(facts, { ...OPEN, ...wishes }));
  });
});
