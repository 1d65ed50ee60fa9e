/** Runs on a disk that somebody else wrote: what they say of places outside of it is not believed, and nothing there is removed. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostError } from '../../src/model/errors.ts';
import { listRuns, pruneRuns } from '../../src/restore/list.ts';
import { removeStages } from '../../src/restore/stages.ts';
import { Figures } from '../fixture/figures.ts';
import { listTree } from '../fixture/listing.ts';

const ID = '20260101T000000Z-abcdef';
const OTHER = '20260202T000000Z-abcdef';
const RUNS = 'var/lib/engine-cleanup';

let dir: string;
let root: string;
/** A place of the running machine. */
let victim: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-foreign-')));
  root = join(dir, 'disk');
  victim = join(dir, 'machine');
  for (const path of [join(root, RUNS, ID), victim]) mkdirSync(path, { recursive: true, mode: 0o700 });
});
const figures = new Figures('Hostile trees and contents', 'runs of others');
afterEach(({ task }) => {
  figures.count(task.result?.state !== 'fail');
  rmSync(dir, { recursive: true, force: true });
});
afterAll(() => figures.tell());

const write = (path: string, text = 'x'): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text);
};

const manifestOf = (run: string): string =>
  JSON.stringify({
    schema: 'engine-cleanup/backup@1',
    run,
    root: '/',
    planSha256: '0'.repeat(64),
    databases: [],
    files: [],
    members: [{ name: 'engine.dump', kind: 'database', sizeBytes: 1, sha256: '0'.repeat(64) }],
    services: [],
    directories: [],
  });

/** A plan on the disk. */
function plan(backupDir: string, planRoot = '/nowhere', id = ID): void {
  const text = { schema: 'engine-cleanup/plan@1', root: planRoot, mode: 'drop', backupDir, databases: [], steps: [] };
  write(join(root, RUNS, id, 'plan.json'), JSON.stringify(text));
}

/** Prunes everything; what was told, and which are gone. */
function prune(): { gone: string[]; told: string[] } {
  const told: string[] = [];
  const gone = pruneRuns(root, listRuns(root), ({ message }) => told.push(message));
  return { gone, told };
}

const paths = (of: string): string[] => listTree(of).map(({ path }) => path);

describe('a backup that a plan names outside of its run', () => {
  it('is none where it has not the name of the run', () => {
    for (const name of ['passwd', 'README', 'engine.dump']) write(join(victim, name));
    const before = paths(victim);
    plan(victim);
    const { gone, told } = prune();
    expect(paths(victim)).toEqual(before);
    expect(listRuns(root)).toMatchObject([{ id: ID, state: 'damaged', why: expect.stringContaining(victim) }]);
    expect(gone).toEqual([]);
    expect(told).toEqual([expect.stringMatching(new RegExp(`^Run ${ID} was not removed.*${victim}`))]);
    expect(existsSync(join(root, RUNS, ID, 'plan.json'))).toBe(true);
  });

  it('is none where its manifest names another run', () => {
    const backup = join(victim, ID);
    write(join(backup, 'engine.dump'));
    write(join(backup, 'manifest.json'), manifestOf(OTHER));
    plan(backup);
    expect(listRuns(root)).toMatchObject([{ state: 'damaged', why: expect.stringContaining(OTHER) }]);
    expect(prune().gone).toEqual([]);
    expect(readdirSync(backup).sort()).toEqual(['engine.dump', 'manifest.json']);
  });

  it('is none where a link of the disk leads to it', () => {
    const backup = join(victim, 'backups', ID);
    write(join(backup, 'engine.dump'));
    symlinkSync(join(victim, 'backups'), join(root, 'backups'));
    plan(`/backups/${ID}`, '/');
    expect(listRuns(root)).toMatchObject([{ state: 'damaged', why: expect.stringContaining('leads out') }]);
    expect(prune().gone).toEqual([]);
    expect(readdirSync(backup)).toEqual(['engine.dump']);
  });

  it('goes with its run where it is that of the run, but for what no run made', () => {
    const backup = join(victim, ID);
    for (const name of ['engine.dump', 'pgpass', 'engine.list', 'SHA256SUMS']) write(join(backup, name));
    write(join(backup, 'manifest.json'), manifestOf(ID));
    write(join(backup, 'letters.txt'));
    mkdirSync(join(backup, 'old.dump'));
    plan(backup);
    const { gone, told } = prune();
    expect(gone).toEqual([]);
    expect(readdirSync(backup).sort()).toEqual(['letters.txt', 'old.dump']);
    for (const name of ['letters.txt', 'old.dump']) expect(told[0]).toContain(join(backup, name));
    rmSync(join(backup, 'letters.txt'));
    rmSync(join(backup, 'old.dump'), { recursive: true });
    expect(prune()).toEqual({ gone: [ID], told: [] });
    expect([readdirSync(victim), readdirSync(join(root, RUNS))]).toEqual([[], []]);
  });
});

describe('what a killed restore had unpacked', () => {
  it('is not looked for behind a link', () => {
    write(join(victim, 'stage/precious'));
    rmSync(join(root, RUNS, ID), { recursive: true });
    symlinkSync(victim, join(root, RUNS, ID));
    write(join(root, RUNS, OTHER, 'stage/key'));
    expect(removeStages(root)).toEqual([]);
    expect(paths(victim)).toContain('/stage/precious');
    expect(existsSync(join(root, RUNS, OTHER, 'stage'))).toBe(false);
  });

  it('nor in a directory that others can write to', () => {
    write(join(root, RUNS, ID, 'stage/key'));
    chmodSync(join(root, RUNS, ID), 0o777);
    removeStages(root);
    expect(existsSync(join(root, RUNS, ID, 'stage/key'))).toBe(true);
  });

  it('and goes before the plan of a run that is pruned, which goes last', () => {
    const backup = join(root, RUNS, ID, 'backup');
    write(join(backup, 'engine.dump'));
    plan(`/${RUNS}/${ID}/backup`, '/');
    write(join(root, RUNS, ID, 'stage/etc/pki/key'));
    write(join(root, RUNS, ID, 'journal.jsonl'), '');
    write(join(root, RUNS, ID, 'notes'));
    expect(prune().told[0]).toContain(join(root, RUNS, ID, 'notes'));
    expect(readdirSync(join(root, RUNS, ID)).sort()).toEqual(['backup', 'journal.jsonl', 'notes', 'plan.json']);
    rmSync(join(root, RUNS, ID, 'notes'));
    expect(prune()).toEqual({ gone: [ID], told: [] });
    expect(readdirSync(join(root, RUNS))).toEqual([]);
  });
});

it.each(['var/lib', RUNS])('runs that %s of the disk leads to are not those of the disk', (link) => {
  plan(`/${RUNS}/${ID}/backup`, '/');
  write(join(root, RUNS, ID, 'backup/engine.dump'));
  write(join(root, RUNS, ID, 'stage/key'));
  renameSync(join(root, link), join(victim, 'lib'));
  symlinkSync(join(victim, 'lib'), join(root, link));
  const before = paths(victim);
  let told: unknown;
  try {
    listRuns(root);
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(HostError);
  expect((told as HostError).message).toContain(join(root, RUNS));
  expect((told as HostError).hint).not.toBe('');
  removeStages(root);
  expect(paths(victim)).toEqual(before);
});
