/** Databases that upgrades of 3.1 and 3.2 left under another name: as subjects of a plan of their own. Pure. */
import type { Refusal, Warning } from '../model/errors.ts';
import type { LeftoverDatabase } from '../model/facts.ts';
import type { Wishes } from '../model/plan.ts';
import { sqlName } from '../model/sql.ts';
import type { DatabaseSubject } from './database-steps.ts';

function decideLeftover(
  { mayDrop }: LeftoverDatabase,
  title: string,
  { keepDatabases, dropOldDatabases }: Pick<Wishes, 'keepDatabases' | 'dropOldDatabases'>,
): Pick<DatabaseSubject['planned'], 'action' | 'why'> {
  const what = `left by an upgrade, as name, owner and content of an ${title} say`;
  if (keepDatabases === true) return { action: 'keep', why: `${what}; kept as asked` };
  if (!dropOldDatabases) return { action: 'keep', why: `${what}; it goes only where that is asked for` };
  if (!mayDrop) return { action: 'keep', why: `${what}; the login may not drop it` };
  return { action: 'drop', why: `${what}; dropped as asked` };
}

/**
 * The databases that upgrades left beside that of a subject. Each is a subject too, of which only the superuser's side is known: no credentials name it. One that is listed without a
 * way in, or beside another host's database, cannot be.
 */
export function leftoverSubjects(subject: DatabaseSubject, wishes: Wishes): DatabaseSubject[] {
  const { fact, layout, planned, kept } = subject;
  const { via, leftovers } = fact.admin;
  if (via === null || fact.foreign !== null) return [];
  return leftovers.map((found) => {
    const role = found.owner ?? layout.defaultRole;
    return {
      layout,
      kept,
      planned: {
        component: fact.component,
        name: found.name,
        host: planned.host,
        port: planned.port,
        role,
        local: fact.local,
        ...decideLeftover(found, fact.title, wishes),
        sizeBytes: found.sizeBytes,
        leftover: true,
      },
      fact: {
        ...fact,
        credentials: 'credentials' in via ? { ...via.credentials, database: found.name } : null,
        candidates: [],
        others: [],
        reach: { state: 'connected' },
        dropInRejected: false,
        content: null,
        admin: { ...fact.admin, database: found, role: null, readOnlyRoles: [], leftovers: [], siblings: [] },
        newestDump: null,
      },
    };
  });
}

/**
 * With -d: an upgrade renamed the database and died, so that what is to be kept is no database of setup's any more. Its keys would go, and setup would make an empty one beside it. Nothing
 * of it matters on a host where nothing else of an installation is left.
 */
export function leftoverRefusals(subjects: readonly DatabaseSubject[], isBare: boolean): Refusal[] {
  return subjects.flatMap(({ planned: own, fact, kept }): Refusal[] => {
    const names = fact.admin.leftovers.map(({ name }) => name).sort();
    const newest = names.at(-1);
    if (isBare || !kept || own.leftover || own.action !== 'absent' || newest === undefined) return [];
    const dump = fact.newestDump ? ` The newest dump that setup made is ${fact.newestDump}.` : '';
    const rename = `ALTER DATABASE ${sqlName(newest)} RENAME TO ${sqlName(own.name)};`;
    return [
      {
        check: 'half-built',
        message: `The ${fact.title} "${own.name}" is not there to be kept: an upgrade that died left it as "${newest}", perhaps half upgraded. Nothing was changed.`,
        hint: `Run without -d to begin anew. To go on with the data, run as a PostgreSQL superuser: ${rename} then see whether it is whole, or restore a dump into it.${dump} With --force half-built it is left as it is.`,
        forcible: true,
      },
    ];
  });
}

/** What stays of upgrades, with the way on; and where it may be the only copy of the data there is. */
export function leftoverWarnings(subjects: readonly DatabaseSubject[]): Warning[] {
  return subjects.flatMap((subject) => {
    const { planned, kept, layout } = subject;
    if (!planned.leftover || planned.action !== 'keep') return [];
    const name = sqlName(planned.name);
    const own = subjects.find((one) => one.planned.component === planned.component && !one.planned.leftover)?.planned;
    const warnings: Warning[] = [];
    if (own?.action === 'absent') {
      warnings.push({
        code: 'upgrade-died',
        message: `There is no database "${own.name}", but "${planned.name}" is what an upgrade calls it while it works: its data may be there. To have it back: ALTER DATABASE ${name} RENAME TO ${sqlName(own.name)};`,
      });
    }
    if (kept) return warnings;
    const inTheWay =
      layout.madeAnew && planned.local && planned.role === layout.defaultRole
        ? ` As long as role "${planned.role}" owns it, engine-setup stops where it makes that role anew.`
        : '';
    warnings.push({
      code: 'old-database',
      message: `Database "${planned.name}" on ${planned.host}:${planned.port} was left by an upgrade and is kept; --drop-old-databases drops it too.${inTheWay} By hand, as a superuser of that server or as role "${planned.role}": DROP DATABASE ${name};`,
    });
    return warnings;
  });
}
