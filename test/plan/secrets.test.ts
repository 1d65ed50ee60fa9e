/** Passwords stay in the vault: a plan holds keys into it, and is printed, logged and written as it is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Vault } from '../../src/model/credentials.ts';
import type { DatabaseFact, Facts } from '../../src/model/facts.ts';
import { makePlan } from '../../src/plan/index.ts';
import { anyFacts, anyWishes } from './any-facts.ts';
import { database, finished, superuserView } from './facts.ts';
import { OPTIONS, planFor } from './steps.ts';

const PASSWORD = 'top-secret-password';

/** The same databases, their password in a vault. */
function withPassword(facts: Facts, vault: Vault): Facts {
  const secret = vault.put(PASSWORD);
  const databases = facts.databases.map((fact): DatabaseFact => {
    const credentials = fact.credentials && { ...fact.credentials, secret };
    return { ...fact, credentials, candidates: credentials ? [credentials] : [] };
  });
  return { ...facts, databases };
}

it('a plan of any host names the key, and never the password', () => {
  const vault = new Vault();
  fc.assert(
    fc.property(anyFacts, anyWishes, (facts, wishes) => {
      const plan = makePlan(withPassword(facts, vault), wishes, OPTIONS);
      expect(JSON.stringify([plan, vault])).not.toContain(PASSWORD);
    }),
  );
  const plan = planFor(withPassword(finished({ databases: [database()] }), vault));
  const key = plan.steps.flatMap((step) => (step.kind === 'database-dump' ? [step.credentials.secret] : []))[0]!;
  expect(JSON.stringify(plan)).toContain(key);
  expect(vault.get(key)).toBe(PASSWORD);
});

it('credentials in a plan have no other fields than those that may be printed', () => {
  const allowed = [
    'host',
    'port',
    'database',
    'role',
    'secured',
    'validation',
    'source',
    'origin',
    'mtimeMs',
    'secret',
  ];
  const plan = planFor(finished({ databases: [database({ credentials: null, admin: superuserView() })] }));
  const found = [...planFor(finished()).steps, ...plan.steps].flatMap((step) =>
    step.kind === 'backup-seal'
      ? step.databases.flatMap(({ credentials }) => credentials ?? [])
      : 'credentials' in step
        ? [step.credentials]
        : [],
  );
  expect(found.length).toBeGreaterThan(2);
  for (const one of found) expect(Object.keys(one).filter((key) => !allowed.includes(key))).toEqual([]);
});
