/** Credentials in property files: the profile of the internal accounts, the Data Warehouse's and Reports' own. Only reads. */
import { databasesOf } from '../../layouts/index.ts';
import { changedAt, mustRead, textOf } from '../look.ts';
import { propertyCredentials, readProperties } from '../read/properties.ts';
import type { CredentialSource } from './collected.ts';

export const fromProperties: CredentialSource = async (context, collected, copies) => {
  for (const { component, database } of databasesOf(context.layout)) {
    for (const file of database.properties ?? []) {
      const beside = copies.filter(({ copyOf }) => copyOf === file.path).map(({ path }) => path);
      // Package removal puts one that was written to aside, and the package that comes back brings it empty.
      beside.push(`${file.path}.rpmsave`);
      for (const path of [file.path, ...beside]) {
        const isCopy = path !== file.path;
        // What setup itself connects with must be readable: an old copy must not be taken for it.
        const isOwn = file.own === true && !isCopy;
        const text = await (isOwn ? mustRead(context, path) : textOf(context, path));
        if (text === null) continue;
        const origin = isCopy ? 'copy' : isOwn ? 'drop-in' : 'properties';
        const place = { source: path, origin, mtimeMs: await changedAt(context, path) } as const;
        const raw = propertyCredentials(readProperties(text), file);
        // The package's own file names server and role before any setup, and after a cleanup.
        if (file.administrator && raw?.password === undefined) continue;
        collected.add(component, raw, place);
        if (raw !== null && file.administrator) collected.addAdmin(component, raw, place);
      }
    }
  }
};
