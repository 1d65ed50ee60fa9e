/** What engine-setup needs to know, and will ask, after a run that kept databases. Pure. */
import { databaseLayoutOf } from '../layouts/index.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { DatabaseLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';

/** Lines for the closing report. Passwords are not in them: they say in which file the password is. */
export function answersFor(
  facts: Facts,
  layout: Layout,
  databases: readonly PlannedDatabase[],
  wishes: Wishes,
): string[] {
  const lines: string[] = [];
  for (const planned of databases) {
    if (planned.leftover || (planned.action !== 'keep' && planned.action !== 'absent')) continue;
    const fact = facts.databases.find(({ component }) => component === planned.component);
    const database = databaseLayoutOf(layout, planned.component);
    if (!fact || !database || !wishes.keepDatabases) continue;
    const line = database.madeAnew ? answerAnew(facts, fact, planned) : answerFor(fact, database, planned, wishes);
    if (line !== null) lines.push(line);
  }
  if (lines.length > 0 && wishes.keepDatabases) {
    lines.push(...upgradeQuestions(facts, layout));
    if (layout.marker !== null && facts.marker === null) {
      lines.push(
        'There is no post-install marker: engine-setup asks again whether to configure the engine, for its name, the proxies and the organisation of the PKI.',
      );
    }
  }
  return lines;
}

/** What setup asks of a full main database only. Where the server could not be asked, the database is taken for the full one it most likely is. */
function upgradeQuestions(facts: Facts, layout: Layout): string[] {
  const main = facts.databases.find(({ component, foreign }) => component === layout.main && foreign === null);
  if (!main || main.reach.state === 'absent' || main.content?.tables === 0) return [];
  return layout.upgradeQuestions.map(
    ({ name, about }) =>
      `engine-setup takes the database for an upgrade and asks about ${about} (${name}); an answer file of the first installation lacks that answer.`,
  );
}

/** What setup needs to find in a database that somebody else makes, as a phrase that goes on. */
function neededIn({ extensions }: DatabaseLayout): string {
  if (extensions.length === 0) return '';
  return ` and that has the ${extensions.length === 1 ? 'extension' : 'extensions'} ${extensions.join(' and ')}`;
}

/** Setup of 3.0 to 3.2 asks for the password of the database, and writes its password file with that. */
function answerAnew({ root }: Facts, { title, credentials }: DatabaseFact, { name, action }: PlannedDatabase): string {
  if (action === 'absent') return `${title}: there is no database "${name}". engine-setup makes it.`;
  const where =
    credentials === null ? 'which no file of this host has' : `now in ${realPath(root, credentials.source)}`;
  return `${title}: give engine-setup the present password of the database, ${where}. With another one it does not find the database, and stops at it or writes its options anew.`;
}

/** What setup has to be told of one database; null where it need not be told anything. */
function answerFor(
  fact: DatabaseFact,
  layout: DatabaseLayout,
  planned: PlannedDatabase,
  wishes: Wishes,
): string | null {
  const { title, local, component } = fact;
  const where = `host ${planned.host}, port ${planned.port}, database ${planned.name}, user ${planned.role}`;
  const choice = local ? '"Manual"' : '"Remote"';
  if (fact.reach.state === 'no-credentials') {
    return `${title}: no credentials are left on this host. Answer "Manual" when engine-setup asks whether it should configure the database, and give host, port, database, user and password.`;
  }
  if (fact.reach.state === 'absent') {
    const gone = `${title}: there is no database "${planned.name}" on ${planned.host}:${planned.port}, so its credentials are not kept.`;
    if (local && !fact.providedByOthers) return `${gone} engine-setup makes a new, empty one.`;
    return `${gone} Its administrator first has to make an empty one that role "${planned.role}" owns${neededIn(layout)}. Then answer ${choice} and give: ${where}, and its password.`;
  }
  if (fact.reach.state === 'rejected') {
    const gone = wishes.backup ? 'go into the backup' : 'are removed';
    const inBackup = wishes.backup && layout.answers !== null;
    const rest = inBackup
      ? ` ${component}-answers.conf in the backup holds everything but the password, for --config-append.`
      : '';
    return `${title}: the server rejects the old credentials, which ${gone}. Answer ${choice} and give: ${where}, and its present password.${rest}`;
  }
  if (planned.action !== 'keep') return null;
  return `${title}: engine-setup finds it by itself (${where}; the password stays in setup's drop-in).`;
}
