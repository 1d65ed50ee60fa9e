/**
 * The last words of a run in its own directory. The work is done by then: what cannot be written is told in the report that is shown, and changes nothing of how
 * the run ended.
 */
import type { Vault } from '../model/credentials.ts';
import { hintOf, messageOf, type Warning } from '../model/errors.ts';
import type { Report, Verdict } from '../model/report.ts';
import type { Journal } from './journal.ts';
import { writeDurably } from './run-directory.ts';

/** What could not be written, in one warning. */
function untold(path: string, failures: readonly string[]): Warning[] {
  if (failures.length === 0) return [];
  return [
    {
      code: 'run-directory',
      message: `What ${path} holds of this run is not whole; the run itself went as told here: ${failures.join('; ')}`,
    },
  ];
}

/** Ends the journal and writes `report.json`. Returns the report, with a warning more where that failed. Never throws. */
export function closeRun(path: string, journal: Journal, report: Report): Report {
  const failures: string[] = [];
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      const message = messageOf(error);
      if (!failures.includes(message)) failures.push(message);
    }
  };
  const told = (): Report => ({ ...report, warnings: [...report.warnings, ...untold(path, failures)] });
  attempt(() => journal.write({ event: 'run-end', status: report.outcome }));
  attempt(() => journal.close());
  attempt(() => writeDurably(`${path}/report.json`, `${JSON.stringify(told(), null, 2)}\n`));
  return told();
}

/** The verdict on a host that could not be looked at again: what was done stays done; only whether engine-setup can be run is not known. */
export function unchecked(error: unknown, vault: Vault, log: string): Verdict {
  const detail = `What engine-setup will find could not be checked: ${vault.redact(messageOf(error))}`;
  const hint =
    hintOf(error) ?? `Check with "engine-cleanup verify". If that fails too, please report it with the log ${log}.`;
  return { ready: false, checks: [{ id: 'closing-check', ok: false, detail, severity: 'obstacle', hint }] };
}
