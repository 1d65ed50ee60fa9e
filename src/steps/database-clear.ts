/** Empties a database whose role owns it but that stays: in the transaction that held it still for its dump, or in one of its own where no backup is made. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../host/port.ts';
import { ClearSession } from '../host/postgres/clear.ts';
import { placeOf } from '../host/postgres/connection.ts';
import { isLost } from '../host/postgres/errors.ts';
import { prepareSession } from '../host/postgres/inspect.ts';
import { findOwned, keyOf } from '../host/postgres/owned.ts';
import { assertNothingLeft, hasPublic } from '../host/postgres/usable.ts';
import { databaseLayoutOf } from '../layouts/index.ts';
import { HostError, intactError, messageOf } from '../model/errors.ts';
import type { StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';

type DatabaseClear = StepOf<'database-clear'>;

const POLL_MS = 50;

function connect(
  { credentials }: DatabaseClear,
  { host, vault, timeoutMs, extraCa }: StepContext,
): Promise<Connection> {
  return host.databases.connect(credentials, { password: vault.get(credentials.secret), timeoutMs, extraCa });
}

/** The transaction that is to clear. What fails until it is there has changed nothing. */
async function sessionOf(step: DatabaseClear, context: StepContext): Promise<ClearSession> {
  const session = context.sessions.get(step.key);
  if (session) return session;
  const place = placeOf(step.credentials);
  if (step.backedUp) {
    throw new HostError(`${place} is no longer held still since its dump. It was not cleared.`, {
      hint: 'Run engine-cleanup again: it makes a new dump.',
      intact: true,
    });
  }
  try {
    return await ClearSession.open(await connect(step, context), { place, timeoutMs: context.timeoutMs });
  } catch (error) {
    throw intactError(error);
  }
}

/** Waits until the server has noticed the end of a session, and so has undone or finished what it did. False: it has not within the limit. */
async function waitForEnd(connection: Connection, pid: number, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(POLL_MS)) {
    const rows = await connection.query(`SELECT 1 AS one FROM pg_stat_activity WHERE pid = ${pid}`);
    if (rows.length === 0) return true;
  }
  return false;
}

/** A session that has seen nothing of the clearing, and the version of its server. */
interface Witness {
  connection: Connection;
  version: number;
}

async function callWitness(step: DatabaseClear, context: StepContext): Promise<Witness> {
  const connection = await connect(step, context);
  try {
    return { connection, version: await prepareSession(connection) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** @throws HostError if something of the role is left; `intact` where that is everything there was */
async function assertCleared(
  step: DatabaseClear,
  context: StepContext,
  { connection, version }: Witness,
  session: ClearSession,
  lost: unknown,
): Promise<void> {
  try {
    const ended = lost === null || (await waitForEnd(connection, session.pid, context.timeoutMs));
    try {
      await assertNothingLeft(connection, version, placeOf(step.credentials));
    } catch (error) {
      if (lost === null || !ended) throw error;
      const left = new Set((await findOwned(connection, version)).map(keyOf));
      throw session.owned.every((object) => left.has(keyOf(object))) ? intactError(error) : error;
    }
  } finally {
    await connection.close();
  }
}

/**
 * Asks the server in another session whether the database is empty: after a commit, and the more so when the answer to it was lost.
 * @param called a witness that was called while the drops went on; null if none was, or it did not come
 */
async function confirm(
  step: DatabaseClear,
  context: StepContext,
  called: Witness | null,
  session: ClearSession,
  lost: unknown,
): Promise<void> {
  try {
    await assertCleared(step, context, called ?? (await callWitness(step, context)), session, lost);
  } catch (error) {
    if (lost === null) throw error;
    throw new HostError(`${messageOf(lost)}. Afterwards: ${messageOf(error)}`, {
      hint: 'Run engine-cleanup again: what was not committed is still there, and it makes a new dump of it.',
      cause: lost,
      intact: error instanceof HostError && error.intact,
    });
  }
}

export const databaseClear: StepRunner<'database-clear'> = {
  touches: ({ credentials }) => [credentials.database],

  async probe(step, context) {
    const held = context.sessions.get(step.key);
    if (held) return held.isClear();
    const connection = await connect(step, context);
    try {
      const owned = await findOwned(connection, await prepareSession(connection));
      return owned.length === 0 && (await hasPublic(connection));
    } finally {
      await connection.close();
    }
  },

  async apply(step, context) {
    const session = await sessionOf(step, context);
    context.sessions.delete(step.key);
    let lost: unknown = null;
    let called: Promise<Witness | null> = Promise.resolve(null);
    const dropping = (): void => {
      called = callWitness(step, context).catch(() => null);
    };
    try {
      const extensions = databaseLayoutOf(context.layout, step.component)?.extensions ?? [];
      await session.clear({ cascades: step.cascades, extensions, dropping });
    } catch (error) {
      lost = error;
    }
    const witness = await called;
    if (lost === null) return confirm(step, context, witness, session, null);
    // Whatever ended the session may have ended this one too.
    await witness?.connection.close();
    if (!isLost(lost)) throw session.intact ? intactError(lost) : lost;
    await confirm(step, context, null, session, lost);
  },
};
