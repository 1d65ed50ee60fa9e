/** Credentials in property files: the profile of the internal accounts, the Data Warehouse's and Reports' own. Only reads. */
import { databasesOf } from '../../layouts/index.ts';
import { changedAt, mustRead, textOf } from '../look.ts';
import { propertyCredentials, readProperties } from '../read/properties.ts';
import type { CredentialSource } from './collected.ts';

export const fromProperties: CredentialSource = async (context, collected, copies) => {
  for (const { component, database } of databasesOf(context.layout)) {
    for (const file of database.properties ?? []) {
      const beside = copies.filter(({ copyOf }) => copyOf === file.path).map(({ path }) => path);
      for (const path of [file.path, ...beside]) {
        const isCopy = path !== file.path;
        // What setup itself connects with must be readable: an old copy must not be taken for it.
        const isOwn = file.own === true && !isCopy;
        const text = await (isOwn ? mustRead(context, path) : textOf(context, path));
        if (text === null) continue;
        const origin = isCopy ? 'copy' : isOwn ? 'drop-in' : 'properties';
        const place = { source: path, origin, mtimeMs: await changedAt(context, path) } as const;
        collected.add(component, propertyCredentials(readProperties(text), file), place);
      }
    }
  }
};
