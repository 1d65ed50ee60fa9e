/** Drop, clear, keep, refuse: what happens to each database, and why. Pure. */
import type { AdminServer, Credentials } from '../model/credentials.ts';
import type { Refusal } from '../model/errors.ts';
import type { AdminDatabase, DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { DatabaseAction, PlannedDatabase } from '../model/plan.ts';
import { isHalfDropped, isSilent } from '../model/reach.ts';

interface Decision {
  action: DatabaseAction;
  why: string;
  refusal?: Refusal;
}

const KEEP_HINT = 'Keep the database with -d, which never needs the server';

const HALF_DROPPED_WHY =
  'its drop was begun and not finished, so that nothing in it can be read any more, not even for a backup';

/** Files that setup itself reads: what they name is this host's, whatever copies name. */
const OWN_FILES: readonly Credentials['origin'][] = ['drop-in', 'password-file', 'properties'];

function refuse(fact: DatabaseFact, why: string, hint: string): Decision {
  const where = fact.credentials ? `"${fact.credentials.database}" on ${fact.credentials.host}` : '';
  return {
    action: 'refuse',
    why,
    refusal: {
      check: 'database',
      message: `The ${fact.title} ${where} can be neither dropped nor cleared: ${why}. It was not touched.`.replace(
        / {2,}/g,
        ' ',
      ),
      hint: `${hint}. ${KEEP_HINT}.`,
      forcible: false,
    },
  };
}

/**
 * Database and role of the default names are there, the database is empty, and no file that setup reads names it, as a setup that died early leaves them: the next one takes the pair, and
 * gives the role a password of its own.
 */
export function isLeftToSetup({ credentials, admin }: DatabaseFact, layout: DatabaseLayout): boolean {
  const seen = admin.database;
  const name = credentials?.database ?? layout.defaultName;
  const isNamed = credentials !== null && OWN_FILES.includes(credentials.origin);
  if (!admin.available || !seen?.exists || isNamed) return false;
  return name === layout.defaultName && seen.owner === layout.defaultRole && seen.tables === 0;
}

/** Its own role gets in, or did until an earlier run closed it or began to drop it. */
function works({ reach }: DatabaseFact): boolean {
  return reach.state === 'connected' || reach.state === 'sealed' || reach.state === 'half-dropped';
}

/** A database that somebody with rights over whole databases can drop without doubt that it is ours. */
function mayDrop(fact: DatabaseFact, layout: DatabaseLayout): string | null {
  const { via, database: seen } = fact.admin;
  if (via === null || fact.providedByOthers || !seen?.exists || !seen.mayDrop) return null;
  if (fact.adminLogins.length > 0) return mayDropByPasswordFile(fact, layout, via, seen);
  if (fact.credentials && works(fact))
    return seen.owner === fact.credentials.role ? 'local, owned by the role of our credentials' : null;
  // Wrong or no credentials: only the name, the owner and the content together are proof enough.
  const name = fact.credentials?.database ?? layout.defaultName;
  if (name !== layout.defaultName || seen.owner !== layout.defaultRole) return null;
  // Of a half dropped one nothing is lost.
  if (isHalfDropped(fact)) return HALF_DROPPED_WHY;
  if (!seen.recognised) return null;
  return `local, has the name, owner and content of the ${fact.title}`;
}

/**
 * Setup of 3.0 to 3.2 wrote a login that makes and drops databases into its password file. In 3.0, and on a remote server, that login owns the engine's database: a name that says
 * nothing, so the content must speak. One that is closed was looked at by the run that closed it.
 */
function mayDropByPasswordFile(
  fact: DatabaseFact,
  layout: DatabaseLayout,
  via: AdminServer,
  seen: AdminDatabase,
): string | null {
  const { credentials, adminLogins } = fact;
  const isAdmins = adminLogins.some(({ role }) => role === seen.owner);
  const isOwn = !isAdmins && (seen.owner === layout.defaultRole || seen.owner === credentials?.role);
  const byLogin = 'credentials' in via;
  const file = adminLogins.every(({ origin }) => origin === 'properties' || origin === 'drop-in') ? 'own' : 'password';
  const who = byLogin ? `the login "${via.credentials.role}" of setup's ${file} file` : 'the local postgres account';
  const why = `owned by "${seen.owner}", a role of setup's ${file} file; ${who} may drop it`;
  if (isOwn && works(fact)) return why;
  const name = credentials?.database ?? layout.defaultName;
  if (name !== layout.defaultName || !(isOwn || isAdmins)) return null;
  const isClosed = byLogin && !via.superuser && seen.connectionLimit === 0;
  const speaks = seen.recognised || ((byLogin || works(fact)) && (seen.partial || isClosed));
  // Where no login of the file gets in, it proves nothing of a database of somebody else's name.
  return speaks && (isOwn || byLogin || works(fact)) ? why : null;
}

/** Why a database is emptied and not dropped, as a phrase. */
function whyNoDrop({ providedByOthers, local, adminLogins, admin }: DatabaseFact): string {
  if (providedByOthers) return 'provided by somebody else';
  if (local || adminLogins.length > 0) return admin.why || 'no superuser at hand';
  return 'on a remote server';
}

function decideDrop(fact: DatabaseFact, layout: DatabaseLayout, gone: boolean): Decision {
  const { reach, admin } = fact;
  const origin = fact.credentials?.origin;
  if (fact.others.length > 0 && origin !== undefined && !OWN_FILES.includes(origin)) {
    return refuse(
      fact,
      `only copies name it, and others name ${fact.others.slice(0, 3).join(' and ')}: which is this host's cannot be told`,
      "Write the right credentials into setup's drop-in, or remove the copies that name another database",
    );
  }
  const drop = mayDrop(fact, layout);
  if (drop !== null) return { action: 'drop', why: isHalfDropped(fact) ? HALF_DROPPED_WHY : drop };
  if (isHalfDropped(fact)) return refuse(fact, HALF_DROPPED_WHY, 'Let a superuser of its server finish the drop');
  if (reach.state === 'absent') return { action: 'absent', why: 'the server says that it does not exist' };
  if (admin.available && admin.database?.exists === false)
    return { action: 'absent', why: 'the server says that it does not exist' };
  if (reach.state === 'connected') {
    if (fact.content && fact.content.ownedObjects === 0 && fact.content.foreignObjects.length > 0) {
      return refuse(
        fact,
        `role "${fact.credentials?.role}" owns nothing in it`,
        'Let the owner of its objects empty it',
      );
    }
    return { action: 'clear', why: `${whyNoDrop(fact)}: emptied, database and role stay` };
  }
  const isUnknown = reach.state === 'no-credentials';
  if (isUnknown && gone)
    return { action: 'absent', why: 'dropped or cleared by an earlier run, as its rewritten record says' };
  if ((isUnknown || reach.state === 'rejected') && isLeftToSetup(fact, layout))
    return { action: 'keep', why: 'empty: setup takes it as it is' };
  if (isUnknown)
    return refuse(fact, reach.message, "Put its credentials into setup's drop-in, or start its server if it is local");
  if (reach.state === 'rejected') return refuse(fact, reach.message, "Correct the password in setup's drop-in");
  if (reach.state === 'sealed') return refuse(fact, reach.message, 'Let a superuser reset its connection limit');
  return refuse(fact, reach.message, wayTo(reach));
}

/** What is to be done so that a server can be reached. One that answers says it best. */
function wayTo(reach: DatabaseFact['reach']): string {
  const { code, hint } = { code: undefined, hint: undefined, ...reach };
  if (reach.state === 'unreachable' && isSilent(code))
    return 'Start the server or mend the network, then run this again';
  return hint?.replace(/\.$/, '') ?? 'Let a DBA mend what the server says, then run this again';
}

function decideKeep(fact: DatabaseFact): Decision {
  if (isHalfDropped(fact)) {
    const hint = 'Run this without -d to finish the drop, then "engine-cleanup restore" if the database is needed';
    const decision = refuse(fact, HALF_DROPPED_WHY, hint);
    const message = `The ${fact.title} cannot be kept: ${HALF_DROPPED_WHY}. It was not touched.`;
    return { ...decision, refusal: { ...decision.refusal!, message, hint: `${hint}.` } };
  }
  if (fact.reach.state === 'absent') return { action: 'absent', why: 'the server says that it does not exist' };
  const why: Record<DatabaseFact['reach']['state'], string> = {
    connected: 'kept as asked',
    absent: '',
    rejected: 'kept as asked; its credentials are rejected by the server',
    sealed: 'kept as asked; its connection limit is reset',
    'half-dropped': '',
    unreachable: 'kept as asked; its server does not answer',
    'no-credentials': 'kept as asked; no credentials were found',
  };
  return { action: 'keep', why: why[fact.reach.state] };
}

/** Decides about one database. */
export function decide(
  fact: DatabaseFact,
  layout: DatabaseLayout,
  { keep, gone }: { keep: boolean; gone: boolean },
): Decision {
  if (fact.foreign !== null) return { action: 'foreign', why: fact.foreign };
  return keep ? decideKeep(fact) : decideDrop(fact, layout, gone);
}

/** The database as plan and report show it. */
export function plannedDatabase(fact: DatabaseFact, layout: DatabaseLayout, decision: Decision): PlannedDatabase {
  return {
    component: fact.component,
    name: fact.credentials?.database ?? layout.defaultName,
    host: fact.credentials?.host ?? 'localhost',
    port: fact.credentials?.port ?? 5432,
    role: fact.credentials?.role ?? layout.defaultRole,
    local: fact.local,
    action: decision.action,
    why: decision.why,
    sizeBytes: fact.content?.sizeBytes ?? fact.admin.database?.sizeBytes ?? null,
  };
}
