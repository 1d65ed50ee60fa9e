/** Where a run ended before anything was destroyed, what it had closed is opened and what it had stopped runs again. */
import { messageOf, type Warning } from '../model/errors.ts';
import type { StepContext } from '../steps/context.ts';
import type { Journal } from './journal.ts';

/** Ends open transactions: nothing was cleared in those that are still open. */
export async function closeSessions(context: StepContext): Promise<void> {
  for (const session of context.sessions.values()) await session.abort().catch(() => undefined);
  context.sessions.clear();
}

/** Reopens databases and starts services, in the reverse order of their stopping. Returns a warning for each that could not. */
export async function goBack(context: StepContext, journal: Journal): Promise<Warning[]> {
  const warnings: Warning[] = [];
  const attempt = async (what: string, target: string, action: () => Promise<void>): Promise<void> => {
    try {
      journal.write({ event: 'undo', step: target });
      await action();
    } catch (error) {
      warnings.push({ code: 'way-back', message: `${what}: ${context.vault.redact(messageOf(error))}` });
    }
  };
  for (const { database, port, limit } of context.undo.databases) {
    await attempt(`Database "${database}" could not be reopened`, database, async () => {
      const admin = context.host.databases.admin(port, 'postgres', context.timeoutMs);
      if (admin) await unseal(admin, database, limit);
    });
  }
  for (const unit of [...context.undo.services].reverse()) {
    await attempt(`${unit} could not be started again`, unit, () =>
      context.host.services.start(unit, context.timeoutMs),
    );
  }
  return warnings;
}

import type { AdminConnection } from '../host/port.ts';
import { unsealDatabase } from '../host/postgres/drop.ts';

function unseal(admin: AdminConnection, database: string, limit: number): Promise<void> {
  return unsealDatabase(admin, database, limit);
}
