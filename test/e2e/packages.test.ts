/** A package database that nobody can read: it is told, only what is known to be packaged is taken for that, and nothing of anybody else's goes. */
import { afterEach, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

it('a damaged database of rpm keeps nobody from a cleanup, and is told', { timeout: 300_000 }, async () => {
  box = await Box.make();
  const database = '/var/lib/rpm/rpmdb.sqlite';
  box.host.write(database, 'no database at all'.repeat(5000));
  const survivors = box.host.listing().filter(({ path }) => box.host.survivors.includes(path));
  expect(survivors.length).toBeGreaterThan(10);

  const plan = await box.json(['plan']);
  expect(plan.report.warnings.map(({ code }) => code)).toContain('packages-unknown');
  const { report } = await box.json(['-u']);
  expect(report).toMatchObject({ exitCode: 0, outcome: 'ok', verify: { ready: true } });
  expect(report.warnings.map(({ code }) => code)).toContain('packages-unknown');
  expect(box.host.listing().filter(({ path }) => box.host.survivors.includes(path))).toEqual(survivors);
  expect(box.text(database)).toBe('no database at all'.repeat(5000));
  expect((await box.json(['-u'])).report).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do' });
});
