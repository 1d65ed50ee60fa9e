/** Every place that may hold the credentials of a database, the best first. Only reads. */

import { databasesOf } from '../layouts/index.ts';
import type { FileFact } from '../model/facts.ts';
import { databaseOf } from './contact.ts';
import type { DetectContext } from './context.ts';
import { fromAnswers } from './sources/answers.ts';
import { Collected, type CredentialSource, type FoundCredentials } from './sources/collected.ts';
import { fromDropIns } from './sources/drop-ins.ts';
import { fromPasswordFiles } from './sources/password-files.ts';
import { fromProperties } from './sources/properties.ts';
import { fromTmp } from './sources/tmp.ts';

export type { FoundCredentials } from './sources/collected.ts';

/** In the order in which they are asked. A new kind of place is a file in `sources/` and a line here. */
const SOURCES: readonly CredentialSource[] = [
  fromDropIns,
  fromPasswordFiles,
  fromProperties,
  fromAnswers,
  fromTmp, // last: whose password a file holds is told by what the others found
];

/** A database that an upgrade handed on is the other component's alone: else it would be dumped and emptied twice, each in the other's way. */
function handOver(context: DetectContext, collected: Collected): void {
  for (const { component, database } of databasesOf(context.layout)) {
    if (database.handedTo === undefined) continue;
    const [before] = collected.byComponent.get(component) ?? [];
    const [now] = collected.byComponent.get(database.handedTo) ?? [];
    if (before && now && databaseOf(before) === databaseOf(now)) collected.switchOff(component);
  }
}

/** Finds all credentials. Passwords go into the vault. */
export async function findCredentials(context: DetectContext, copies: readonly FileFact[]): Promise<FoundCredentials> {
  const collected = new Collected(context.vault);
  for (const source of SOURCES) await source(context, collected, copies);
  collected.sort();
  handOver(context, collected);
  return collected;
}

/** Writes down which databases' credentials a file turned out to hold. */
export function attachCredentialOwners(files: readonly FileFact[], found: FoundCredentials): void {
  for (const [component, list] of found.byComponent) {
    for (const { source } of list) {
      const file = files.find(({ path }) => path === source);
      if (file && !file.credentialsOf?.includes(component))
        file.credentialsOf = [...(file.credentialsOf ?? []), component];
    }
  }
}
