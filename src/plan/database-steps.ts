/** Closing, dumping, dropping or clearing the databases. Pure. */

import type { AdminServer, Credentials } from '../model/credentials.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import { databaseKey, type PlannedDatabase, type Wishes } from '../model/plan.ts';
import { isHalfDropped } from '../model/reach.ts';
import type { StepList } from './build.ts';
import { planRoleDrops, planRoleDumps } from './role-steps.ts';
import { isSuperuser } from './servers.ts';

export interface DatabaseSubject {
  fact: DatabaseFact;
  layout: DatabaseLayout;
  planned: PlannedDatabase;
  /** The run keeps databases: nothing of any server is dropped, not even a role that was left alone. */
  kept: boolean;
}

/** True if there is something in the database to back up and remove; an empty one is as setup needs it, and one that is half dropped has nothing that can be read. */
export function holdsSomething({ fact, planned }: DatabaseSubject): boolean {
  if (planned.action === 'drop') return !isHalfDropped(fact);
  if (planned.action !== 'clear') return false;
  return fact.content === null || fact.content.ownedObjects > 0 || !fact.content.publicSchema;
}

/** Credentials to act with; where none survived (a drop by the local superuser), those of the default names, without a password. */
function credentialsOf({ fact, planned }: DatabaseSubject): Credentials {
  return (
    fact.credentials ?? {
      host: planned.host,
      port: planned.port,
      database: planned.name,
      role: planned.role,
      secured: false,
      validation: false,
      source: '',
      origin: 'drop-in',
      mtimeMs: 0,
      secret: null,
    }
  );
}

/** The way in by which a subject is dropped; null where it is not. */
function droppedVia({ fact, planned }: DatabaseSubject): AdminServer | null {
  return planned.action === 'drop' ? fact.admin.via : null;
}

/** Its owner, who is no superuser, dumps it under locks as a role does, and closes it only to drop it. */
function loginOfOwner(subject: DatabaseSubject): Credentials | null {
  const via = droppedVia(subject);
  if (via === null || isSuperuser(via) || !('credentials' in via)) return null;
  return { ...via.credentials, database: subject.planned.name };
}

function label({ planned }: DatabaseSubject): string {
  return `database "${planned.name}" on ${planned.host}:${planned.port}`;
}

/** Reopens databases that an earlier, killed run closed and that this run keeps, or dumps as their owner: a closed one lets only superusers in. */
export function planUnseals(subjects: readonly DatabaseSubject[], list: StepList): string[] {
  return subjects.flatMap((subject) => {
    const { fact, planned } = subject;
    const { database, via } = fact.admin;
    const opened = planned.action === 'keep' || loginOfOwner(subject) !== null;
    if (!opened || database?.connectionLimit !== 0 || via === null) return [];
    return list.add(
      {
        kind: 'database-unseal',
        id: `unseal:${databaseKey(planned)}`,
        title: `Reopen ${label(subject)}, which an earlier run closed`,
        target: planned.name,
        destructive: false,
        database: planned.name,
        server: via,
      },
      [],
    );
  });
}

/** Closes what a superuser can close, so that nothing is written between the dump and the drop. */
export function planSeals(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  for (const subject of subjects) {
    const via = droppedVia(subject);
    if (via === null || !isSuperuser(via) || isHalfDropped(subject.fact)) continue;
    const key = databaseKey(subject.planned);
    list.add(
      {
        kind: 'database-seal',
        id: `close:${key}`,
        title: `Close ${label(subject)} to new connections`,
        target: subject.planned.name,
        destructive: false,
        key,
        database: subject.planned.name,
        server: via,
      },
      needs,
    );
  }
}

/** Dumps of everything that will be dropped or cleared, and of the roles that go. */
export function planDumps(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  for (const subject of subjects) {
    const { fact, planned } = subject;
    if (!holdsSomething(subject)) continue;
    const key = databaseKey(planned);
    const via = droppedVia(subject);
    const owner = loginOfOwner(subject);
    list.add(
      {
        kind: 'database-dump',
        id: `dump:${key}`,
        title: `Back up ${label(subject)}`,
        target: planned.name,
        destructive: false,
        key,
        component: fact.component,
        ...(via === null || owner !== null ? { as: 'role' } : { as: 'admin', server: via }),
        credentials: owner ?? credentialsOf(subject),
        file: `${key.replace(':', '-')}.dump`,
        ownedTables: fact.content?.ownedTables ?? 0,
        sizeBytes: planned.sizeBytes ?? 0,
        exclude: planned.action === 'clear' ? (fact.content?.foreignObjects ?? []) : [],
      },
      [...needs, `close:${key}`],
    );
  }
  planRoleDumps(subjects, list, needs);
}

/** Drops and clears; every one needs the checked backup of everything. Returns the ids of the final steps. */
export function planRemovals(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
  wishes: Wishes,
): string[] {
  const ends: string[] = [];
  for (const subject of subjects) {
    const { fact, planned } = subject;
    const key = databaseKey(planned);
    const via = droppedVia(subject);
    const own = [...needs, `close:${key}`, `dump:${key}`];
    if (planned.action === 'clear' && holdsSomething(subject)) {
      ends.push(
        list.add(
          {
            kind: 'database-clear',
            id: `clear:${key}`,
            title: `Clear ${label(subject)}`,
            target: planned.name,
            destructive: true,
            key,
            component: fact.component,
            credentials: credentialsOf(subject),
            backedUp: wishes.backup,
            cascades: fact.content?.cascades ?? [],
          },
          own,
        ),
      );
    } else if (via !== null) {
      ends.push(
        list.add(
          {
            kind: 'database-drop',
            id: `drop:${key}`,
            title: `Drop ${label(subject)}`,
            target: planned.name,
            destructive: true,
            key,
            component: fact.component,
            database: planned.name,
            server: via,
            role: planned.role,
          },
          own,
        ),
      );
    }
  }
  return [...ends, ...planRoleDrops(subjects, list, [...needs, ...list.ids('database-drop')])];
}
