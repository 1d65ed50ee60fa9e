/** The conversation before a run: what is still open is asked, then the plan is shown, then whether to go on. */
import { layoutOf, newestLayout } from '../layouts/index.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { Plan, PlannedDatabase, Wishes } from '../model/plan.ts';
import { encryptedValues } from '../plan/pki.ts';
import { Page } from './page.ts';
import { changedAndRemoved } from './plan-parts.ts';
import { renderPlan } from './render-plan.ts';
import type { Terminal } from './terminal.ts';
import { count, size } from './text.ts';
import type { View } from './view.ts';
import { DATABASE_QUESTION } from './words.ts';

/** The question before the first change. */
export const PROCEED_QUESTION = 'Proceed?';
export const KEEP_PKI_QUESTION = 'Keep the CA and keys?';
export const OLD_QUESTION = 'Drop these old databases too?';
export const CHANGED_QUESTION = 'Remove them too?';

export interface Conversation {
  terminal: Pick<Terminal, 'say' | 'ask'>;
  view: View;
  /** Options that were given, whatever their value: nobody is asked twice. */
  given?: ReadonlySet<string>;
}

/** What "yes" to the database question would do. */
function wouldBe({ action, why }: PlannedDatabase): string {
  switch (action) {
    case 'drop':
      return 'yes drops it, with its role';
    case 'clear':
      return 'yes empties it; the empty database and its role stay';
    case 'refuse':
      return `yes is not possible: ${why}`;
    default:
      return why;
  }
}

function titleOf(facts: Facts, { component }: PlannedDatabase): string {
  const title = facts.databases.find((fact: DatabaseFact) => fact.component === component)?.title ?? component;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** The databases the question is about, each with its place and size. */
function putAsked(page: Page, facts: Facts, asked: readonly PlannedDatabase[]): void {
  page.heading('Databases of this installation');
  for (const database of asked) {
    const { name, host, port, local, sizeBytes } = database;
    const bytes = sizeBytes === null ? '' : `, ${size(sizeBytes)}`;
    page.text(`${titleOf(facts, database)} "${name}" on ${host}:${port}${local ? '' : ' (remote)'}${bytes}`);
    page.text(wouldBe(database), { indent: 4, paint: page.view.colors.dim });
  }
  page.gap();
}

/** Drop or keep: asked only where there is a database to decide about. */
async function askDatabases(
  facts: Facts,
  wishes: Wishes,
  replan: (wishes: Wishes) => Plan,
  { terminal, view }: Conversation,
): Promise<Wishes> {
  if (wishes.keepDatabases !== undefined) return wishes;
  const stays = new Set(
    replan({ ...wishes, keepDatabases: true })
      .databases.filter(({ action }) => action === 'keep')
      .map(({ component }) => component),
  );
  const asked = replan({ ...wishes, keepDatabases: false }).databases.filter(
    ({ component, leftover }) => stays.has(component) && !leftover,
  );
  if (asked.length === 0) return { ...wishes, keepDatabases: false };
  const page = new Page(view);
  putAsked(page, facts, asked);
  terminal.say(page.toString());
  // No default: either answer can cost somebody a day.
  return { ...wishes, keepDatabases: !(await terminal.ask(DATABASE_QUESTION)) };
}

/** What upgrades left goes only where somebody says so, and never where the databases are kept. */
async function askOld(
  wishes: Wishes,
  replan: (wishes: Wishes) => Plan,
  { terminal, view, given }: Conversation,
): Promise<Wishes> {
  if (wishes.keepDatabases !== false || wishes.dropOldDatabases || given?.has('drop-old-databases') === true)
    return wishes;
  const wanted = { ...wishes, dropOldDatabases: true };
  const old = replan(wanted).databases.filter(({ leftover, action }) => leftover && action === 'drop');
  if (old.length === 0) return wishes;
  const page = new Page(view);
  page.heading('Databases that upgrades left');
  for (const { name, host, port, sizeBytes } of old)
    page.text(`"${name}" on ${host}:${port}${sizeBytes === null ? '' : `, ${size(sizeBytes)}`}`);
  page.text(wishes.backup ? 'What is dropped goes into the backup first.' : 'No backup is made, as asked.', {
    paint: wishes.backup ? view.colors.dim : view.colors.yellow,
  });
  terminal.say(`\n${page.toString()}`);
  return (await terminal.ask(OLD_QUESTION, { default: false })) ? wanted : wishes;
}

/** There are keys to keep: in their place, or in a copy that package removal made. */
function hasKeys({ pki }: Facts): boolean {
  return pki.usable || pki.copies.some(({ usable }) => usable);
}

async function askKeys(facts: Facts, wishes: Wishes, { terminal, view, given }: Conversation): Promise<Wishes> {
  const told = wishes.keepPki || given?.has('keep-pki') === true;
  if (wishes.keepDatabases !== true || told || !hasKeys(facts)) return wishes;
  const encrypted = encryptedValues(facts, layoutOf(facts.release) ?? newestLayout());
  const readable =
    encrypted === null
      ? ', and what passwords the database stores stay readable'
      : encrypted > 0
        ? ` and the ${count(encrypted, 'password')} stored in the database ${encrypted === 1 ? 'stays' : 'stay'} readable`
        : '';
  const page = new Page(view);
  page.gap().text(`With the CA and keys kept, hosts stay approved${readable}.`, { indent: 0 });
  terminal.say(`\n${page.toString()}`);
  return { ...wishes, keepPki: await terminal.ask(KEEP_PKI_QUESTION, { default: true }) };
}

/** Files that somebody edited since setup wrote them: removed only with the operator's knowledge. */
async function askChanged(wishes: Wishes, plan: Plan, { terminal, view, given }: Conversation): Promise<Wishes> {
  const changed = changedAndRemoved(plan);
  if (changed.length === 0 || wishes.keepChanged || given?.has('keep-changed') === true) return wishes;
  const page = new Page(view);
  page.heading('Edited since setup wrote them');
  for (const path of changed) page.command(path, { indent: 2 });
  page.text(wishes.backup ? 'What is removed goes into the backup first.' : 'No backup is made, as asked.', {
    paint: wishes.backup ? view.colors.dim : view.colors.yellow,
  });
  terminal.say(`\n${page.toString()}`);
  return { ...wishes, keepChanged: !(await terminal.ask(CHANGED_QUESTION, { default: true })) };
}

/**
 * Asks what the options left open, shows the plan and asks whether to go on. `null`: the operator said no. A plan with refusals comes back without
 * a further question: the closing report gives the reasons. Rejects with InterruptedError when a stop signal arrives.
 */
export async function converse(
  facts: Facts,
  wishes: Wishes,
  replan: (wishes: Wishes) => Plan,
  conversation: Conversation,
): Promise<Plan | null> {
  const { terminal, view } = conversation;
  if (wishes.unattended) {
    const plan = replan(wishes);
    if (view.verbose && plan.refusals.length === 0) terminal.say(`${renderPlan(plan, facts, view)}\n`);
    return plan;
  }
  const withDatabases = await askDatabases(facts, wishes, replan, conversation);
  const withOld = await askOld(withDatabases, replan, conversation);
  const withKeys = await askKeys(facts, withOld, conversation);
  const first = replan(withKeys);
  if (first.refusals.length > 0) return first;
  const answered = await askChanged(withKeys, first, conversation);
  const plan = answered === withKeys ? first : replan(answered);
  if (plan.refusals.length > 0 || plan.steps.length === 0) return plan;
  terminal.say(`\n${renderPlan(plan, facts, view)}\n`);
  return (await terminal.ask(PROCEED_QUESTION, { default: false })) ? plan : null;
}
