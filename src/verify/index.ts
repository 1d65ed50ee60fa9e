/** Could engine-setup be run now? Holds the host against everything setup is known to stumble over. Pure: the facts are read by detect. */
import { databaseLayoutOf, layoutOf, newestLayout } from '../layouts/index.ts';
import type { Facts } from '../model/facts.ts';
import type { Verdict } from '../model/report.ts';
import { obstacle } from './check.ts';
import { checkConfigured } from './configured.ts';
import { checkDatabase, checkNoDatabase, checkVolumeDatabases } from './databases.ts';
import { checkDwh } from './dwh.ts';
import { checkLinks, checkRecords, checkShared } from './files.ts';
import { checkMarker } from './marker.ts';
import { checkPackages } from './packages.ts';
import { checkLostKeys, checkPki } from './pki.ts';
import { checkServer } from './server.ts';

/** Judges facts read after a run, or at any time. `judged`: the keys were opened and chained. */
export function verify(facts: Facts, judged: boolean): Verdict {
  const layout = layoutOf(facts.release) ?? newestLayout();
  const checks = facts.databases.flatMap((fact) => {
    const database = databaseLayoutOf(layout, fact.component);
    return database ? checkDatabase(facts, fact, database, layout.databaseServer) : [];
  });
  checks.push(
    ...checkNoDatabase(facts, layout),
    ...checkServer(facts, layout),
    ...checkDwh(facts, layout),
    ...checkVolumeDatabases(facts, layout),
    ...checkPki(facts, layout, judged),
    ...checkMarker(facts, layout),
    ...checkConfigured(facts, layout),
    ...checkRecords(facts),
    ...checkLinks(facts),
    ...checkShared(facts, layout),
    ...checkPackages(facts, layout),
    ...checkLostKeys(facts, layout),
  );
  for (const { check, message, hint } of facts.faults) {
    if (check === 'shared-database') continue;
    checks.push(obstacle(check, message.replace(/ Nothing was changed\.$/, ''), hint));
  }
  return { ready: checks.every(({ ok }) => ok), checks };
}
