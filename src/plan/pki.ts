/** Keeping the CA and keys: whole, from the tree or from a copy, or not at all. Pure. */
import { databaseLayoutOf, nameInPki } from '../layouts/index.ts';
import type { Refusal, Warning } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Wishes } from '../model/plan.ts';

export interface PkiJudgement {
  keep: boolean;
  /** Host path of the copy to put back. */
  restoreFrom: string | null;
  refusals: Refusal[];
  warnings: Warning[];
}

/** Values in kept databases that only the engine's key can decrypt; null where a database that holds such values could not be looked into. */
export function encryptedValues(facts: Facts, layout: Layout): number | null {
  let sum = 0;
  for (const { foreign, speculative, component, reach, content } of facts.databases) {
    if (foreign !== null || speculative || reach.state === 'absent') continue;
    if (content === null) {
      if ((databaseLayoutOf(layout, component)?.encrypted.length ?? 0) > 0) return null;
      continue;
    }
    for (const count of Object.values(content.encrypted)) sum += count;
  }
  return sum;
}

/** "2 values", or that it could not be told. */
export function countOfValues(count: number | null, one: string): string {
  if (count === null) return `an unknown number of ${one}s (its server could not be asked)`;
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** The files without which there are no keys to keep, by their names in the PKI. */
function neededKeys({ pki }: Layout): string {
  const [ca, key, store] = [pki.ca, pki.caKey, pki.engineStore].map((path) => nameInPki(pki, path));
  return `${ca}, ${key} and ${store}`;
}

/**
 * A host without the main component has no CA of its own, but may have certificates that the engine's issued: also after a run that kept nothing else. What of the main component's own
 * PKI is left without its CA is none of them.
 */
function isWithoutCa({ components, files, pki }: Facts, layout: Layout): boolean {
  const { caKey, halfSigns, webCa } = layout.pki;
  if (components.includes(layout.main) || pki.ca !== 'absent') return false;
  return ![caKey, ...halfSigns].some((path) => pki.present.includes(path)) && !files.some(({ path }) => path === webCa);
}

/** Judges `--keep-pki` against the keys that are there. */
export function judgePki(facts: Facts, layout: Layout, wishes: Wishes): PkiJudgement {
  const nothing: PkiJudgement = { keep: false, restoreFrom: null, refusals: [], warnings: [] };
  if (!wishes.keepPki) return nothing;
  const warnings: Warning[] = [];
  if (!wishes.keepDatabases && facts.pki.ca === 'ok') {
    warnings.push({
      code: 'old-organisation',
      message: `The CA is kept without the database: engine-setup goes on using it with the organisation it was made for${facts.pki.organization ? ` ("${facts.pki.organization}")` : ''}.`,
    });
  }
  if (facts.pki.usable) return { ...nothing, keep: true, warnings };
  const copy = facts.pki.copies.find(({ usable }) => usable);
  if (copy) return { ...nothing, keep: true, restoreFrom: copy.path, warnings };
  const encrypted = encryptedValues(facts, layout);
  const places =
    facts.pki.copies.length > 0
      ? `none of the ${facts.pki.copies.length} copies in ${layout.pki.copies} is usable`
      : `there is no copy in ${layout.pki.copies}`;
  if (encrypted === null || encrypted > 0) {
    return {
      ...nothing,
      refusals: [
        {
          check: 'keep-pki',
          message: `There is no usable CA and key to keep: ${facts.pki.usableWhy}, and ${places}. The database holds ${countOfValues(encrypted, 'value')} that only the old key decrypts. Nothing was changed.`,
          hint: `Put ${neededKeys(layout)} back from a backup first. With --force keep-pki the run goes on without them.`,
          forcible: true,
        },
      ],
    };
  }
  if (isWithoutCa(facts, layout)) {
    const message =
      'This host has no CA of its own, as none without the engine has. Certificates that the engine issued for it are kept, with their keys.';
    return { ...nothing, keep: true, warnings: [{ code: 'no-ca', message }] };
  }
  return {
    ...nothing,
    warnings: [
      ...warnings,
      {
        code: 'no-keys-to-keep',
        message: `There is no usable CA and key to keep: ${facts.pki.usableWhy}, and ${places}. What is left of the PKI is removed.`,
      },
    ],
  };
}
