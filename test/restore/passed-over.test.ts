/** Of several cleanups that one setup took, the last is as it was: what went before it is put back, by one restore. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Box } from '../e2e/harness.ts';
import { run } from '../fixture/run.ts';

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf';

let box: Box;
afterEach(() => box.destroy());

it('and nobody is told that it is still to be done', async () => {
  box = await Box.make();
  const copy = join(box.dir, 'copy');
  await run('cp', ['-a', box.path(DROP_IN), copy]);
  const putBack = (): Promise<string> => run('cp', ['-a', copy, box.path(DROP_IN)]);
  const first = (await box.json(['-u'])).report.run!.id;
  // As if it had been killed at its end.
  const dir = box.path(`/var/lib/engine-cleanup/${first}`);
  rmSync(join(dir, 'report.json'));
  const journal = readFileSync(join(dir, 'journal.jsonl'), 'utf8').split('\n');
  writeFileSync(join(dir, 'journal.jsonl'), journal.filter((line) => !line.includes('"run-end"')).join('\n'));
  await putBack();
  // No credentials are left to ask a database with.
  const second = (await box.json(['-u', '-d'])).report;
  expect(second).toMatchObject({ exitCode: 0, continues: { run: first } });
  const listed = (await box.json(['runs'])).report.runs!;
  expect(listed.map(({ id, continues }) => [id, continues])).toEqual([
    [first, null],
    [second.run!.id, first],
  ]);
  await putBack();
  const { report } = await box.json(['restore', '-u']);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok', restores: first });
  expect(report.warnings.filter(({ code }) => code === 'unfinished-run')).toEqual([]);
});
