/** The CA and keys as engine-setup will find them: whole, or not at all. Pure. */

import { isApart } from '../layouts/index.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { isBelow, nameOf, realPath } from '../model/paths.ts';
import { matches } from '../model/patterns.ts';
import type { Check } from '../model/report.ts';
import { cleanupCommand, isUpgrade, listed, mainDatabase, obstacle, passed, told } from './check.ts';
import { checkRenewal } from './pki-renewal.ts';

/** engine-setup will make the main database anew, or fill an empty one. */
function isNew(facts: Facts, layout: Layout): boolean {
  const main = mainDatabase(facts, layout);
  return main === undefined || main.reach.state === 'absent' || main.content?.tables === 0;
}

function list(paths: readonly string[]): string {
  return `${paths.map(nameOf).join(', ')} ${paths.length === 1 ? 'is' : 'are'}`;
}

/** `first`: a way on that loses less than removing the PKI. */
type Stumble = (id: string, detail: string, first?: string) => Check;

/** Only other components are set up here, or nothing is left but what a run kept on purpose, as its record says. */
function hasNoEngine({ components, records }: Facts, layout: Layout): boolean {
  return isApart(layout, components) || (components.length === 0 && records.databasesGone);
}

function hasHalf({ pki }: Facts, layout: Layout): boolean {
  return layout.pki.halfSigns.some((path) => pki.present.includes(path));
}

/** Without the file that decides setup makes everything: what is left of the old CA is asked about, or silently kept. */
function withoutCa(facts: Facts, layout: Layout, stumble: Stumble): Check[] {
  const { halfSigns, halfQuestion, spoils } = layout.pki;
  const checks: Check[] = [];
  const signs = halfSigns.filter((path) => facts.pki.present.includes(path));
  if (halfQuestion && signs.length > 0) {
    checks.push(
      stumble(
        'pki-half',
        `ca.pem is missing, but ${list(signs)} there: engine-setup asks about it, and an unattended setup stops.`,
      ),
    );
  }
  const leftovers = facts.files.filter(
    ({ phase, copyOf }) => (phase === 'keystores' || phase === 'ca') && copyOf === undefined,
  );
  for (const { check, path: pattern, effect } of spoils) {
    const left = leftovers.map(({ path }) => path).filter((path) => matches(pattern, path));
    if (left.length > 0)
      checks.push(
        stumble(
          check,
          `${listed(left.map(nameOf))} of the old CA ${left.length === 1 ? 'is' : 'are'} left: ${effect}.`,
        ),
      );
  }
  const console = leftovers.filter(({ path }) => !isBelow(path, layout.pki.dir));
  if (console.length > 0) {
    const names = console.map(({ path }) => nameOf(path)).join(', ');
    checks.push(stumble('pki-vmconsole', `Keys of the console proxy made with the old CA are left: ${names}.`));
  }
  return checks;
}

/** With the file that decides setup makes no CA, and at most the keystores that are missing. */
function withCa(facts: Facts, layout: Layout, judged: boolean, stumble: Stumble): Check[] {
  const { pki } = facts;
  const ca = realPath(facts.root, layout.pki.madeWith);
  if (pki.ca === 'damaged')
    return [
      stumble(
        'pki-ca',
        `${realPath(facts.root, layout.pki.ca)} is not a certificate: engine-setup uses it as it is, and every enrolment fails.`,
      ),
    ];
  const missing = [layout.pki.ca, ...layout.pki.whole].filter((path) => !pki.present.includes(path));
  if (missing.length > 0) {
    const backup = `Put ${missing.map(nameOf).join(', ')} back from a backup (package removal leaves copies in ${realPath(facts.root, layout.pki.copies)}). Else: `;
    return [
      stumble(
        'pki-keys',
        `${ca} is there, but ${list(missing)} missing: engine-setup makes such files only together with a new CA. It does not ask, and enrolment fails, or the engine trusts nobody.`,
        isUpgrade(facts, layout) ? backup : '',
      ),
    ];
  }
  const enrolsAgain = pki.signs && !pki.present.includes(layout.pki.engineStore);
  if (!judged || pki.usable || enrolsAgain) return [];
  return [
    stumble(
      'pki-keys',
      `${ca} is there but not usable: ${pki.usableWhy}. engine-setup does not ask, and enrolment fails every time.`,
    ),
  ];
}

/** A certificate without its private key is never made again. A key alone is harmless: setup's CA script clears it before it makes a new one. */
function pairs(facts: Facts, layout: Layout, stumble: Stumble): Check[] {
  const { present } = facts.pki;
  return layout.pki.pairs
    .filter(([certificate, key]) => present.includes(certificate) && !present.includes(key))
    .map(([certificate, key]) => {
      const [there, missing] = [certificate, key].map((path) => realPath(facts.root, path));
      return stumble(
        `pki-pair-${nameOf(certificate)}`,
        `${there} is there without ${missing}: engine-setup never makes it again.`,
      );
    });
}

/** Judges the tree by what is there, and by the keys where they were looked at. */
export function checkPki(facts: Facts, layout: Layout, judged: boolean): Check[] {
  if (facts.pki.ca === 'absent' && hasNoEngine(facts, layout) && !hasHalf(facts, layout))
    return [passed('pki', 'no CA, as on any host without the engine: its certificates come from there')];
  const hint = `Run "${cleanupCommand(facts)}" (without --keep-pki): it removes the PKI whole.`;
  const stumble: Stumble = (id, detail, first = '') => obstacle(id, detail, first + hint);
  const { present, organization } = facts.pki;
  const made = present.includes(layout.pki.madeWith);
  const checks = made ? withCa(facts, layout, judged, stumble) : withoutCa(facts, layout, stumble);
  checks.push(...pairs(facts, layout, stumble));
  if (checks.length > 0) return checks;
  checks.push(...checkRenewal(facts, layout));
  if (!made) return [passed('pki', 'no CA and no keys: engine-setup makes them')];
  if (!present.includes(layout.pki.engineStore)) {
    const store = realPath(facts.root, layout.pki.engineStore);
    checks.push(told('pki-store', `${store} is missing: engine-setup enrols it again from the CA, with a new key`));
  }
  if (isNew(facts, layout)) {
    // Measured on 4.5.8: exit 0, the new database has the default organisation while the CA has the old one.
    checks.push(
      told(
        'pki-organisation',
        `the CA is there, but the database is new: engine-setup goes on with the old CA${organization ? ` of "${organization}"` : ''}, whatever organisation it is told`,
      ),
    );
  }
  return checks.length > 0 ? checks : [passed('pki', 'the CA and keys are whole: engine-setup goes on using them')];
}

/** What a host with a kept database but without its old keys loses: told, but no obstacle. */
export function checkLostKeys(facts: Facts, layout: Layout): Check[] {
  const content = mainDatabase(facts, layout)?.content;
  if (!content || content.tables === 0) return [];
  const caGone = facts.pki.ca === 'absent';
  if (!caGone && facts.pki.present.includes(layout.pki.engineStore)) return [];
  const encrypted = Object.values(content.encrypted).reduce((sum, count) => sum + count, 0);
  const checks: Check[] = [];
  if (caGone)
    checks.push(told('hosts', 'the CA is gone: every host of the kept database must be re-installed or re-approved'));
  if (encrypted > 0) {
    checks.push(
      told(
        'stored-passwords',
        `${encrypted} stored ${encrypted === 1 ? 'password' : 'passwords'} in the database can no longer be decrypted and must be entered again`,
      ),
    );
  }
  return checks;
}
