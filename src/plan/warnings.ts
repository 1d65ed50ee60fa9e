/** What the operator should know before saying yes. Pure. */
import { databaseLayoutOf } from '../layouts/index.ts';
import type { Warning } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { nameOf } from '../model/paths.ts';
import type { Wishes } from '../model/plan.ts';
import type { DatabaseSubject } from './database-steps.ts';
import { isLeftToSetup } from './databases.ts';
import { blocksSetup, type FileDecisions } from './files.ts';
import { leftoverWarnings } from './leftovers.ts';
import { ovnWarnings } from './ovn.ts';
import { countOfValues, encryptedValues } from './pki.ts';
import { roleWarnings } from './role-steps.ts';
import { keepsTimeHere } from './timekeeping.ts';

function databaseWarnings(subject: DatabaseSubject, layout: Layout, subjects: readonly DatabaseSubject[]): Warning[] {
  const { fact, planned } = subject;
  const isKept = planned.action === 'keep' && !isLeftToSetup(fact, subject.layout);
  const warnings: Warning[] = [];
  const { content } = fact;
  if ((planned.action === 'clear' || planned.action === 'drop') && content) {
    if (content.cascades.length > 0) {
      warnings.push({
        code: 'cascade',
        message: `Objects of other owners hang on database "${planned.name}" and go with it: ${content.cascades.map(({ name }) => name).join(', ')}.`,
      });
    }
    if (content.sessions.length > 0) {
      const who = content.sessions.map(({ role, application, client }) =>
        [role, application, client].filter(Boolean).join(' '),
      );
      warnings.push({
        code: 'sessions',
        message: `${content.sessions.length} other ${content.sessions.length === 1 ? 'session is' : 'sessions are'} connected to database "${planned.name}": ${[...new Set(who)].join('; ')}.`,
      });
    }
  }
  if (isKept && blocksSetup(fact, layout)) {
    warnings.push({
      code: 'credentials-rejected',
      message: `The ${fact.title} is kept, but the server does not accept its credentials: they would stop engine-setup, so they go into the backup.`,
    });
  }
  if (planned.action === 'absent' && fact.credentials !== null && !subject.layout.madeAnew) {
    warnings.push({
      code: 'database-absent',
      message: `The ${fact.title} "${planned.name}" does not exist on ${planned.host}: its credentials would stop engine-setup, so they are removed.`,
    });
  }
  if (isKept && fact.reach.state === 'no-credentials') {
    warnings.push({
      code: 'no-credentials',
      message: `No credentials of the ${fact.title} were found. engine-setup must be given them: answer "Manual" when it asks about the database.`,
    });
  }
  if (fact.admin.siblings.length > 0) {
    warnings.push({
      code: 'siblings',
      message: `Other databases look like ones of engine-setup and are left alone: ${fact.admin.siblings.join(', ')}.`,
    });
  }
  return [...warnings, ...roleWarnings(subject, subjects)];
}

/** The Data Warehouse goes, but the engine's database on another host, which knows it, cannot be asked: somebody has to do it there. */
function rowsElsewhere(facts: Facts, layout: Layout, wishes: Wishes): Warning[] {
  const main = facts.databases.find(({ component }) => component === layout.main);
  const uuid = facts.dwhUuid;
  const unreached = main?.foreign != null && main.content === null && main.reach.state !== 'absent';
  if (wishes.keepDatabases || !unreached || uuid === null || !keepsTimeHere(facts, layout)) return [];
  const host = main.credentials?.host ?? 'the engine host';
  const database = main.credentials?.database ?? databaseLayoutOf(layout, layout.main)?.defaultName;
  return [
    {
      code: 'rows-elsewhere',
      message: `Database "${database}" on ${host} still knows this Data Warehouse and cannot be asked from here: its next engine-setup asks whether to disconnect it, and an unattended one stops. Run there, in that database: UPDATE dwh_history_timekeeping SET var_value = '' WHERE var_name IN ('dwhHostname', 'dwhUuid') AND EXISTS (SELECT 1 FROM dwh_history_timekeeping WHERE var_name = 'dwhUuid' AND var_value = '${uuid.replaceAll("'", "''")}');`,
    },
  ];
}

/** What this run leaves to be done on other hosts of the same installation. */
function otherHosts(facts: Facts, layout: Layout, wishes: Wishes): Warning[] {
  const kept = { database: wishes.keepDatabases === true, pki: wishes.keepPki };
  return layout.otherHosts.flatMap(({ here, there, unless, todo }) => {
    const found = facts.otherHosts.find((one) => one.here === here && one.there === there);
    if (!found || (unless.length > 0 && unless.every((what) => kept[what]))) return [];
    const title = layout.components.find(({ id }) => id === there)?.title ?? there;
    return [{ code: 'other-host', message: `On ${found.host ?? `the host of the ${title}`}: ${todo}` }];
  });
}

/** All warnings of a plan. */
export function findWarnings(
  facts: Facts,
  layout: Layout,
  wishes: Wishes,
  subjects: readonly DatabaseSubject[],
  decisions: FileDecisions,
): Warning[] {
  const warnings = [
    ...subjects.flatMap((subject) => databaseWarnings(subject, layout, subjects)),
    ...leftoverWarnings(subjects),
    ...rowsElsewhere(facts, layout, wishes),
    ...otherHosts(facts, layout, wishes),
    ...ovnWarnings(facts, layout, wishes),
  ];
  const encrypted = encryptedValues(facts, layout);
  const keepsMain = subjects.some(({ fact, planned }) => fact.component === layout.main && planned.action === 'keep');
  const losesKeys = (facts.pki.ca !== 'absent' || facts.pki.usable) && !wishes.keepPki;
  if (wishes.keepDatabases && keepsMain && losesKeys && encrypted !== 0) {
    const counted = countOfValues(encrypted, 'stored password');
    warnings.push({
      code: 'passwords-unreadable',
      message: `${counted.charAt(0).toUpperCase()}${counted.slice(1)} in the database can no longer be read once the keys are gone: they must be entered again.${facts.pki.ca === 'ok' ? ' --keep-pki keeps the keys.' : ''}`,
    });
  }
  if (facts.pki.thirdPartyWebCertificate && layout.pki.webCa !== null && !wishes.keepPki) {
    warnings.push({
      code: 'web-certificate',
      message: `${nameOf(layout.pki.webCa)} is the administrator's own, not the link that setup makes. It goes into the backup with the web server's certificate: left behind, the web server would send a wrong chain.`,
    });
  }
  if (!wishes.backup && (subjects.length > 0 || decisions.remove.size > 0)) {
    warnings.push({ code: 'no-backup', message: 'No backup is made: what this run removes cannot be put back.' });
  }
  if (facts.package === 'unknown') {
    warnings.push({
      code: 'packages-unknown',
      message: 'rpm cannot tell here what packages own: only files known to be packaged are taken for that.',
    });
  }
  if (facts.webServer?.active === false && facts.webServer.usesOurCertificates) {
    warnings.push({
      code: 'web-server-configured',
      message: `${facts.webServer.unit} is configured with the engine's certificates; it is not running and was not started.`,
    });
  }
  return warnings;
}
