/** Closing, dumping, dropping or clearing the databases. Pure. */

import type { Credentials } from '../model/credentials.ts';
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';
import { planRoleDrops, planRoleDumps } from './role-steps.ts';

export interface DatabaseSubject {
  fact: DatabaseFact;
  layout: DatabaseLayout;
  planned: PlannedDatabase;
  /** The run keeps databases: nothing of any server is dropped, not even a role that was left alone. */
  kept: boolean;
}

/** True if there is something in the database to back up and remove; an empty one is as setup needs it. */
export function holdsSomething({ fact, planned }: DatabaseSubject): boolean {
  if (planned.action === 'drop') return true;
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

function label({ planned }: DatabaseSubject): string {
  return `database "${planned.name}" on ${planned.host}:${planned.port}`;
}

/** Reopens databases that an earlier, killed run closed and that this run keeps. */
export function planUnseals(subjects: readonly DatabaseSubject[], list: StepList): string[] {
  return subjects
    .filter(({ fact, planned }) => planned.action === 'keep' && fact.admin.database?.connectionLimit === 0)
    .map((subject) =>
      list.add(
        {
          kind: 'database-unseal',
          id: `unseal:${subject.fact.component}`,
          title: `Reopen ${label(subject)}, which an earlier run closed`,
          target: subject.planned.name,
          destructive: false,
          database: subject.planned.name,
          port: subject.planned.port,
        },
        [],
      ),
    );
}

/** Closes what a superuser can close, so that nothing is written between the dump and the drop. */
export function planSeals(subjects: readonly DatabaseSubject[], list: StepList, needs: readonly string[]): void {
  for (const subject of subjects) {
    if (subject.planned.action !== 'drop') continue;
    list.add(
      {
        kind: 'database-seal',
        id: `close:${subject.fact.component}`,
        title: `Close ${label(subject)} to new connections`,
        target: subject.planned.name,
        destructive: false,
        component: subject.fact.component,
        database: subject.planned.name,
        port: subject.planned.port,
      },
      needs,
    );
  }
}

/** Dumps of everything that will be dropped or cleared, and of the roles that go. Returns the dump file by component. */
export function planDumps(
  subjects: readonly DatabaseSubject[],
  list: StepList,
  needs: readonly string[],
): Map<string, string> {
  const files = new Map<string, string>();
  for (const subject of subjects) {
    const { fact, planned } = subject;
    if (!holdsSomething(subject)) continue;
    const file = `${fact.component}.dump`;
    files.set(fact.component, file);
    list.add(
      {
        kind: 'database-dump',
        id: `dump:${fact.component}`,
        title: `Back up ${label(subject)}`,
        target: planned.name,
        destructive: false,
        component: fact.component,
        as: planned.action === 'drop' ? 'admin' : 'role',
        credentials: credentialsOf(subject),
        file,
        ownedTables: fact.content?.ownedTables ?? 0,
        sizeBytes: planned.sizeBytes ?? 0,
        exclude: planned.action === 'clear' ? (fact.content?.foreignObjects ?? []) : [],
      },
      [...needs, `close:${fact.component}`],
    );
  }
  planRoleDumps(subjects, list, needs);
  return files;
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
    const own = [...needs, `close:${fact.component}`, `dump:${fact.component}`];
    if (planned.action === 'clear' && holdsSomething(subject)) {
      ends.push(
        list.add(
          {
            kind: 'database-clear',
            id: `clear:${fact.component}`,
            title: `Clear ${label(subject)}`,
            target: planned.name,
            destructive: true,
            component: fact.component,
            credentials: credentialsOf(subject),
            backedUp: wishes.backup,
            cascades: fact.content?.cascades ?? [],
          },
          own,
        ),
      );
    } else if (planned.action === 'drop') {
      ends.push(
        list.add(
          {
            kind: 'database-drop',
            id: `drop:${fact.component}`,
            title: `Drop ${label(subject)}`,
            target: planned.name,
            destructive: true,
            component: fact.component,
            database: planned.name,
            port: planned.port,
            role: planned.role,
          },
          own,
        ),
      );
    }
  }
  return [...ends, ...planRoleDrops(subjects, list, [...needs, ...list.ids('database-drop')])];
}
