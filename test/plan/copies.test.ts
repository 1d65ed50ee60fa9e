/** Copies of credentials go before the file that setup itself reads: alone, an old copy would be taken for the truth by the next run. */
import { expect, it } from 'vitest';
import { makePlan } from '../../src/plan/index.ts';
import { database, file, finished, WISHES } from './facts.ts';

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';

it('removes copies in a step of their own, which the last one needs', () => {
  const facts = finished({
    files: [
      file(DROP_IN, 'credentials', { credentialsOf: ['engine'] }),
      file(`${DROP_IN}.20200101000000`, 'credential-copies', { copyOf: DROP_IN }),
    ],
  });
  const { steps } = makePlan(facts, WISHES, { backupDir: '/b' });
  const copies = steps.find(({ id }) => id === 'remove:credential-copies');
  const last = steps.find(({ id }) => id === 'remove:credentials');
  expect(copies).toMatchObject({ files: [{ path: `${DROP_IN}.20200101000000` }] });
  expect(last).toMatchObject({ files: [{ path: DROP_IN }] });
  expect(last!.needs).toContain('remove:credential-copies');
});

it('refuses where only copies are left and they name different databases', () => {
  const own = { ...database().credentials!, origin: 'copy' as const };
  const facts = finished({
    databases: [database({ credentials: own, candidates: [own], others: ['"other" on db:5432 (in /x)'] })],
  });
  const plan = makePlan(facts, WISHES, { backupDir: '/b' });
  expect(plan.databases[0]!.action).toBe('refuse');
  expect(plan.refusals[0]!.message).toContain('"other" on db:5432');
  expect(makePlan(facts, { ...WISHES, keepDatabases: true }, { backupDir: '/b' }).refusals).toEqual([]);
});
