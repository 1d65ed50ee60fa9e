/** Keeping the CA and keys: whole, from the tree or from a copy, or not at all. Pure. */
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

/** Values in kept databases that only the engine's key can decrypt. */
export function encryptedValues(facts: Facts): number {
  return facts.databases
    .filter(({ foreign }) => foreign === null)
    .reduce((sum, { content }) => sum + Object.values(content?.encrypted ?? {}).reduce((a, b) => a + b, 0), 0);
}

/** Judges `--keep-pki` against the keys that are there. */
export function judgePki(facts: Facts, layout: Layout, wishes: Wishes): PkiJudgement {
  const nothing: PkiJudgement = { keep: false, restoreFrom: null, refusals: [], warnings: [] };
  if (!wishes.keepPki) return nothing;
  const warnings: Warning[] = [];
  if (!wishes.keepDatabases && facts.pki.present.length > 0) {
    warnings.push({
      code: 'old-organisation',
      message: `The CA is kept without the database: engine-setup goes on using it with the organisation it was made for${facts.pki.organization ? ` ("${facts.pki.organization}")` : ''}.`,
    });
  }
  if (facts.pki.usable) return { ...nothing, keep: true, warnings };
  const copy = facts.pki.copies.find(({ usable }) => usable);
  if (copy) return { ...nothing, keep: true, restoreFrom: copy.path, warnings };
  const encrypted = encryptedValues(facts);
  const places =
    facts.pki.copies.length > 0
      ? `none of the ${facts.pki.copies.length} copies in ${layout.pki.copies} is usable`
      : `there is no copy in ${layout.pki.copies}`;
  if (encrypted > 0) {
    return {
      ...nothing,
      refusals: [
        {
          check: 'keep-pki',
          message: `There is no usable CA and key to keep: ${facts.pki.usableWhy}, and ${places}. The database holds ${encrypted} ${encrypted === 1 ? 'value' : 'values'} that only the old key decrypts. Nothing was changed.`,
          hint: 'Put ca.pem, private/ca.pem and keys/engine.p12 back from a backup first. With --force keep-pki the run goes on without them.',
          forcible: true,
        },
      ],
    };
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
