/**
 * Servers that are asked before everything else is looked at, because they take their time: each database that setup's own drop-in names, with what it says there.
 * Nearly always that is what is asked for in the end; where it is not, the answer is not used. Only reads.
 */
import { databasesOf } from '../layouts/index.ts';
import type { Credentials } from '../model/credentials.ts';
import type { ComponentId, DatabaseLayout } from '../model/layout.ts';
import { type Contact, contact } from './contact.ts';
import type { DetectContext } from './context.ts';
import { engineCa } from './pki.ts';
import { Collected } from './sources/collected.ts';
import { fromDropIns } from './sources/drop-ins.ts';

/** What tells one login from every other. */
function sameLogin(a: Credentials, b: Credentials): boolean {
  const parts = ({ host, port, database, role, secret, secured, validation }: Credentials): string =>
    JSON.stringify([host, port, database, role, secret, secured, validation]);
  return parts(a) === parts(b);
}

/** Answers that are on their way. */
export class EarlyContacts {
  readonly #asked = new Map<DatabaseLayout, { credentials: Credentials; answer: Promise<Contact> }>();

  /** Asks the databases that setup's drop-ins name. @param except components whose database the caller asks itself */
  static async ask(context: DetectContext, except: readonly ComponentId[]): Promise<EarlyContacts> {
    const early = new EarlyContacts();
    const collected = new Collected(context.vault);
    // Whatever is wrong with a file is told when it is read with all the others.
    await fromDropIns({ ...context, note: () => undefined, fault: () => undefined }, collected, []);
    collected.sort();
    for (const { component, database } of databasesOf(context.layout)) {
      const [best] = collected.byComponent.get(component) ?? [];
      if (best?.origin !== 'drop-in' || except.includes(component)) continue;
      const answer = contact(context, database, best, await engineCa(context));
      answer.catch(() => undefined);
      early.#asked.set(database, { credentials: best, answer });
    }
    return early;
  }

  /** The answer to the same question; null if it was not asked. */
  answerTo(database: DatabaseLayout, credentials: Credentials): Promise<Contact> | null {
    const asked = this.#asked.get(database);
    return asked !== undefined && sameLogin(asked.credentials, credentials) ? asked.answer : null;
  }
}
