/** Where a run ended before anything was destroyed, what it had closed is opened and what it had stopped runs again. */
import { unsealDatabase } from '../host/postgres/seal.ts';
import { messageOf, type Warning } from '../model/errors.ts';
import { adminOf } from '../steps/admin.ts';
import type { StepContext } from '../steps/context.ts';
import { type Journal, note } from './journal.ts';

/** Ends open transactions: nothing was cleared in those that are still open. */
export async function closeSessions(context: StepContext): Promise<void> {
  for (const session of context.sessions.values()) await session.abort().catch(() => undefined);
  context.sessions.clear();
}

export interface WayBack {
  warnings: Warning[];
  /** Units that run again. */
  restarted: string[];
}

/**
 * Reopens databases and starts services, in the reverse order of their stopping. What could not be done is a warning each. It does not wait for its journal: a
 * full disk may be the very reason for going back.
 */
export async function goBack(context: StepContext, journal: Journal): Promise<WayBack> {
  const result: WayBack = { warnings: [], restarted: [] };
  const attempt = async (what: string, target: string, action: () => Promise<void>): Promise<boolean> => {
    const untold = note(journal, { event: 'undo', step: target });
    if (untold !== null && !result.warnings.some(({ code }) => code === untold.code)) result.warnings.push(untold);
    try {
      await action();
      return true;
    } catch (error) {
      result.warnings.push({ code: 'way-back', message: `${what}: ${context.vault.redact(messageOf(error))}` });
      return false;
    }
  };
  for (const { database, server, limit } of context.undo.databases) {
    await attempt(`Database "${database}" could not be reopened`, database, async () =>
      unsealDatabase(adminOf(context, server), database, limit),
    );
  }
  for (const unit of [...context.undo.services].reverse()) {
    const started = await attempt(`${unit} could not be started again`, unit, () =>
      context.host.services.start(unit, context.timeoutMs),
    );
    if (started) result.restarted.push(unit);
  }
  return result;
}
