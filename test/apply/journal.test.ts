/** The journal on disk. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { execute } from '../../src/apply/execute.ts';
import { type Journal, openJournal } from '../../src/apply/journal.ts';
import { parseJournal } from '../../src/restore/own-files.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { PrivateMounts } from '../host/scratch.ts';
import { Fakes } from './fakes.ts';

const noMounts = passedOver('A full disk below the journal', whyNoMounts());

let dir: string;
let path: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-journal-')));
  path = join(dir, 'journal.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('has one line of JSON for each entry, on disk before the run goes on, and only its owner reads it', async () => {
  const umask = process.umask(0);
  const journal = openJournal(path);
  process.umask(umask);
  expect(statSync(path).mode & 0o7777).toBe(0o600);
  const fakes: Fakes = new Fakes({
    id: 'a',
    apply: () => expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ event: 'begin', step: 'a' }),
  });
  const { steps } = await execute(fakes.plan, fakes.context, fakes.runners, journal, fakes.progress);
  expect(steps[0]!.error).toBeNull();
  journal.write({ event: 'run-end', status: 'two\nlines' });
  journal.close();
  const entries = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(entries).toMatchObject([
    { event: 'begin', step: 'a', kind: 'service-disable', touches: ['/touched/by/a', '/shared'] },
    { event: 'end', step: 'a', status: 'done' },
    { event: 'run-end', status: 'two\nlines' },
  ]);
  for (const { at } of entries) expect(new Date(at).toISOString()).toBe(at);
});

it('is never one that is there already, nor reached through a link', () => {
  writeFileSync(path, 'of another run');
  expect(() => openJournal(path)).toThrow(/EEXIST/);
  expect(readFileSync(path, 'utf8')).toBe('of another run');
  symlinkSync(join(dir, 'target'), join(dir, 'link'));
  expect(() => openJournal(join(dir, 'link'))).toThrow(/EEXIST|ELOOP/);
  expect(existsSync(join(dir, 'target'))).toBe(false);
});

/** A journal on a disk of its own, which has room for `free` bytes more, and what fills it. */
async function onSmallDisk(free: number): Promise<{ journal: Journal; path: string; filler: string }> {
  const mounts = await PrivateMounts.make(`mount -t tmpfs -o size=16k none '${dir}'`);
  onTestFinished(() => mounts.end());
  const journal = openJournal(mounts.path(path));
  onTestFinished(() => journal.close());
  const filler = mounts.path(join(dir, 'large'));
  writeFileSync(filler, Buffer.alloc(16 * 1024 - free));
  return { journal, path: mounts.path(path), filler };
}

describe.skipIf(noMounts)('a line for which the disk has room in part', () => {
  const long = Array.from({ length: 200 }, (_, index) => `/etc/pki/ovirt-engine/certs/${index}.cer`);

  it('is no line: nothing of it stays, and its step is not begun', async () => {
    const { journal, path: real } = await onSmallDisk(4096);
    journal.write({ event: 'run-begin' });
    const before = readFileSync(real, 'utf8');
    const fakes = new Fakes({ id: 'a', destructive: true });
    fakes.runners['service-disable'].touches = () => long;
    const { steps, destroyed } = await execute(fakes.plan, fakes.context, fakes.runners, journal, fakes.progress);
    expect(steps[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('ENOSPC') });
    expect(destroyed).toBe(false);
    expect(fakes.events).not.toContain('apply a');
    // How the step failed is a short line, which has room.
    const text = readFileSync(real, 'utf8');
    expect(text.startsWith(before)).toBe(true);
    expect(parseJournal(text)).toMatchObject([{ event: 'run-begin' }, { event: 'end', step: 'a', status: 'failed' }]);
  });

  it('is followed by whole lines when there is room again', async () => {
    const { journal, path: real, filler } = await onSmallDisk(4096);
    expect(() => journal.add({ event: 'begin', step: 'a', touches: long })).toThrow(/ENOSPC/);
    expect(readFileSync(real, 'utf8')).toBe('');
    rmSync(filler);
    journal.write({ event: 'begin', step: 'a', touches: long });
    expect(parseJournal(readFileSync(real, 'utf8'))).toMatchObject([{ event: 'begin', step: 'a', touches: long }]);
  });
});

it.skipIf(noMounts)('on a full disk stops the steps before their effect', async () => {
  const { journal } = await onSmallDisk(4096);
  // Not even for the shortest line there is room.
  for (const step of ['x'.repeat(1000), 'x'])
    expect(() => {
      for (;;) journal.write({ event: 'undo', step });
    }).toThrow(/ENOSPC/);
  const fakes = new Fakes({ id: 'a', destructive: true }, { id: 'b', needs: ['a'] });
  const execution = await execute(fakes.plan, fakes.context, fakes.runners, journal, fakes.progress);
  expect(execution.steps.map(({ status }) => status)).toEqual(['failed', 'blocked']);
  expect(execution.steps[0]!.error).toContain('ENOSPC');
  expect(execution).toMatchObject({ changed: false, destroyed: false });
  expect(fakes.events).not.toContain('apply a');
});
