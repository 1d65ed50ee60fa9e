/** Could engine-setup be run now? Holds the host against everything setup is known to stumble over. Pure: the facts are read by detect. */
import { databasesOf, LAYOUTS, layoutOf } from '../layouts/index.ts';
import type { Facts } from '../model/facts.ts';
import type { Check, Verdict } from '../model/report.ts';
import { checkDatabase, checkDwhIdentity, checkVolumeDatabases } from './databases.ts';
import { checkMarker, checkPackages, checkRecords, checkShared } from './files.ts';
import { checkLostKeys, checkPki } from './pki.ts';

/** Judges facts read after a run, or at any time. `judged`: the keys were opened and chained. */
export function verify(facts: Facts, judged: boolean): Verdict {
  const layout = layoutOf(facts.release) ?? LAYOUTS[0]!;
  const checks: Check[] = [];
  for (const fact of facts.databases) {
    const database = databasesOf(layout).find(({ component }) => component === fact.component)?.database;
    if (!database) continue;
    const hasDropIn = facts.files.some(({ path }) => database.credentials.includes(path));
    checks.push(...checkDatabase(fact, database, hasDropIn));
  }
  if (facts.databases.length === 0) {
    checks.push({
      id: 'database-engine',
      ok: true,
      severity: 'obstacle',
      detail: 'no database and no credentials of one: engine-setup makes a new one',
    });
  }
  checks.push(
    ...checkDwhIdentity(facts),
    ...checkVolumeDatabases(facts),
    ...checkPki(facts, layout, judged),
    ...checkMarker(facts, layout),
    ...checkRecords(facts),
    ...checkShared(facts),
    ...checkPackages(facts, layout),
    ...checkLostKeys(facts),
  );
  for (const fault of facts.faults) {
    if (fault.check === 'shared-database') continue;
    checks.push({
      id: fault.check,
      ok: false,
      severity: 'obstacle',
      detail: fault.message.replace(/ Nothing was changed\.$/, ''),
      hint: fault.hint,
    });
  }
  return { ready: checks.every(({ ok }) => ok), checks };
}
