/** Setup's own answer files: credentials, who provides a database, and what was to be set up on this host. Only reads. */
import { databasesOf } from '../../layouts/index.ts';
import type { DetectContext } from '../context.ts';
import { changedAt, namesIn, textOf } from '../look.ts';
import { readAnswers, readEnabled } from '../read/answers.ts';
import type { Collected, CredentialSource } from './collected.ts';

function readComponents(context: DetectContext, collected: Collected, text: string): void {
  for (const { id, enabledBy, enableQuestion } of context.layout.components) {
    const enabled = readEnabled(text, enabledBy, enableQuestion);
    if (enabled !== null) collected.answered.set(id, enabled);
  }
}

function readDatabases(
  context: DetectContext,
  collected: Collected,
  text: string,
  path: string,
  mtimeMs: number,
): void {
  for (const { component, database } of databasesOf(context.layout)) {
    if (database.answers === null) continue;
    const { credentials, providedByOthers } = readAnswers(text, database.answers);
    if (providedByOthers === true) collected.providedByOthers.add(component);
    if (providedByOthers === false) collected.providedByOthers.delete(component);
    if (credentials?.password === undefined) continue;
    collected.add(component, credentials, { source: path, origin: 'answer-file', mtimeMs });
  }
}

export const fromAnswers: CredentialSource = async (context, collected) => {
  const dir = context.layout.answers;
  if (dir === null) return;
  const names = (await namesIn(context, dir)).filter((name) => name.endsWith('.conf'));
  // Names begin with a timestamp: the newest answer about a database is the one that counts.
  for (const name of names.sort()) {
    const path = `${dir}/${name}`;
    const text = await textOf(context, path);
    if (text === null) continue;
    readComponents(context, collected, text);
    readDatabases(context, collected, text, path, await changedAt(context, path));
  }
};
