/** The CA and keys as engine-setup will find them: whole, or not at all. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { nameOf } from '../model/paths.ts';
import type { Check } from '../model/report.ts';

const HINT = 'Run engine-cleanup (without --keep-pki): it removes the PKI whole.';

function obstacle(id: string, detail: string): Check {
  return { id, ok: false, severity: 'obstacle', detail, hint: HINT };
}

/** engine-setup will make the engine's database anew, or fill an empty one. */
function isNew({ databases }: Facts): boolean {
  const engine = databases.find(({ component, foreign }) => component === 'engine' && foreign === null);
  return engine === undefined || engine.reach.state === 'absent' || engine.content?.tables === 0;
}

/** Judges the tree by what is there, and by the keys where they were looked at. */
export function checkPki(facts: Facts, layout: Layout, judged: boolean): Check[] {
  const { pki } = layout;
  const present = new Set(facts.pki.present);
  const checks: Check[] = [];
  const leftovers = facts.files.filter(
    ({ phase, copyOf }) => (phase === 'keystores' || phase === 'ca') && copyOf === undefined,
  );
  if (facts.pki.ca === 'absent') {
    const signs = pki.halfSigns.filter((path) => present.has(path)).map(nameOf);
    if (signs.length > 0) {
      checks.push(
        obstacle(
          'pki-half',
          `ca.pem is missing, but ${signs.join(', ')} ${signs.length === 1 ? 'is' : 'are'} there: engine-setup asks about it, and an unattended setup stops.`,
        ),
      );
    }
    const web = leftovers.find(({ path }) => path === `${pki.dir}/apache-ca.pem`);
    if (web)
      checks.push(
        obstacle(
          'pki-web',
          'apache-ca.pem of the old CA is left: engine-setup keeps it, and the web server would send a wrong chain.',
        ),
      );
    const console = leftovers.filter(({ path }) => path.startsWith('/etc/pki/ovirt-vmconsole/'));
    if (console.length > 0)
      checks.push(
        obstacle(
          'pki-vmconsole',
          `Keys of the console proxy made with the old CA are left: ${console.map(({ path }) => nameOf(path)).join(', ')}.`,
        ),
      );
  } else if (facts.pki.ca === 'damaged') {
    checks.push(
      obstacle('pki-ca', 'ca.pem is not a certificate: engine-setup uses it as it is, and every enrolment fails.'),
    );
  } else if (judged && !facts.pki.usable) {
    checks.push(
      obstacle(
        'pki-keys',
        `The CA is there but not usable: ${facts.pki.usableWhy}. engine-setup does not ask, and enrolment fails every time.`,
      ),
    );
  }
  for (const [certificate, key] of pki.pairs) {
    if (present.has(certificate) === present.has(key)) continue;
    const missing = present.has(certificate) ? key : certificate;
    if (missing === pki.ca && facts.pki.ca === 'absent' && checks.some(({ id }) => id === 'pki-half')) continue;
    const there = present.has(certificate) ? certificate : key;
    // A private key alone is harmless: setup's CA script clears it before it makes a new one.
    if (there === key) continue;
    checks.push(
      obstacle(
        `pki-pair-${nameOf(certificate)}`,
        `${there} is there without ${missing}: engine-setup never makes it again.`,
      ),
    );
  }
  if (checks.length > 0) return checks;
  if (facts.pki.ca !== 'absent' && isNew(facts)) {
    // Measured on 4.5.8: exit 0, the new database has the default organisation while the CA has the old one.
    return [
      {
        id: 'pki-organisation',
        ok: true,
        severity: 'warning',
        detail: `the CA and keys are whole, but the database is new: engine-setup goes on with the old CA${facts.pki.organization ? ` of "${facts.pki.organization}"` : ''}, whatever organisation it is told`,
      },
    ];
  }
  const detail =
    facts.pki.ca === 'absent'
      ? 'no CA and no keys: engine-setup makes them'
      : 'the CA and keys are whole: engine-setup goes on using them';
  return [{ id: 'pki', ok: true, severity: 'obstacle', detail }];
}

/** What a host with a kept database but without its old keys loses: told, but no obstacle. */
export function checkLostKeys(facts: Facts): Check[] {
  const engine = facts.databases.find(({ component }) => component === 'engine');
  if (!engine?.content || engine.content.tables === 0 || engine.foreign !== null || facts.pki.ca !== 'absent')
    return [];
  const encrypted = Object.values(engine.content.encrypted).reduce((sum, count) => sum + count, 0);
  const checks: Check[] = [
    {
      id: 'hosts',
      ok: true,
      severity: 'warning',
      detail: 'the CA is gone: every host of the kept database must be re-installed or re-approved',
    },
  ];
  if (encrypted > 0) {
    checks.push({
      id: 'stored-passwords',
      ok: true,
      severity: 'warning',
      detail: `${encrypted} stored ${encrypted === 1 ? 'password' : 'passwords'} in the database can no longer be decrypted and must be entered again`,
    });
  }
  return checks;
}
