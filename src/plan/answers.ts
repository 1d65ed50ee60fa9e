/** What engine-setup needs to know, and will ask, after a run that kept databases. Pure. */
import type { Facts } from '../model/facts.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';
import { blocksSetup } from './files.ts';

/** Lines for the closing report. Passwords are not in them: they say in which file the password is. */
export function answersFor(facts: Facts, databases: readonly PlannedDatabase[], wishes: Wishes): string[] {
  const lines: string[] = [];
  for (const planned of databases) {
    if (planned.action !== 'keep' && planned.action !== 'absent') continue;
    const fact = facts.databases.find(({ component }) => component === planned.component);
    if (!fact || !wishes.keepDatabases) continue;
    const where = `host ${planned.host}, port ${planned.port}, database ${planned.name}, user ${planned.role}`;
    if (fact.reach.state === 'no-credentials') {
      lines.push(
        `${fact.title}: no credentials are left on this host. Answer "Manual" when engine-setup asks whether it should configure the database, and give host, port, database, user and password.`,
      );
    } else if (blocksSetup(fact)) {
      lines.push(
        `${fact.title}: the old credentials do not work and are in the backup only. Answer "Manual" and give: ${where}, and its present password.`,
      );
    } else if (planned.action === 'keep') {
      lines.push(`${fact.title}: engine-setup finds it by itself (${where}; the password stays in setup's drop-in).`);
    }
  }
  if (lines.length > 0 && wishes.keepDatabases) {
    const engine = facts.databases.find(({ component, foreign }) => component === 'engine' && foreign === null);
    // Where the server could not be asked, the database is taken for the full one it most likely is.
    if (engine && engine.reach.state !== 'absent' && engine.content?.tables !== 0) {
      lines.push(
        'engine-setup takes the database for an upgrade and asks about a full vacuum (OVESETUP_ENGINE_VACUUM_FULL); an answer file of the first installation lacks that answer.',
      );
    }
    if (facts.marker === null) {
      lines.push(
        'There is no post-install marker: engine-setup asks again whether to configure the engine, for its name, the proxies and the organisation of the PKI.',
      );
    }
  }
  return lines;
}
