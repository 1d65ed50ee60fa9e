/** What engine-setup needs to know, and will ask, after a run that kept databases. Pure. */
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';
import { blocksSetup } from './files.ts';

/** Lines for the closing report. Passwords are not in them: they say in which file the password is. */
export function answersFor(facts: Facts, databases: readonly PlannedDatabase[], wishes: Wishes): string[] {
  const lines: string[] = [];
  for (const planned of databases) {
    if (planned.action !== 'keep' && planned.action !== 'absent') continue;
    const fact = facts.databases.find(({ component }) => component === planned.component);
    if (!fact || !wishes.keepDatabases) continue;
    const line = answerFor(fact, planned, wishes);
    if (line !== null) lines.push(line);
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

/** What setup has to be told of one database; null where it need not be told anything. */
function answerFor(fact: DatabaseFact, planned: PlannedDatabase, wishes: Wishes): string | null {
  const { title, local, component } = fact;
  const where = `host ${planned.host}, port ${planned.port}, database ${planned.name}, user ${planned.role}`;
  const choice = local ? '"Manual"' : '"Remote"';
  if (fact.reach.state === 'no-credentials') {
    return `${title}: no credentials are left on this host. Answer "Manual" when engine-setup asks whether it should configure the database, and give host, port, database, user and password.`;
  }
  if (fact.reach.state === 'absent') {
    const gone = `${title}: there is no database "${planned.name}" on ${planned.host}:${planned.port}, so its credentials are not kept.`;
    if (local && !fact.providedByOthers) return `${gone} engine-setup makes a new, empty one.`;
    const needed = component === 'engine' ? ' and that has the extension uuid-ossp' : '';
    return `${gone} Its administrator first has to make an empty one that role "${planned.role}" owns${needed}. Then answer ${choice} and give: ${where}, and its password.`;
  }
  if (blocksSetup(fact)) {
    const gone = wishes.backup ? 'go into the backup' : 'are removed';
    const rest = wishes.backup
      ? ` ${component}-answers.conf in the backup holds everything but the password, for --config-append.`
      : '';
    return `${title}: the server rejects the old credentials, which ${gone}. Answer ${choice} and give: ${where}, and its present password.${rest}`;
  }
  if (planned.action !== 'keep') return null;
  return `${title}: engine-setup finds it by itself (${where}; the password stays in setup's drop-in).`;
}
