/**
 * Dumps a database and reads the dump back. As a superuser, the database is closed already. As a plain role, the dump is taken from the snapshot of a transaction
 * that holds every table still, and that stays open until the step that clears or drops.
 */
import type { Connection } from '../host/port.ts';
import { readActivity } from '../host/postgres/activity.ts';
import { ClearSession } from '../host/postgres/clear.ts';
import { placeOf } from '../host/postgres/connection.ts';
import { type Dump, dumpDatabase } from '../host/postgres/dump.ts';
import { excludeArguments } from '../host/postgres/exclude.ts';
import { roleLogin } from '../host/postgres/login.ts';
import { findAllTables } from '../host/postgres/owned.ts';
import type { AdminServer } from '../model/credentials.ts';
import { HostError, InterruptedError } from '../model/errors.ts';
import type { StepOf } from '../model/plan.ts';
import { adminOf } from './admin.ts';
import type { StepContext, StepRunner } from './context.ts';
import { warnOfEnded } from './database-seal.ts';

type DatabaseDump = StepOf<'database-dump'>;

function commonRequest(step: DatabaseDump, context: StepContext) {
  const { backup, tools, timeoutMs, signal } = context;
  if (!backup) throw new Error('a plan without a backup has a step that dumps a database');
  if (!tools.pgDump || !tools.pgRestore) {
    throw new HostError('pg_dump or pg_restore is gone, so the database cannot be backed up. Nothing was dropped.', {
      hint: "Install PostgreSQL's client programs, then run engine-cleanup again.",
    });
  }
  return {
    pgDump: tools.pgDump.path,
    pgRestore: tools.pgRestore.path,
    place: placeOf(step.credentials),
    target: backup.path(step.file),
    timeoutMs,
    signal,
    onBytes: (done: number) => context.onBytes(done, step.sizeBytes || null),
  };
}

async function dumpAsAdmin(step: DatabaseDump, server: AdminServer, context: StepContext): Promise<Dump> {
  const request = commonRequest(step, context);
  const admin = adminOf(context, server, step.credentials.database);
  const tables = await findAllTables(admin);
  const login = await admin.login(context.backup!.dir);
  try {
    return await dumpDatabase({
      ...request,
      login,
      snapshot: null,
      exclude: [],
      tables,
      activity: () => readActivity(admin),
    });
  } finally {
    login.close();
  }
}

/** Locks the tables; a stop of the operator ends the wait for them. */
async function openSession(
  connection: Connection,
  { credentials }: DatabaseDump,
  { timeoutMs, signal }: StepContext,
): Promise<ClearSession> {
  const stop = (): void => void connection.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await ClearSession.open(connection, { place: placeOf(credentials), timeoutMs });
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function dumpAsRole(step: DatabaseDump, context: StepContext): Promise<Dump> {
  const request = commonRequest(step, context);
  const { host, vault, timeoutMs, extraCa, backup } = context;
  const options = { password: vault.get(step.credentials.secret), timeoutMs, extraCa };
  const session = await openSession(await host.databases.connect(step.credentials, options), step, context);
  warnOfEnded(context, step.credentials.database, session.ended);
  const login = await roleLogin(step.credentials, options, backup!.dir);
  try {
    const { owned, snapshot } = session;
    const tables = owned.filter(({ kind }) => kind === 'table');
    const exclude = excludeArguments(
      step.exclude,
      owned.some(({ kind }) => kind === 'large object'),
    );
    const dump = await dumpDatabase({
      ...request,
      login,
      snapshot,
      exclude,
      tables,
      activity: () => session.activity(),
    });
    context.sessions.set(step.key, session);
    return dump;
  } catch (error) {
    await session.abort();
    throw error;
  } finally {
    login.close();
  }
}

export const databaseDump: StepRunner<'database-dump'> = {
  touches: ({ credentials }) => [credentials.database],

  // Each run makes a backup of its own: an earlier one is never taken for it.
  async probe() {
    return false;
  },

  async apply(step, context) {
    const dump = await (step.as === 'admin' ? dumpAsAdmin(step, step.server, context) : dumpAsRole(step, context));
    context.backup!.add({
      name: step.file,
      kind: 'database',
      ...dump,
      component: step.component,
      database: step.credentials.database,
    });
  },
};
